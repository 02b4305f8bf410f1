package io.quafka.storage.batch;

import java.nio.ByteBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.apache.kafka.common.utils.CloseableIterator;
import org.jspecify.annotations.Nullable;

/// Writes a valid batch anew under another compression; record for record the same, with the same
/// producer and sequence.
final class Recompressor {
    private static final int FIRST_BUFFER_BYTES = 16 * 1024;

    private Recompressor() {}

    /// The new batch in heap memory, or null as soon as it is larger than `maxBytes`.
    ///
    /// @param batch a valid batch of timestamps that are -1 or not negative
    static @Nullable ByteBuffer recompress(
            ByteBuffer batch, CompressionType target, BufferSupplier buffers, int maxBytes) {
        ByteBufferOutputStream out = new ByteBufferOutputStream(FIRST_BUFFER_BYTES);
        DefaultRecordBatch source =
                (DefaultRecordBatch)
                        MemoryRecords.readableRecords(batch.duplicate())
                                .batches()
                                .iterator()
                                .next();
        try (MemoryRecordsBuilder builder = builder(out, target, source);
                CloseableIterator<Record> records = source.streamingIterator(buffers)) {
            while (records.hasNext()) {
                Record record = records.next();
                builder.appendWithOffset(record.offset(), record);
                if (out.position() > maxBytes) {
                    return null;
                }
            }
            ByteBuffer recompressed = builder.build().buffer();
            return recompressed.remaining() > maxBytes ? null : recompressed.slice();
        }
    }

    private static MemoryRecordsBuilder builder(
            ByteBufferOutputStream out, CompressionType target, DefaultRecordBatch source) {
        return new MemoryRecordsBuilder(
                out,
                BatchHeader.MAGIC,
                Compression.of(target).build(),
                TimestampType.CREATE_TIME,
                source.baseOffset(),
                BatchHeader.NO_TIMESTAMP,
                source.producerId(),
                source.producerEpoch(),
                source.baseSequence(),
                source.isTransactional(),
                source.isControlBatch(),
                source.partitionLeaderEpoch(),
                Integer.MAX_VALUE);
    }
}
