package io.quafka.storage.batch;

import static io.quafka.storage.batch.Batches.NOW;
import static io.quafka.storage.batch.Batches.around;
import static io.quafka.storage.batch.Batches.compress;
import static io.quafka.storage.batch.Batches.concat;
import static io.quafka.storage.batch.Batches.record;
import static io.quafka.storage.batch.Batches.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.storage.batch.Validation.Accepted;
import io.quafka.storage.batch.Validation.Refused;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xerial.snappy.Snappy;

/// Record bytes that lie, uncompressed and within compression.
class HostileRecordsTest {
    private static final byte[] VALUE = new byte[20];
    private static final byte[] SNAPPY_HEADER = {
        (byte) 0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0, 0, 0, 0, 1, 0, 0, 0, 1
    };

    private final BatchValidator validator = new BatchValidator();

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void refusesRecordsThatAreNotWhatTheyDeclare(CompressionType compression) {
        byte[] first = record(0, 0, null, VALUE);
        byte[] second = record(1, 5, VALUE, VALUE);
        assertAccepted(compression, concat(first, second), 2);

        assertRefused(compression, concat(first, second), 1);
        assertRefused(compression, concat(first, second), 3);
        assertRefused(compression, concat(first, second, new byte[1]), 2);
        assertRefused(compression, concat(first, first), 2);
        assertRefused(compression, concat(first, record(2, 0, null, VALUE)), 2);
        assertRefused(compression, concat(first, record(-1, 0, null, VALUE)), 2);
        byte[] both = concat(first, second);
        for (int cut = 0; cut < both.length; cut++) {
            assertRefused(compression, Arrays.copyOf(both, cut), 2);
        }
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void refusesLengthsInsideOfRecordsThatLie(CompressionType compression) {
        // length, attributes, timestamp delta, offset delta, key length, key, value length, value,
        // headers
        byte[] honest = {16, 0, 0, 0, 2, 'k', 2, 'v', 0};
        assertAccepted(compression, honest, 1);
        assertRefused(compression, with(honest, 0, 14), 1);
        assertRefused(compression, with(honest, 0, 18), 1);
        assertRefused(compression, with(honest, 0, 15), 1);
        assertRefused(compression, with(honest, 4, 4), 1);
        assertRefused(compression, with(honest, 4, 126), 1);
        assertRefused(compression, with(honest, 6, 0), 1);
        assertRefused(compression, with(honest, 6, 4), 1);
        assertRefused(compression, with(honest, 8, 1), 1);
        assertRefused(compression, with(honest, 8, 2), 1);
        // Any negative length of a key or value is null.
        assertAccepted(compression, new byte[] {12, 0, 0, 0, 1, 3, 0}, 1);
        assertRefused(compression, new byte[] {16, 0, 0, 0, 1, 1, 2, 1, 1}, 1);
        assertAccepted(compression, new byte[] {16, 0, 0, 0, 1, 1, 2, 0, 1}, 1);
        byte[] hugeKey = {20, 0, 0, 0, -2, -1, -1, -1, 15, 0, 0};
        assertRefused(compression, hugeKey, 1);
        byte[] hugeHeaderCount = {20, 0, 0, 0, 1, 1, -2, -1, -1, -1, 15};
        assertRefused(compression, hugeHeaderCount, 1);
        byte[] endlessVarint = {20, 0, 0, -1, -1, -1, -1, -1, -1, 0, 0};
        assertRefused(compression, endlessVarint, 1);
        byte[] endlessVarlong = {26, 0, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 0};
        assertRefused(compression, endlessVarlong, 1);
        byte[] hugeLength = {-2, -1, -1, -1, 15, 0, 0, 0, 1, 1, 0};
        assertRefused(compression, hugeLength, 1);
        byte[] negativeLength = {15, 0, 0, 0, 1, 1, 0};
        assertRefused(compression, negativeLength, 1);
    }

    @ParameterizedTest
    @EnumSource(
            value = CompressionType.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"NONE"})
    @Timeout(20)
    void aBombCostsBoundedMemoryAndTime(CompressionType compression) {
        long maxDecompressed = 8 << 20;
        BatchValidator narrow = new BatchValidator(maxDecompressed, 1);
        byte[] just = record(0, 0, null, new byte[(int) maxDecompressed - 20]);
        byte[] bomb = record(0, 0, null, new byte[(int) maxDecompressed]);
        ByteBuffer within = around(compress(compression, just), compression.id, 1);
        ByteBuffer beyond = around(compress(compression, bomb), compression.id, 1);
        assertThat(narrow.validate(within, settings(), NOW)).isInstanceOf(Accepted.class);
        long before = allocatedByThisThread();
        assertInvalid(narrow.validate(beyond, settings(), NOW));
        assertThat(allocatedByThisThread() - before).isLessThan(4 << 20);
    }

