package io.quafka.storage.batch;

import java.nio.ByteBuffer;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.CloseableIterator;
import org.jspecify.annotations.Nullable;

/// Finds single records in one stored batch, compressed or not. For look-ups by time, not for the
/// way of every byte.
///
/// Every method takes the batch from the buffer's position on and leaves the buffer as it was. The
/// batch must be a valid one (one that was [Accepted][Validation.Accepted], and whose checksum
/// still matches): Kafka's reader throws its own exceptions at others.
public final class RecordScan {
    private RecordScan() {}

    /// A record's place and time.
    ///
    /// @param timestampMs the batch's append time where it has one, or else the producer's; -1
    ///   means none
    public record TimestampedOffset(long offset, long timestampMs) {}

    /// The first record, in order of offsets, that is not older than `timestampMs` and not before
    /// `fromOffset`.
    ///
    /// @return null if there is none
    public static @Nullable TimestampedOffset firstNotOlder(
            ByteBuffer batch, long timestampMs, long fromOffset) {
        if (BatchHeader.maxTimestamp(batch, batch.position()) < timestampMs
                || BatchHeader.lastOffset(batch, batch.position()) < fromOffset) {
            return null;
        }
        try (CloseableIterator<Record> records = records(batch)) {
            while (records.hasNext()) {
                Record record = records.next();
                if (record.timestamp() >= timestampMs && record.offset() >= fromOffset) {
                    return new TimestampedOffset(record.offset(), record.timestamp());
                }
            }
        }
        return null;
    }

    /// The first of the records that have the largest timestamp in the batch.
    ///
    /// @return null if the batch is empty, as compaction may leave it
    public static @Nullable TimestampedOffset latest(ByteBuffer batch) {
        TimestampedOffset latest = null;
        try (CloseableIterator<Record> records = records(batch)) {
            while (records.hasNext()) {
                Record record = records.next();
                if (latest == null || record.timestamp() > latest.timestampMs()) {
                    latest = new TimestampedOffset(record.offset(), record.timestamp());
                }
            }
        }
        return latest;
    }

    private static CloseableIterator<Record> records(ByteBuffer batch) {
        DefaultRecordBatch kafka =
                (DefaultRecordBatch)
                        MemoryRecords.readableRecords(batch.duplicate())
                                .batches()
                                .iterator()
                                .next();
        return kafka.skipKeyValueIterator(BufferSupplier.NO_CACHING);
    }
}
