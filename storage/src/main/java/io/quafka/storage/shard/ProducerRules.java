package io.quafka.storage.shard;

import io.quafka.storage.batch.BatchHeader;
import io.quafka.storage.batch.EndMarker;
import io.quafka.storage.shard.ProducerTable.Claim;
import io.quafka.storage.shard.ProducerTable.Verdict;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.Errors;

/// Decides whether a producer's batch may be appended. Belongs to the shard's writer.
final class ProducerRules {
    private ProducerRules() {}

    /// @param item whose batch has a producer id, and whose partition is loaded
    static Verdict check(AppendItem item) {
        ByteBuffer batch = item.batch;
        int at = batch.position();
        ProducerTable producers = item.partition.producers;
        if (BatchHeader.isControl(batch, at)) {
            EndMarker marker = EndMarker.of(batch, at);
            return marker == null
                    ? new Verdict.Refused(Errors.INVALID_RECORD, "a control batch of no use here")
                    : producers.checkMarker(
                            BatchHeader.producerId(batch, at),
                            BatchHeader.producerEpoch(batch, at),
                            marker,
                            item.transactionVersion());
        }
        Claim claim = ProducerTable.claim(batch, at);
        Verdict verdict = producers.check(claim);
        return verdict instanceof Verdict.Append && item.mustVerify()
                ? checkVerified(item, claim)
                : verdict;
    }

    /// A marker makes guards worthless. Where each transaction has an epoch of its own, the marker
    /// bears that of the next one, whose first batch may be waiting already.
    static void voidGuard(AppendItem item) {
        ByteBuffer batch = item.batch;
        int at = batch.position();
        if (BatchHeader.isControl(batch, at)) {
            int epoch = BatchHeader.producerEpoch(batch, at);
            boolean next = item.transactionVersion() >= ProducerTable.EPOCH_PER_TRANSACTION_VERSION;
            item.partition
                    .transactions()
                    .markerAppended(BatchHeader.producerId(batch, at), next ? epoch - 1 : epoch);
        }
    }

    /// What begins a transaction here must have been verified, with no marker since; and no batch
    /// that waits for its verification may be overtaken.
    private static Verdict checkVerified(AppendItem item, Claim claim) {
        Partition partition = item.partition;
        if (partition.inTransaction(claim.producerId(), claim.epoch())) {
            return Verdict.APPEND;
        }
        VerificationGuard guard = item.guard();
        if (guard == null || !partition.transactions().holds(guard)) {
            return new Verdict.Refused(
                    Errors.INVALID_TXN_STATE,
                    "producer %d: the batch belongs to no ongoing transaction"
                            .formatted(claim.producerId()));
        }
        int lowest = guard.lowestSequence();
        return claim.firstSequence() > lowest
                ? ProducerTable.outOfOrder(
                        claim.producerId(), Integer.toString(lowest), claim.firstSequence())
                : Verdict.APPEND;
    }
}
