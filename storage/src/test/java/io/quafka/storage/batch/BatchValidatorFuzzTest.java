package io.quafka.storage.batch;

import static io.quafka.storage.batch.Batches.NOW;
import static io.quafka.storage.batch.Batches.batch;
import static io.quafka.storage.batch.Batches.idempotent;
import static io.quafka.storage.batch.Batches.records;
import static io.quafka.storage.batch.Batches.restamp;
import static io.quafka.storage.batch.Batches.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.TopicSettings;
import io.quafka.storage.batch.Validation.Accepted;
import io.quafka.storage.batch.Validation.Refused;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.api.Test;

/// Mutated batches: refused, or readable by Kafka's own reader.
class BatchValidatorFuzzTest {
    private static final long SEED = 20_261_122;
    private static final int MUTATIONS = 200_000;
    private static final int[] HEADER_FIELDS = {0, 8, 16, 21, 23, 27, 35, 43, 51, 53, 57};
    private static final long[] TELLING_VALUES = {
        0, 1, -1, 2, 5, 0x7f, 0x80, 0xff, Integer.MAX_VALUE, Integer.MIN_VALUE, Long.MAX_VALUE
    };
    private static final TopicSettings[] TOPICS = {
        settings(),
        settings(true, "producer", TimestampType.CREATE_TIME, 1 << 20),
        settings(false, "producer", TimestampType.LOG_APPEND_TIME, 1 << 20),
        settings(false, "producer", TimestampType.LOG_APPEND_TIME, 400),
    };
    private static final TopicSettings[] RECOMPRESSING_TOPICS = {
        settings(false, "uncompressed", TimestampType.LOG_APPEND_TIME, 1 << 20),
        settings(false, "lz4", TimestampType.LOG_APPEND_TIME, 1 << 20),
        settings(false, "zstd", TimestampType.CREATE_TIME, 1 << 20),
    };

    private final BatchValidator validator = new BatchValidator(1 << 20, 1);
    private final ByteBuffer direct = ByteBuffer.allocateDirect(1 << 16);