    @ParameterizedTest
    @EnumSource(
            value = CompressionType.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"NONE"})
    void bytesThatCannotBeDecompressedAreRefused(CompressionType compression) {
        assertInvalid(validate(around(new byte[0], compression.id, 1)));
        assertInvalid(validate(around(new byte[] {1, 2, 3}, compression.id, 1)));
        assertInvalid(validate(around(new byte[1000], compression.id, 1)));
        byte[] whole = compress(compression, record(0, 0, null, VALUE));
        for (int cut = 0; cut < whole.length - 8; cut++) {
            assertInvalid(validate(around(Arrays.copyOf(whole, cut), compression.id, 1)));
        }
    }

    @Test
    void snappyLengthsThatLieAllocateNothing() {
        byte[] hugeChunk = concat(SNAPPY_HEADER, new byte[] {0x1f, 0, 0, 0, 1, 2, 3});
        byte[] negativeChunk = concat(SNAPPY_HEADER, new byte[] {-1, 0, 0, 0, 1, 2, 3});
        byte[] hugeBlock = concat(SNAPPY_HEADER, new byte[] {0, 0, 0, 5, -1, -1, -1, -1, 7});
        byte[] hugeRawBlock = {-1, -1, -1, -1, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        for (byte[] lie : new byte[][] {hugeChunk, negativeChunk, hugeBlock, hugeRawBlock}) {
            ByteBuffer batch = around(lie, CompressionType.SNAPPY.id, 1);
            validate(batch);
            long before = allocatedByThisThread();
            assertInvalid(validate(batch));
            assertThat(allocatedByThisThread() - before).isLessThan(1 << 20);
        }
        byte[] manyHeaders = new byte[1 << 20];
        for (int at = 0; at < manyHeaders.length; at += SNAPPY_HEADER.length) {
            System.arraycopy(SNAPPY_HEADER, 0, manyHeaders, at, SNAPPY_HEADER.length);
        }
        assertInvalid(validate(around(manyHeaders, CompressionType.SNAPPY.id, 1)));
    }

    @Test
    void snappyWithoutFramingIsWhatSomeClientsSend() throws IOException {
        byte[] records = concat(record(0, 0, null, VALUE), record(1, 0, null, new byte[5000]));
        byte[] block = Snappy.compress(records);
        ByteBuffer batch = around(block, CompressionType.SNAPPY.id, 2);
        assertThat(validate(batch)).isInstanceOf(Accepted.class);
        assertThat(Batches.kafka(batch)).hasSize(2);
    }

    @Test
    void gzipOfManyEmptyMembersDoesNotOverflowTheStack() throws IOException {
        ByteArrayOutputStream empty = new ByteArrayOutputStream();
        new GZIPOutputStream(empty).close();
        byte[] many = new byte[1 << 20];
        for (int at = 0; at + empty.size() < many.length; at += empty.size()) {
            System.arraycopy(empty.toByteArray(), 0, many, at, empty.size());
        }
        assertInvalid(validate(around(many, CompressionType.GZIP.id, 1)));
        byte[] two =
                concat(
                        empty.toByteArray(),
                        compress(CompressionType.GZIP, record(0, 0, null, VALUE)));
        assertThat(validate(around(two, CompressionType.GZIP.id, 1))).isInstanceOf(Accepted.class);
    }

    @Test
    void threadsThatWaitForAPlaceGetOne() throws InterruptedException {
        BatchValidator one = new BatchValidator(1 << 20, 1);
        byte[] good = compress(CompressionType.ZSTD, record(0, 0, null, VALUE));
        Thread[] threads = new Thread[20];
        int[] accepted = new int[threads.length];
        for (int i = 0; i < threads.length; i++) {
            int slot = i;
            threads[i] =
                    Thread.ofVirtual()
                            .start(() -> {
                                for (int n = 0; n < 50; n++) {
                                    boolean bad = n % 3 == 0;
                                    byte[] payload = bad ? new byte[9] : good;
                                    Validation validation =
                                            one.validate(around(payload, 4, 1), settings(), NOW);
                                    accepted[slot] += validation instanceof Accepted ? 1 : 0;
                                }
                            });
        }
        for (Thread thread : threads) {
            assertThat(thread.join(Duration.ofSeconds(30))).isTrue();
        }
        assertThat(accepted).containsOnly(33);
    }

    private void assertAccepted(CompressionType compression, byte[] records, int count) {
        ByteBuffer batch = around(compress(compression, records), compression.id, count);
        assertThat(validate(batch)).isInstanceOf(Accepted.class);
        assertThat(Batches.kafka(batch)).hasSize(count);
    }

    private void assertRefused(CompressionType compression, byte[] records, int count) {
        assertInvalid(validate(around(compress(compression, records), compression.id, count)));
        if (compression == CompressionType.NONE) {
            assertInvalid(validate(Batches.direct(around(records, 0, count))));
        }
    }

    private static void assertInvalid(Validation validation) {
        assertThat(validation).isInstanceOf(Refused.class);
        Refused refused = (Refused) validation;
        assertThat(refused.error()).as(refused.message()).isEqualTo(Errors.INVALID_RECORD);
    }

    private Validation validate(ByteBuffer batch) {
        return validator.validate(batch, settings(), NOW);
    }

    private static byte[] with(byte[] bytes, int at, int value) {
        byte[] changed = bytes.clone();
        changed[at] = (byte) value;
        return changed;
    }

    private static long allocatedByThisThread() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getCurrentThreadAllocatedBytes();
    }
}
