package io.quafka.storage.transaction;

import io.quafka.storage.transaction.Decision.Become;
import io.quafka.storage.transaction.Decision.Keep;
import io.quafka.storage.transaction.Decision.NeedsProducerId;
import io.quafka.storage.transaction.Decision.Refused;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// What may happen to a transactional id (KIP-98, KIP-360, KIP-890). Pure: decides, changes
/// nothing.
public final class TransactionRules {
    private TransactionRules() {}

    /// Who asks for a transaction's sake.
    public record Producer(long id, short epoch) {
        static final Producer NONE = new Producer(Transaction.NO_ID, Transaction.NO_EPOCH);

        boolean isGiven() {
            return id != Transaction.NO_ID;
        }
    }

    /// A producer begins to use the id: from now on all earlier ones are fenced. An ongoing
    /// transaction is aborted first, and the producer told to ask again.
    ///
    /// @param known null for an id that nobody has used
    /// @param expected who it was before, where it says so; otherwise an id and epoch of -1
    /// @param freshId a producer id to be used where one is needed; -1 if there is none at hand
    public static Decision initialize(
            @Nullable Transaction known,
            int timeoutMs,
            Producer expected,
            long freshId,
            long nowMs) {
        if (known == null) {
            return freshId == Transaction.NO_ID
                    ? new NeedsProducerId()
                    : new Become(
                            Transaction.of(freshId, nowMs)
                                    .initialized(
                                            timeoutMs, (short) 0, Transaction.NO_EPOCH, nowMs));
        }
        if (expected.isGiven() && !mayBe(known, expected)) {
            return new Refused(Errors.PRODUCER_FENCED);
        }
        return switch (known.status()) {
            case PREPARE_COMMIT, PREPARE_ABORT -> new Refused(Errors.CONCURRENT_TRANSACTIONS);
            case ONGOING ->
                    expected.isGiven() && expected.epoch != known.epoch()
                            ? new Refused(Errors.PRODUCER_FENCED)
                            : new Become(fenced(known, nowMs), Errors.CONCURRENT_TRANSACTIONS);
            case EMPTY, COMPLETE_COMMIT, COMPLETE_ABORT ->
                    next(known, timeoutMs, expected, freshId, nowMs);
            case DEAD, PREPARE_EPOCH_FENCE -> new Refused(Errors.CONCURRENT_TRANSACTIONS);
        };
    }

    private static boolean mayBe(Transaction known, Producer expected) {
        return expected.id == known.producerId()
                || (expected.id == known.previousProducerId()
                        && expected.epoch >= Transaction.EPOCH_MAX);
    }

    private static Decision next(
            Transaction known, int timeoutMs, Producer expected, long freshId, long nowMs) {
        boolean current = !expected.isGiven() || expected.epoch == known.epoch();
        if (!current) {
            return expected.epoch == known.lastEpoch()
                    ? new Keep(known)
                    : new Refused(Errors.PRODUCER_FENCED);
        }
        short last = expected.isGiven() ? known.epoch() : Transaction.NO_EPOCH;
        if (!known.isExhausted()) {
            short bumped = (short) (known.epoch() + 1);
            return new Become(known.initialized(timeoutMs, bumped, last, nowMs));
        }
        return freshId == Transaction.NO_ID
                ? new NeedsProducerId()
                : new Become(known.rotated(freshId, timeoutMs, last, nowMs));
    }

    /// Partitions join the transaction, which begins with the first.
    public static Decision add(
            @Nullable Transaction known,
            Producer producer,
            Set<TopicPartition> partitions,
            int version,
            long nowMs) {
        Errors error = check(known, producer);
        if (error != Errors.NONE || known == null) {
            return new Refused(error);
        }
        return known.status() == TransactionStatus.ONGOING
                        && known.partitions().containsAll(partitions)
                ? new Keep(known)
                : new Become(known.with(partitions, version, nowMs));
    }

    /// Whether the producer's transaction is going on, so that [Transaction#partitions] say what is
    /// in it: NONE, or why not.
    public static Errors check(@Nullable Transaction known, Producer producer) {
        if (known == null || known.producerId() != producer.id) {
            return Errors.INVALID_PRODUCER_ID_MAPPING;
        }
        if (known.epoch() != producer.epoch) {
            return Errors.PRODUCER_FENCED;
        }
        return known.status().isPrepared() ? Errors.CONCURRENT_TRANSACTIONS : Errors.NONE;
    }

