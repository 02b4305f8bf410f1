package io.quafka.storage.shard;

import java.util.concurrent.CompletableFuture;

/// Ties what a transaction's coordinator said to the batch that asked (KIP-890): a marker that is
/// appended meanwhile makes the guard worthless, so that a batch that comes late cannot begin a
/// transaction that nobody would end. Batches of one producer that wait for their verification
/// share a guard, and go on in the order in which they came.
public final class VerificationGuard {
    final long producerId;
    private short epoch;
    private int lowestSequence;
    private CompletableFuture<?> last = CompletableFuture.completedFuture(null);

    /// Batches that hold it; counted by [PartitionTransactions].
    int holders;

    VerificationGuard(long producerId, short epoch, int sequence) {
        this.producerId = producerId;
        this.epoch = epoch;
        this.lowestSequence = sequence;
    }

    synchronized void joined(short newEpoch, int sequence) {
        if (newEpoch > epoch) {
            epoch = newEpoch;
            lowestSequence = sequence;
        } else if (newEpoch == epoch) {
            lowestSequence = Math.min(lowestSequence, sequence);
        }
    }

    synchronized short epoch() {
        return epoch;
    }

    synchronized int lowestSequence() {
        return lowestSequence;
    }

    /// Queues up behind those who hold the guard.
    ///
    /// @param mine completes when the batch was handed to its shard, or given up
    /// @return what to wait for first
    public synchronized CompletableFuture<?> queue(CompletableFuture<?> mine) {
        CompletableFuture<?> before = last;
        last = mine;
        // A request that names a partition twice must not wait for itself.
        return before == mine ? CompletableFuture.completedFuture(null) : before;
    }
}
