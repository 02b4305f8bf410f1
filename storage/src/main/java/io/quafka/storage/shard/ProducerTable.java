package io.quafka.storage.shard;

import io.quafka.storage.batch.BatchCleaner;
import io.quafka.storage.batch.BatchHeader;
import io.quafka.storage.batch.EndMarker;
import io.quafka.storage.shard.ProducerState.Batch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// What a partition remembers of its idempotent and transactional producers (KIP-98): for each the
/// epoch, the last few batches, so that a retried batch is recognized and a missing one noticed,
/// and where its ongoing transaction began. Not safe for use by several threads.
///
/// Where replay meets a batch that is damaged, nobody knows whose it was. Each producer might have
/// sent it, so that each remembers an *unreadable* batch in its place, until
/// [ProducerState#BATCHES_KEPT] further ones have pushed it out: a client has no more than those in
/// flight. Until then the producer's sequences are not held against it, since the next one may
/// follow on the unreadable batch, or be that batch itself sent again; which is appended, because
/// its first copy is lost. Batches that are remembered are recognized as duplicates, and older
/// epochs are fenced, as ever.
final class ProducerTable {
    /// Producers remembered per partition; beyond, the longest silent one without a transaction is
    /// forgotten.
    static final int PRODUCERS_MAX = 10_000;

    /// From this transaction version on (KIP-890) each transaction has an epoch of its own, and its
    /// marker one above it.
    static final int EPOCH_PER_TRANSACTION_VERSION = 2;

    private final LinkedHashMap<Long, ProducerState> byId = new LinkedHashMap<>(16, 0.75f, true);
    private Set<Long> changed = Set.of();
    private int inTransactions;

    /// The last batch that replay could not read, null if there was none.
    private @Nullable Batch unreadable;

    /// What is to be done with a batch.
    sealed interface Verdict {
        Verdict APPEND = new Append();

        record Append() implements Verdict {}

        /// It is in the log already, at this offset.
        record Duplicate(long baseOffset) implements Verdict {}

        record Refused(Errors error, String message) implements Verdict {}
    }

    /// A batch of a producer, as far as the rules look at it.
    ///
    /// @param firstSequence negative where a coordinator wrote it: then there is no order to check
    record Claim(
            long producerId,
            short epoch,
            int firstSequence,
            int lastSequence,
            boolean transactional) {}

    /// Kafka's rules: an older epoch is fenced; a new epoch starts at sequence 0, and so does what
    /// follows a marker of the same epoch; within an epoch sequences follow each other without a
    /// gap, wrapping at 2^31; a producer nobody remembers may start anywhere (KIP-360); a producer
    /// in a transaction writes nothing outside of it.
    Verdict check(Claim claim) {
        ProducerState state = byId.get(claim.producerId);
        if (state == null) {
            return claim.transactional && inTransactions >= PRODUCERS_MAX
                    ? new Verdict.Refused(
                            Errors.KAFKA_STORAGE_ERROR, "too many transactions in one partition")
                    : Verdict.APPEND;
        }
        if (claim.epoch < state.epoch) {
            return fenced(claim.producerId, state.epoch, claim.epoch);
        }
        if (claim.firstSequence >= 0) {
            Verdict verdict = checkSequence(state, claim);
            if (!(verdict instanceof Verdict.Append)) {
                return verdict;
            }
        }
        return state.inTransaction() && !claim.transactional
                ? new Verdict.Refused(
                        Errors.INVALID_TXN_STATE,
                        "producer %d is in a transaction, the batch is in none"
                                .formatted(claim.producerId))
                : Verdict.APPEND;
    }

    private static Verdict checkSequence(ProducerState state, Claim claim) {
        if (claim.epoch > state.epoch) {
            return claim.firstSequence == 0 || state.mayLackBatches()
                    ? Verdict.APPEND
                    : outOfOrder(claim.producerId, "0 after a new epoch", claim.firstSequence);
        }
        Batch twin = state.find(claim.firstSequence, claim.lastSequence);
        if (twin != null) {
            return new Verdict.Duplicate(twin.baseOffset());
        }
        if (state.mayLackBatches()) {
            return Verdict.APPEND;
        }
        int expected = state.nextSequence();
        return claim.firstSequence == expected
                ? Verdict.APPEND
                : outOfOrder(claim.producerId, Integer.toString(expected), claim.firstSequence);
    }

    static Verdict outOfOrder(long producerId, String expected, int got) {
        return new Verdict.Refused(
                Errors.OUT_OF_ORDER_SEQUENCE_NUMBER,
                "producer %d: expected sequence %s, got %d".formatted(producerId, expected, got));
    }

    private static Verdict fenced(long producerId, short known, short got) {
        return new Verdict.Refused(
                Errors.INVALID_PRODUCER_EPOCH,
                "producer %d has epoch %d, the batch %d".formatted(producerId, known, got));
    }

    /// Rules for a marker: neither the producer's nor the coordinator's epoch is older than what is
    /// known. A marker that was written before is a duplicate at offset -1: nothing is appended.
    ///
    /// @param transactionVersion from 2 on, a marker of the ongoing transaction's own epoch is a
    ///   late one of an earlier transaction
    Verdict checkMarker(long producerId, short epoch, EndMarker marker, int transactionVersion) {
        ProducerState state = byId.get(producerId);
        if (state == null) {
            return Verdict.APPEND;
        }
        boolean late =
                transactionVersion >= EPOCH_PER_TRANSACTION_VERSION
                        && epoch == state.epoch
                        && state.inTransaction();
        if (epoch < state.epoch || late) {
            return fenced(producerId, state.epoch, epoch);
        }
        if (marker.coordinatorEpoch() < state.coordinatorEpoch) {
            return new Verdict.Refused(
                    Errors.TRANSACTION_COORDINATOR_FENCED,
                    "producer %d: a coordinator of epoch %d was heard, the marker has %d"
                            .formatted(
                                    producerId, state.coordinatorEpoch, marker.coordinatorEpoch()));
        }
        boolean known =
                epoch == state.epoch
                        && marker.coordinatorEpoch() == state.coordinatorEpoch
                        && !state.inTransaction();
        return known ? new Verdict.Duplicate(-1) : Verdict.APPEND;
    }