    @Test
    void whateverIsAcceptedCanBeReadByKafka() {
        SplittableRandom random = new SplittableRandom(SEED);
        List<ByteBuffer> corpus = corpus();
        int accepted = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            ByteBuffer mutated = mutate(corpus.get(random.nextInt(corpus.size())), random);
            TopicSettings[] topics = random.nextInt(50) == 0 ? RECOMPRESSING_TOPICS : TOPICS;
            TopicSettings topic = topics[random.nextInt(topics.length)];
            try {
                accepted += check(validator.validate(mutated, topic, NOW));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("mutation " + i + " of seed " + SEED, e);
            }
        }
        // Neither all nor nothing: the mutations must reach what is behind the gate.
        assertThat(accepted).isBetween(MUTATIONS / 50, MUTATIONS / 2);
    }

    private static int check(Validation validation) {
        return switch (validation) {
            case Refused refused -> {
                assertThat(refused.error()).isNotEqualTo(Errors.NONE);
                assertThat(refused.message()).isNotEmpty();
                yield 0;
            }
            case Accepted accepted -> {
                readByKafka(accepted);
                yield 1;
            }
        };
    }

    private static void readByKafka(Accepted accepted) {
        DefaultRecordBatch theirs = Batches.kafka(accepted.batch());
        theirs.ensureValid();
        long offset = theirs.baseOffset();
        long maxTimestamp = -1;
        for (Record record : theirs) {
            if (record.offset() != offset++) {
                throw new AssertionError("offset " + record.offset());
            }
            maxTimestamp = Math.max(maxTimestamp, record.timestamp());
            record.headers();
        }
        assertThat(offset - theirs.baseOffset()).isEqualTo(accepted.recordCount());
        assertThat(offset - 1).isEqualTo(theirs.lastOffset());
        assertThat(theirs.maxTimestamp()).isEqualTo(accepted.maxTimestampMs());
        assertThat(maxTimestamp).isEqualTo(accepted.maxTimestampMs());
    }

    /// Batches of every compression, and their record bytes uncompressed to be mutated before
    /// compression.
    private static List<ByteBuffer> corpus() {
        List<ByteBuffer> corpus = new ArrayList<>();
        for (CompressionType compression : CompressionType.values()) {
            corpus.add(batch(compression, records(1)));
            corpus.add(batch(compression, records(5)));
            corpus.add(idempotent(compression, true, records(20)));
        }
        for (int i = 0; i < 8; i++) {
            corpus.add(batch(CompressionType.NONE, records(1 + i * 3)));
        }
        return corpus;
    }

    private ByteBuffer mutate(ByteBuffer original, SplittableRandom random) {
        byte[] bytes = new byte[original.limit()];
        original.get(0, bytes);
        boolean recompress = bytes[22] == 0 && random.nextInt(10) == 0;
        int mutations = 1 + random.nextInt(3);
        for (int i = 0; i < mutations; i++) {
            bytes = mutateOnce(bytes, random);
        }
        if (recompress && bytes.length > BatchHeader.BYTES) {
            bytes = compressed(bytes, random);
        }
        ByteBuffer mutated =
                random.nextBoolean() ? ByteBuffer.wrap(bytes) : direct.clear().put(bytes).flip();
        if (BatchHeader.isWhole(mutated, 0) && random.nextInt(20) != 0) {
            restamp(mutated);
        }
        return mutated;
    }

    private static byte[] compressed(byte[] bytes, SplittableRandom random) {
        CompressionType compression = CompressionType.forId(1 + random.nextInt(4));
        byte[] records = Arrays.copyOfRange(bytes, BatchHeader.BYTES, bytes.length);
        byte[] header = Arrays.copyOf(bytes, BatchHeader.BYTES);
        header[22] |= compression.id;
        byte[] whole = Batches.concat(header, Batches.compress(compression, records));
        ByteBuffer.wrap(whole).putInt(8, whole.length - 12);
        return whole;
    }

    private static byte[] mutateOnce(byte[] bytes, SplittableRandom random) {
        int body = Math.min(BatchHeader.BYTES, bytes.length - 1);
        int at = body + random.nextInt(bytes.length - body);
        switch (random.nextInt(7)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) TELLING_VALUES[random.nextInt(TELLING_VALUES.length)];
            case 2 -> bytes[at] = (byte) random.nextInt(256);
            case 3 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            case 4 -> setHeaderField(bytes, random);
            case 5 -> {
                return resized(bytes, at, random);
            }
            default -> {
                int other = body + random.nextInt(bytes.length - body);
                int length = Math.min(random.nextInt(40), bytes.length - Math.max(at, other));
                System.arraycopy(bytes.clone(), other, bytes, at, length);
            }
        }
        return bytes;
    }

    private static void setHeaderField(byte[] bytes, SplittableRandom random) {
        int at = HEADER_FIELDS[random.nextInt(HEADER_FIELDS.length)];
        if (at + Long.BYTES <= bytes.length) {
            long value = TELLING_VALUES[random.nextInt(TELLING_VALUES.length)];
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            switch (at) {
                case 16 -> buffer.put(at, (byte) value);
                case 21, 51 -> buffer.putShort(at, (short) value);
                case 8, 23, 53, 57 -> buffer.putInt(at, (int) value);
                default -> buffer.putLong(at, value);
            }
        }
    }

    /// Bytes cut out or put in, mostly with a batch length that follows.
    private static byte[] resized(byte[] bytes, int at, SplittableRandom random) {
        int change = random.nextInt(-10, 10);
        int length = Math.max(at, Math.max(1, bytes.length + change));
        byte[] resized = Arrays.copyOf(bytes, length);
        int from = Math.min(bytes.length, at + Math.max(0, -change));
        int to = Math.min(length, at + Math.max(0, change));
        System.arraycopy(bytes, from, resized, to, Math.min(bytes.length - from, length - to));
        if (length > 12 && random.nextInt(5) != 0) {
            ByteBuffer.wrap(resized).putInt(8, length - 12);
        }
        return resized;
    }
}
