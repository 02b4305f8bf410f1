package io.quafka.storage.shard;

import io.quafka.storage.batch.BatchHeader;
import io.quafka.storage.batch.EndMarker;
import io.quafka.storage.index.AbortedTransaction;
import java.nio.ByteBuffer;

/// Notes an appended batch of a producer in its partition's tables: the same for what is appended
/// and for what is replayed.
final class ProducerUpdates {
    private ProducerUpdates() {}

    /// @param at a batch with a producer id, its offset final
    static void note(Partition partition, ByteBuffer batch, int at, long timestampMs) {
        if (BatchHeader.isControl(batch, at)) {
            EndMarker marker = EndMarker.of(batch, at);
            if (marker == null) {
                return;
            }
            ended(partition, batch, at, marker, timestampMs);
        } else {
            appended(partition, ProducerTable.claim(batch, at), batch, at, timestampMs);
        }
        partition.producers.makeRoom();
    }

    private static void appended(
            Partition partition,
            ProducerTable.Claim claim,
            ByteBuffer batch,
            int at,
            long timestampMs) {
        long baseOffset = BatchHeader.baseOffset(batch, at);
        boolean began =
                partition.producers.appended(
                        claim, baseOffset, BatchHeader.lastOffset(batch, at), timestampMs);
        if (began) {
            partition.transactions().began(claim.producerId(), claim.epoch(), baseOffset);
        } else if (claim.transactional()) {
            partition.transactions().wentOn(claim.producerId(), claim.epoch());
        }
    }

    /// Notes that a transaction goes on of whose batches nothing else is known any more.
    static void goesOn(Partition partition, OngoingTransaction known) {
        ProducerTable.Claim claim =
                new ProducerTable.Claim(
                        known.producerId(),
                        known.epoch(),
                        BatchHeader.NO_SEQUENCE,
                        BatchHeader.NO_SEQUENCE,
                        true);
        partition.producers.appended(
                claim, known.firstOffset(), known.firstOffset(), BatchHeader.NO_TIMESTAMP);
        partition.transactions().began(known.producerId(), known.epoch(), known.firstOffset());
    }

    private static void ended(
            Partition partition, ByteBuffer batch, int at, EndMarker marker, long timestampMs) {
        long producerId = BatchHeader.producerId(batch, at);
        long offset = BatchHeader.baseOffset(batch, at);
        PartitionTransactions transactions = partition.transactions();
        long start =
                partition.producers.ended(
                        producerId,
                        BatchHeader.producerEpoch(batch, at),
                        marker.coordinatorEpoch(),
                        timestampMs);
        if (start == ProducerState.NONE) {
            return;
        }
        transactions.ended(producerId, start);
        if (!marker.commit()) {
            long stable = Math.min(transactions.firstOngoing(), offset + 1);
            AbortedTransaction aborted = new AbortedTransaction(producerId, start, offset, stable);
            transactions.aborted(aborted);
        }
    }
}
