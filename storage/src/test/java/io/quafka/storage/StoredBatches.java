package io.quafka.storage;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;

/// Batches as producers send them, in direct memory, and their values read back.
public final class StoredBatches {
    private StoredBatches() {}

    public static ByteBuffer of(long timestampMs, String... values) {
        return direct(
                MemoryRecords.withRecords(Compression.NONE, records(timestampMs, values)).buffer());
    }

    public static ByteBuffer idempotent(
            long producerId, int epoch, int sequence, long timestampMs, String... values) {
        return direct(
                MemoryRecords.withIdempotentRecords(
                                Compression.NONE,
                                producerId,
                                (short) epoch,
                                sequence,
                                records(timestampMs, values))
                        .buffer());
    }

    public static ByteBuffer transactional(
            long producerId, int epoch, int sequence, long timestampMs, String... values) {
        return direct(
                MemoryRecords.withTransactionalRecords(
                                Compression.NONE,
                                producerId,
                                (short) epoch,
                                sequence,
                                records(timestampMs, values))
                        .buffer());
    }

    private static SimpleRecord[] records(long timestampMs, String... values) {
        SimpleRecord[] records = new SimpleRecord[values.length];
        for (int i = 0; i < values.length; i++) {
            records[i] = new SimpleRecord(timestampMs, values[i].getBytes(StandardCharsets.UTF_8));
        }
        return records;
    }

    private static ByteBuffer direct(ByteBuffer heap) {
        ByteBuffer copy = ByteBuffer.allocateDirect(heap.remaining());
        return copy.put(heap.duplicate()).flip();
    }

    /// `offset=value` for each record of data.
    public static List<String> read(ByteBuffer batches) {
        List<String> read = new ArrayList<>();
        for (RecordBatch batch : MemoryRecords.readableRecords(batches.duplicate()).batches()) {
            if (!batch.isControlBatch()) {
                batch.forEach(record -> read.add(text(record)));
            }
        }
        return read;
    }

    public static String text(Record record) {
        return record.offset() + "=" + StandardCharsets.UTF_8.decode(record.value());
    }
}
