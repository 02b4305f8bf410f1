package io.quafka.storage.batch;

import java.nio.ByteBuffer;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.jspecify.annotations.Nullable;

/// What the control batch that ends a transaction in a partition says (KIP-98).
///
/// @param commit false: the transaction was aborted
/// @param coordinatorEpoch of the transaction coordinator that decided it
public record EndMarker(boolean commit, int coordinatorEpoch) {
    /// The batch, with offset 0, to be appended.
    public ByteBuffer batch(long producerId, short producerEpoch, long timestampMs) {
        ControlRecordType type = commit ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
        return MemoryRecords.withEndTransactionMarker(
                        0,
                        timestampMs,
                        BatchHeader.NO_LEADER_EPOCH,
                        producerId,
                        producerEpoch,
                        new EndTransactionMarker(type, coordinatorEpoch))
                .buffer();
    }

    /// @param batch a buffer in which a whole control batch with a right checksum lies
    /// @param at the batch's first byte
    /// @return null if the batch ends no transaction: other control records do other things
    public static @Nullable EndMarker of(ByteBuffer batch, int at) {
        ByteBuffer bytes = batch.slice(at, BatchHeader.sizeInBytes(batch, at));
        for (RecordBatch only : MemoryRecords.readableRecords(bytes).batches()) {
            for (Record record : only) {
                return of(record);
            }
        }
        return null;
    }

    private static @Nullable EndMarker of(Record record) {
        return switch (ControlRecordType.parse(record.key())) {
            case COMMIT ->
                    new EndMarker(
                            true, EndTransactionMarker.deserialize(record).coordinatorEpoch());
            case ABORT ->
                    new EndMarker(
                            false, EndTransactionMarker.deserialize(record).coordinatorEpoch());
            default -> null;
        };
    }
}
