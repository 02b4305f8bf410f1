package io.quafka.storage.batch;

import io.quafka.controller.model.TopicSettings;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.DefaultRecord;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.jspecify.annotations.Nullable;

/// Batches for tests.
final class Batches {
    static final long NOW = 1_700_000_000_000L;
    static final long HOUR = 3_600_000L;

    private Batches() {}

    static TopicSettings settings() {
        return settings(false, "producer", TimestampType.CREATE_TIME, 10 << 20);
    }

    /// Timestamps may be a day old and lie an hour ahead.
    static TopicSettings settings(
            boolean compacted, String compression, TimestampType timestampType, int maxBytes) {
        return new TopicSettings(
                compacted,
                !compacted,
                -1,
                -1,
                -1,
                -1,
                1 << 30,
                HOUR,
                maxBytes,
                1,
                compression,
                timestampType,
                24 * HOUR,
                HOUR);
    }

    /// The same bytes as Kafka's own reader sees them.
    static DefaultRecordBatch kafka(ByteBuffer batch) {
        return (DefaultRecordBatch)
                MemoryRecords.readableRecords(batch.duplicate()).batches().iterator().next();
    }

    static ByteBuffer direct(ByteBuffer batch) {
        return ByteBuffer.allocateDirect(batch.remaining()).put(batch.duplicate()).flip();
    }

    /// Records of various shapes, a few milliseconds apart, all with keys.
    static SimpleRecord[] records(int count) {
        SimpleRecord[] records = new SimpleRecord[count];
        for (int i = 0; i < count; i++) {
            Header[] headers =
                    i % 5 == 3
                            ? new Header[] {
                                new RecordHeader("h" + i, bytes("v" + i)),
                                new RecordHeader("null", (byte[]) null)
                            }
                            : new Header[0];
            byte[] value = i % 7 == 2 ? null : bytes("value ".repeat(i % 40) + i);
            records[i] =
                    new SimpleRecord(NOW - 100 + (i * 37L) % 100, bytes("key" + i), value, headers);
        }
        return records;
    }

    static ByteBuffer batch(CompressionType compression, SimpleRecord... records) {
        return MemoryRecords.withRecords(Compression.of(compression).build(), records).buffer();
    }

    static ByteBuffer idempotent(
            CompressionType compression, boolean transactional, SimpleRecord... records) {
        return MemoryRecords.withRecords(
                        (byte) 2,
                        0,
                        Compression.of(compression).build(),
                        TimestampType.CREATE_TIME,
                        4711,
                        (short) 3,
                        17,
                        -1,
                        transactional,
                        records)
                .buffer();
    }

    /// A batch with a right checksum around any bytes at all.
    static ByteBuffer around(byte[] payload, int compressionCode, int count) {
        ByteBuffer batch = ByteBuffer.allocate(BatchHeader.BYTES + payload.length);
        batch.putLong(0).putInt(batch.limit() - 12).putInt(-1).put((byte) 2).putInt(0);
        batch.putShort((short) compressionCode).putInt(count - 1).putLong(NOW).putLong(NOW);
        batch.putLong(-1).putShort((short) -1).putInt(-1).putInt(count).put(payload);
        return restamp(batch.flip());
    }

    static ByteBuffer restamp(ByteBuffer batch) {
        BatchHeader.stampCrc(batch, batch.position());
        return batch;
    }

    /// One record's bytes.
    static byte[] record(
            int offsetDelta, long timestampDelta, byte @Nullable [] key, byte @Nullable [] value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            DefaultRecord.writeTo(
                    new DataOutputStream(out),
                    offsetDelta,
                    timestampDelta,
                    key == null ? null : ByteBuffer.wrap(key),
                    value == null ? null : ByteBuffer.wrap(value),
                    new Header[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static byte[] compress(CompressionType compression, byte[] payload) {
        ByteBufferOutputStream out = new ByteBufferOutputStream(payload.length + 512);
        try (OutputStream stream =
                Compression.of(compression).build().wrapForOutput(out, (byte) 2)) {
            stream.write(payload);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ByteBuffer compressed = out.buffer().flip();
        byte[] bytes = new byte[compressed.remaining()];
        compressed.get(bytes);
        return bytes;
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// What a reader sees of each record: all but its compression.
    static List<String> content(ByteBuffer batch) {
        List<String> content = new ArrayList<>();
        kafka(batch)
                .forEach(r ->
                        content.add(
                                "%d %d %d %s %s %s"
                                        .formatted(
                                                r.offset(),
                                                r.timestamp(),
                                                r.sequence(),
                                                text(r.key()),
                                                text(r.value()),
                                                List.of(r.headers()))));
        return content;
    }

    private static String text(@Nullable ByteBuffer bytes) {
        return bytes == null ? "null" : StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }
}
