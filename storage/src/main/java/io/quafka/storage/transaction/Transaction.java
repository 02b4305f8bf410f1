package io.quafka.storage.transaction;

import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/// A transactional id and its newest transaction. Immutable.
///
/// @param producerId of the producer that holds the id
/// @param previousProducerId the one before, whose epochs had run out; [#NO_ID] if none
/// @param nextProducerId the one that takes over once the transaction is complete, because epochs
///   run out; [#NO_ID] if none
/// @param epoch of the producer, or of the markers while it is being ended
/// @param lastEpoch the epoch before, by which a repeated request is known; [#NO_EPOCH] if nobody
///   knows
/// @param timeoutMs after which an ongoing transaction is aborted
/// @param partitions that take part; none at rest
/// @param startMs when the transaction began, wall clock; -1 if there is none
/// @param updatedMs of the last change
/// @param version of transactions that the client speaks (KIP-890)
public record Transaction(
        long producerId,
        long previousProducerId,
        long nextProducerId,
        short epoch,
        short lastEpoch,
        int timeoutMs,
        TransactionStatus status,
        Set<TopicPartition> partitions,
        long startMs,
        long updatedMs,
        int version) {
    public static final long NO_ID = -1;
    public static final short NO_EPOCH = -1;
    public static final long NO_TIME = -1;

    /// The last epoch that a producer may have: the one above it is for the marker that fences it.
    static final short EPOCH_MAX = Short.MAX_VALUE - 1;

    /// From this version on, every transaction has an epoch of its own.
    static final int EPOCH_PER_TRANSACTION_VERSION = 2;

    public Transaction {
        partitions = Set.copyOf(partitions);
    }

    /// A transactional id that nobody has used yet.
    static Transaction of(long producerId, long nowMs) {
        return new Transaction(
                producerId,
                NO_ID,
                NO_ID,
                NO_EPOCH,
                NO_EPOCH,
                0,
                TransactionStatus.EMPTY,
                Set.of(),
                NO_TIME,
                nowMs,
                0);
    }

    boolean isExhausted() {
        return epoch >= EPOCH_MAX;
    }

    /// Whom the client goes on as, once its transaction was ended.
    public long producerIdAfter() {
        return nextProducerId == NO_ID ? producerId : nextProducerId;
    }

    public short epochAfter() {
        return nextProducerId == NO_ID ? epoch : 0;
    }

    Transaction initialized(int newTimeoutMs, short newEpoch, short newLastEpoch, long nowMs) {
        return new Transaction(
                producerId,
                previousProducerId,
                NO_ID,
                newEpoch,
                newLastEpoch,
                newTimeoutMs,
                TransactionStatus.EMPTY,
                Set.of(),
                NO_TIME,
                nowMs,
                version);
    }

    Transaction rotated(long newId, int newTimeoutMs, short newLastEpoch, long nowMs) {
        return new Transaction(
                newId,
                producerId,
                NO_ID,
                (short) 0,
                newLastEpoch,
                newTimeoutMs,
                TransactionStatus.EMPTY,
                Set.of(),
                NO_TIME,
                nowMs,
                version);
    }

    Transaction with(Set<TopicPartition> more, int newVersion, long nowMs) {
        boolean ongoing = status == TransactionStatus.ONGOING;
        Set<TopicPartition> all = new HashSet<>(ongoing ? partitions : Set.of());
        all.addAll(more);
        return new Transaction(
                producerId,
                previousProducerId,
                NO_ID,
                epoch,
                lastEpoch,
                timeoutMs,
                TransactionStatus.ONGOING,
                all,
                ongoing ? startMs : nowMs,
                nowMs,
                newVersion);
    }

    Transaction prepared(
            boolean commit, short newEpoch, short newLastEpoch, long nextId, long nowMs) {
        return new Transaction(
                producerId,
                previousProducerId,
                nextId,
                newEpoch,
                newLastEpoch,
                timeoutMs,
                commit ? TransactionStatus.PREPARE_COMMIT : TransactionStatus.PREPARE_ABORT,
                status == TransactionStatus.ONGOING ? partitions : Set.of(),
                status == TransactionStatus.ONGOING ? startMs : nowMs,
                nowMs,
                version);
    }

    Transaction speaking(int newVersion) {
        return new Transaction(
                producerId,
                previousProducerId,
                nextProducerId,
                epoch,
                lastEpoch,
                timeoutMs,
                status,
                partitions,
                startMs,
                updatedMs,
                newVersion);
    }

    Transaction completed(long nowMs) {
        boolean rotate = nextProducerId != NO_ID;
        return new Transaction(
                producerIdAfter(),
                rotate ? producerId : previousProducerId,
                NO_ID,
                epochAfter(),
                rotate ? epoch : lastEpoch,
                timeoutMs,
                status == TransactionStatus.PREPARE_COMMIT
                        ? TransactionStatus.COMPLETE_COMMIT
                        : TransactionStatus.COMPLETE_ABORT,
                Set.of(),
                startMs,
                nowMs,
                version);
    }
}
