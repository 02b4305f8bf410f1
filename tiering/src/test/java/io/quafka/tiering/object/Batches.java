package io.quafka.tiering.object;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;

/// Makes batches as they lie in a commit log.
public final class Batches {
    private Batches() {}

    /// One batch of records with offsets from a base up, a millisecond apart.
    public static ByteBuffer batch(
            long baseOffset, int records, int valueBytes, int epoch, long timestampMs) {
        byte[] value = new byte[valueBytes];
        new Random(baseOffset).nextBytes(value);
        return batch(Compression.NONE, baseOffset, records, value, epoch, timestampMs);
    }

    public static ByteBuffer compressed(long baseOffset, int records, long timestampMs) {
        byte[] value = "value ".repeat(20).getBytes(StandardCharsets.UTF_8);
        return batch(Compression.gzip().build(), baseOffset, records, value, 0, timestampMs);
    }

    private static ByteBuffer batch(
            Compression compression,
            long baseOffset,
            int records,
            byte[] value,
            int epoch,
            long timestampMs) {
        try (MemoryRecordsBuilder builder =
                MemoryRecords.builder(
                        ByteBuffer.allocate(256 + records * (value.length + 64)),
                        RecordBatch.MAGIC_VALUE_V2,
                        compression,
                        TimestampType.CREATE_TIME,
                        baseOffset,
                        RecordBatch.NO_TIMESTAMP,
                        RecordBatch.NO_PRODUCER_ID,
                        RecordBatch.NO_PRODUCER_EPOCH,
                        RecordBatch.NO_SEQUENCE,
                        false,
                        epoch)) {
            for (int i = 0; i < records; i++) {
                builder.append(timestampMs + i, null, value);
            }
            return builder.build().buffer().duplicate();
        }
    }

    public static ByteBuffer concat(ByteBuffer... parts) {
        int bytes = 0;
        for (ByteBuffer part : parts) {
            bytes += part.remaining();
        }
        ByteBuffer all = ByteBuffer.allocate(bytes);
        for (ByteBuffer part : parts) {
            all.put(part.duplicate());
        }
        return all.flip();
    }
}