    /// Notes a batch that gets appended. One without a sequence, as coordinators write them, is not
    /// remembered.
    ///
    /// @return true if it began a transaction
    boolean appended(Claim claim, long baseOffset, long lastOffset, long timestampMs) {
        ProducerState state = stateOf(claim.producerId, claim.epoch);
        if (claim.firstSequence >= 0) {
            state.add(new Batch(claim.firstSequence, claim.lastSequence, baseOffset, lastOffset));
        }
        state.lastTimestampMs = timestampMs;
        if (!claim.transactional || state.inTransaction()) {
            return false;
        }
        state.transactionStart = baseOffset;
        inTransactions++;
        return true;
    }

    private ProducerState stateOf(long producerId, short epoch) {
        ProducerState state = byId.get(producerId);
        if (state == null) {
            state = new ProducerState();
            byId.put(producerId, state);
            if (unreadable != null) {
                state.add(unreadable);
            }
        }
        state.enter(epoch);
        noteChanged(producerId);
        return state;
    }

    /// Notes, during replay, that batches were appended of which nothing is known but their
    /// offsets. Producers that replay meets first after them may have sent them too.
    void unreadable(long baseOffset, long lastOffset) {
        Batch batch = Batch.unreadable(baseOffset, lastOffset);
        unreadable = batch;
        byId.forEach((id, state) -> {
            Batch last = state.batches.peekLast();
            if (last == null || !last.isUnreadable()) {
                state.add(batch);
                noteChanged(id);
            }
        });
    }

    /// Replay is over: producers that come now have sent nothing before.
    void replayed() {
        unreadable = null;
    }

    private void noteChanged(Long producerId) {
        if (changed.isEmpty()) {
            changed = new LinkedHashSet<>();
        }
        changed.add(producerId);
    }

    /// Producers whose state changed, or was forgotten, since the last call.
    Set<Long> takeChanged() {
        Set<Long> taken = changed;
        changed = Set.of();
        return taken;
    }

    /// Notes a marker that was appended.
    ///
    /// @return where the transaction began that it ended; [ProducerState#NONE] if there was none
    long ended(long producerId, short epoch, int coordinatorEpoch, long timestampMs) {
        ProducerState state = stateOf(producerId, epoch);
        state.coordinatorEpoch = coordinatorEpoch;
        state.lastTimestampMs = timestampMs;
        long start = state.transactionStart;
        if (start != ProducerState.NONE) {
            state.transactionStart = ProducerState.NONE;
            inTransactions--;
        }
        return start;
    }

    /// Forgets a producer if there are too many.
    void makeRoom() {
        if (byId.size() <= PRODUCERS_MAX) {
            return;
        }
        for (Map.Entry<Long, ProducerState> entry : byId.entrySet()) {
            if (!entry.getValue().inTransaction()) {
                Long eldest = entry.getKey();
                byId.remove(eldest);
                noteChanged(eldest);
                return;
            }
        }
    }

    /// Forgets producers that were silent since before a time; never one in a transaction.
    ///
    /// @return how many
    int expire(long beforeMs) {
        int before = byId.size();
        byId.entrySet()
                .removeIf(entry -> {
                    ProducerState state = entry.getValue();
                    boolean silent = state.lastTimestampMs < beforeMs && !state.inTransaction();
                    if (silent) {
                        noteChanged(entry.getKey());
                    }
                    return silent;
                });
        return before - byId.size();
    }

    boolean isEmpty() {
        return byId.isEmpty();
    }

    void clear() {
        byId.clear();
        changed = Set.of();
        inTransactions = 0;
    }

    List<ProducerInfo> describe() {
        List<ProducerInfo> list = new ArrayList<>(byId.size());
        byId.forEach((id, state) -> list.add(state.describe(id)));
        return list;
    }

    /// What compaction must leave of each producer.
    Map<Long, BatchCleaner.LastOfProducer> lasts() {
        Map<Long, BatchCleaner.LastOfProducer> lasts = HashMap.newHashMap(byId.size());
        byId.forEach((id, state) -> {
            Batch last = state.batches.peekLast();
            long lastOffset = last == null ? -1 : last.lastOffset();
            lasts.put(id, new BatchCleaner.LastOfProducer(lastOffset, state.epoch));
        });
        return lasts;
    }

    /// @return null if the producer is not remembered
    byte @Nullable [] encode(long producerId) {
        ProducerState state = byId.get(producerId);
        return state == null ? null : state.encode();
    }

    /// @return the state that was read
    ProducerState decode(long producerId, byte[] encoded) {
        ProducerState state = ProducerState.decode(encoded);
        if (state.inTransaction()) {
            inTransactions++;
        }
        byId.put(producerId, state);
        return state;
    }

    /// What the header of a batch with a producer id claims.
    static Claim claim(ByteBuffer batch, int at) {
        return new Claim(
                BatchHeader.producerId(batch, at),
                BatchHeader.producerEpoch(batch, at),
                BatchHeader.baseSequence(batch, at),
                BatchHeader.lastSequence(batch, at),
                BatchHeader.isTransactional(batch, at));
    }
}