    /// The producer ends its transaction. From version 2 on, its epoch is raised with it, so that
    /// nothing late can get into the next one; where epochs run out, another producer id follows.
    ///
    /// @param version of transactions that the request speaks
    public static Decision end(
            @Nullable Transaction known,
            Producer producer,
            boolean commit,
            int version,
            long freshId,
            long nowMs) {
        if (known == null) {
            return new Refused(Errors.INVALID_PRODUCER_ID_MAPPING);
        }
        boolean bumps = version >= Transaction.EPOCH_PER_TRANSACTION_VERSION;
        boolean repeated = bumps && isRepeatedEnd(known, producer);
        if (known.producerId() != producer.id && !repeated) {
            return new Refused(Errors.INVALID_PRODUCER_ID_MAPPING);
        }
        if (known.epoch() != producer.epoch && !repeated) {
            return new Refused(Errors.PRODUCER_FENCED);
        }
        if (repeated && commit && known.lastEpoch() == Transaction.NO_EPOCH) {
            // Not the producer's own end raised the epoch: it timed out.
            return new Refused(Errors.PRODUCER_FENCED);
        }
        // An abort of nothing still raises the epoch: the client cannot know that it is one.
        boolean nothing = bumps && !repeated && !commit;
        return switch (known.status()) {
            case ONGOING -> prepare(known, commit, version, freshId, nowMs);
            // Whoever has the raised epoch ends the next transaction, before this one is complete.
            case PREPARE_COMMIT -> undecided(commit || (bumps && !repeated));
            case PREPARE_ABORT -> undecided(!commit || (bumps && !repeated));
            case EMPTY ->
                    nothing
                            ? prepare(known, false, version, freshId, nowMs)
                            : new Refused(Errors.INVALID_TXN_STATE);
            case COMPLETE_COMMIT ->
                    nothing
                            ? prepare(known, false, version, freshId, nowMs)
                            : decided(known, commit && (repeated || !bumps));
            case COMPLETE_ABORT ->
                    nothing
                            ? prepare(known, false, version, freshId, nowMs)
                            : decided(known, !commit && (repeated || !bumps));
            case DEAD, PREPARE_EPOCH_FENCE -> new Refused(Errors.INVALID_TXN_STATE);
        };
    }

    private static boolean isRepeatedEnd(Transaction known, Producer producer) {
        if (!known.status().isPrepared() && !known.status().isAtRest()) {
            return false;
        }
        boolean sameId = known.producerId() == producer.id && known.epoch() - 1 == producer.epoch;
        boolean rotated =
                known.previousProducerId() == producer.id
                        && producer.epoch >= Transaction.EPOCH_MAX
                        && known.epoch() == 0;
        return known.status() != TransactionStatus.EMPTY && (sameId || rotated);
    }

    private static Decision undecided(boolean mayComeTrue) {
        return new Refused(mayComeTrue ? Errors.CONCURRENT_TRANSACTIONS : Errors.INVALID_TXN_STATE);
    }

    private static Decision decided(Transaction known, boolean asAsked) {
        return asAsked ? new Keep(known) : new Refused(Errors.INVALID_TXN_STATE);
    }

    private static Decision prepare(
            Transaction known, boolean commit, int version, long freshId, long nowMs) {
        Transaction speaking = known.speaking(version);
        if (version < Transaction.EPOCH_PER_TRANSACTION_VERSION) {
            return prepared(
                    speaking.prepared(
                            commit, known.epoch(), known.lastEpoch(), Transaction.NO_ID, nowMs),
                    nowMs);
        }
        if (known.isExhausted() && freshId == Transaction.NO_ID) {
            return new NeedsProducerId();
        }
        long nextId = known.isExhausted() ? freshId : Transaction.NO_ID;
        return prepared(
                speaking.prepared(commit, above(known.epoch()), known.epoch(), nextId, nowMs),
                nowMs);
    }

    /// Where no partition is to be told, the end is complete at once.
    private static Decision prepared(Transaction next, long nowMs) {
        return new Become(next.partitions().isEmpty() ? next.completed(nowMs) : next);
    }

    private static short above(short epoch) {
        return (short) Math.min(epoch + 1, Short.MAX_VALUE);
    }

    /// An ongoing transaction is aborted over its producer's head, which is fenced.
    public static Transaction fenced(Transaction known, long nowMs) {
        Transaction next =
                known.prepared(
                        false,
                        above(known.epoch()),
                        Transaction.NO_EPOCH,
                        Transaction.NO_ID,
                        nowMs);
        return next.partitions().isEmpty() ? next.completed(nowMs) : next;
    }

    /// Every partition of a decided transaction has its marker.
    ///
    /// @param prepared what the markers were written for: anything else is left alone
    public static Decision complete(@Nullable Transaction known, Transaction prepared, long nowMs) {
        if (known == null
                || known.status() != prepared.status()
                || known.producerId() != prepared.producerId()
                || known.epoch() != prepared.epoch()) {
            return new Refused(Errors.INVALID_TXN_STATE);
        }
        return new Become(known.completed(nowMs));
    }

    public static boolean isTimedOut(Transaction known, long nowMs) {
        return known.status() == TransactionStatus.ONGOING
                && nowMs - known.startMs() > known.timeoutMs();
    }

    /// Whether nobody has used the id for so long that it may be forgotten.
    public static boolean isExpired(Transaction known, long expirationMs, long nowMs) {
        return known.status().isAtRest() && nowMs - known.updatedMs() >= expirationMs;
    }
}
