package io.quafka.storage.batch;

import static io.quafka.storage.batch.Batches.HOUR;
import static io.quafka.storage.batch.Batches.NOW;
import static io.quafka.storage.batch.Batches.batch;
import static io.quafka.storage.batch.Batches.bytes;
import static io.quafka.storage.batch.Batches.direct;
import static io.quafka.storage.batch.Batches.idempotent;
import static io.quafka.storage.batch.Batches.records;
import static io.quafka.storage.batch.Batches.restamp;
import static io.quafka.storage.batch.Batches.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.TopicSettings;
import io.quafka.storage.batch.Validation.Accepted;
import io.quafka.storage.batch.Validation.RecordError;
import io.quafka.storage.batch.Validation.Refused;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchValidatorTest {
    private static final TopicSettings COMPACTED =
            settings(true, "producer", TimestampType.CREATE_TIME, 10 << 20);

    private final BatchValidator validator = new BatchValidator();

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void acceptsTheVeryBytesThatAProducerSends(CompressionType compression) {
        for (int count : new int[] {1, 2, 10, 64, 65, 300, 9000}) {
            for (ByteBuffer sent :
                    List.of(
                            batch(compression, records(count)),
                            idempotent(compression, true, records(count)))) {
                ByteBuffer before =
                        ByteBuffer.allocate(sent.remaining()).put(sent.duplicate()).flip();
                ByteBuffer inFrame = ByteBuffer.allocateDirect(sent.remaining() + 9);
                inFrame.position(9).put(sent).position(9);

                Accepted accepted = accepted(inFrame, COMPACTED);

                assertThat(accepted.batch()).isEqualTo(before);
                assertThat(accepted.batch().isDirect()).isTrue();
                assertThat(accepted.recordCount()).isEqualTo(count);
                assertThat(accepted.maxTimestampMs())
                        .isEqualTo(Batches.kafka(before).maxTimestamp());
                assertThat(accepted.logAppendTimeMs()).isEqualTo(-1);
                assertThat(inFrame.position()).isEqualTo(9);
                accepted.batch().put(0, (byte) 1);
                assertThat(inFrame.get(9)).isEqualTo((byte) 1);
            }
        }
    }

    @Test
    void largeKeysValuesAndDistantTimesAreRecordsLikeOthers() {
        SimpleRecord[] large = {
            new SimpleRecord(NOW, new byte[200], new byte[100]),
            new SimpleRecord(NOW - 20 * HOUR, new byte[0], new byte[70_000]),
            new SimpleRecord(NOW, new byte[3_000_000], new byte[0]),
            new SimpleRecord(NOW + HOUR / 2, (byte[]) null, null),
        };
        for (CompressionType compression : CompressionType.values()) {
            assertThat(accepted(batch(compression, large), settings()).maxTimestampMs())
                    .isEqualTo(NOW + HOUR / 2);
        }
    }

    @Test
    void refusesWhatIsNotOneWholeBatch() {
        ByteBuffer whole = batch(CompressionType.NONE, records(3));
        assertRefused(ByteBuffer.allocate(0), Errors.INVALID_RECORD);
        for (int cut = 0; cut < whole.limit(); cut++) {
            assertRefused(whole.duplicate().limit(cut), Errors.INVALID_RECORD);
        }
        ByteBuffer two = ByteBuffer.allocate(2 * whole.limit());
        two.put(whole.duplicate()).put(whole.duplicate()).flip();
        assertRefused(two, Errors.INVALID_RECORD);
        assertRefused(two.putInt(whole.limit() + 8, 3), Errors.CORRUPT_MESSAGE);
        two.putInt(whole.limit() + 8, 100).put(whole.limit() + 16, (byte) 3);
        assertRefused(two, Errors.CORRUPT_MESSAGE);
    }

    @Test
    void cutsOffWhatFollowsAndIsNoBatch() {
        ByteBuffer whole = batch(CompressionType.NONE, records(3));
        ByteBuffer trailed = ByteBuffer.allocate(2 * whole.limit());
        trailed.put(whole.duplicate()).put(whole.duplicate()).flip();
        for (int left = 1; left < whole.limit(); left++) {
            trailed.limit(whole.limit() + left);
            assertThat(accepted(trailed, settings()).batch()).isEqualTo(whole);
        }
    }

    @Test
    void refusesOldFormats() {
        for (byte magic : new byte[] {0, 1}) {
            ByteBuffer old =
                    MemoryRecords.withRecords(
                                    magic,
                                    Compression.NONE,
                                    new SimpleRecord(NOW, bytes("k"), bytes("v")))
                            .buffer();
            assertRefused(old, Errors.INVALID_RECORD);
        }
        assertRefusedWith(b -> b.put(16, (byte) 3), Errors.CORRUPT_MESSAGE);
        assertRefusedWith(b -> b.put(16, (byte) -1), Errors.CORRUPT_MESSAGE);
    }

    @Test
    void refusesHeadersThatLie() {
        assertRefusedWith(b -> b.putLong(0, 1), Errors.INVALID_RECORD);
        assertRefusedWith(b -> b.putLong(0, -1), Errors.INVALID_RECORD);
        assertRefusedWith(b -> b.putInt(57, 4), Errors.INVALID_RECORD);
        assertRefusedWith(b -> b.putInt(57, 0), Errors.INVALID_RECORD);
        assertRefusedWith(b -> b.putInt(57, -3), Errors.INVALID_RECORD);
        assertRefusedWith(b -> b.putInt(23, 1), Errors.INVALID_RECORD);
        assertRefusedWith(b -> b.putInt(23, -1), Errors.INVALID_RECORD);
        assertRefusedWith(b -> b.putInt(23, 3).putInt(57, 4), Errors.INVALID_RECORD);
        assertRefusedWith(b -> b.putInt(23, 1).putInt(57, 2), Errors.INVALID_RECORD);
        assertRefusedWith(b -> b.putInt(23, -1).putInt(57, 0), Errors.INVALID_RECORD);
        assertRefusedWith(
                b -> b.putInt(23, Integer.MAX_VALUE).putInt(57, Integer.MIN_VALUE),
                Errors.INVALID_RECORD);
        assertRefusedWith(
                b -> b.putInt(23, Integer.MAX_VALUE - 1).putInt(57, Integer.MAX_VALUE),
                Errors.INVALID_RECORD);
        assertRefusedWith(b -> b.putShort(21, (short) 0x20), Errors.INVALID_RECORD);
        for (short code : new short[] {5, 6, 7}) {
            assertRefusedWith(b -> b.putShort(21, code), Errors.UNSUPPORTED_COMPRESSION_TYPE);
        }
    }

    @Test
    void refusesLengthsThatLie() {
        int honest = BatchHeader.batchLength(batch(CompressionType.NONE, records(3)), 0);
        for (int length : new int[] {honest + 1, Integer.MAX_VALUE, Integer.MAX_VALUE - 11}) {
            ByteBuffer batch = batch(CompressionType.NONE, records(3));
            assertRefused(batch.putInt(8, length), Errors.INVALID_RECORD);
        }
        for (int length : new int[] {honest - 1, 49, 48, 14, 13, 0, -1, -12, Integer.MIN_VALUE}) {
            ByteBuffer batch = batch(CompressionType.NONE, records(3));
            assertRefused(batch.putInt(8, length), Errors.CORRUPT_MESSAGE);
        }
    }

    @Test
    void refusesAnyByteThatChangedOnTheWay() {
        ByteBuffer batch = batch(CompressionType.NONE, records(2));
        for (int at = 17; at < batch.limit(); at++) {
            batch.put(at, (byte) (batch.get(at) ^ 0x40));
            assertRefused(batch, Errors.CORRUPT_MESSAGE);
            batch.put(at, (byte) (batch.get(at) ^ 0x40));
        }
    }

    @Test
    void refusesWhatIsLargerThanTheTopicTakes() {
        ByteBuffer batch = batch(CompressionType.NONE, records(20));
        int size = batch.limit();
        accepted(batch, settings(false, "producer", TimestampType.CREATE_TIME, size));
        assertRefused(
                batch,
                settings(false, "producer", TimestampType.CREATE_TIME, size - 1),
                Errors.MESSAGE_TOO_LARGE);
    }

    @Test
    void refusesProducersThatContradictThemselves() {
        assertRefusedWith(b -> b.putLong(43, -2), Errors.INVALID_RECORD);
        assertRefusedWith(b -> b.putLong(43, 5).putShort(51, (short) 0), Errors.INVALID_RECORD);
        assertRefusedWith(b -> b.putLong(43, 5).putInt(53, 0), Errors.INVALID_PRODUCER_EPOCH);
        assertRefusedWith(b -> b.putShort(21, (short) 0x10), Errors.INVALID_RECORD);
        accepted(idempotent(CompressionType.NONE, true, records(3)), settings());
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void namesTheRecordsWithoutAKeyInACompactedTopic(CompressionType compression) {
        SimpleRecord[] records = records(6);
        records[2] = new SimpleRecord(NOW, null, bytes("v"));
        records[5] = new SimpleRecord(NOW, null, bytes("v"));
        accepted(batch(compression, records), settings());
        Refused refused =
                assertRefused(batch(compression, records), COMPACTED, Errors.INVALID_RECORD);
        assertThat(refused.records()).extracting(RecordError::index).containsExactly(2, 5);
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void namesTheRecordsWhoseTimeIsOutOfRange(CompressionType compression) {
        SimpleRecord[] records = {
            new SimpleRecord(NOW + HOUR, bytes("k"), bytes("just")),
            new SimpleRecord(NOW + HOUR + 1, bytes("k"), bytes("too late")),
            new SimpleRecord(NOW - 24 * HOUR, bytes("k"), bytes("just")),
            new SimpleRecord(NOW - 24 * HOUR - 1, bytes("k"), bytes("too early")),
            new SimpleRecord(-1, null, bytes("no time at all")),
        };
        Refused refused =
                assertRefused(batch(compression, records), settings(), Errors.INVALID_TIMESTAMP);
        assertThat(refused.records()).extracting(RecordError::index).containsExactly(1, 3);
        Refused both =
                assertRefused(batch(compression, records), COMPACTED, Errors.INVALID_TIMESTAMP);
        assertThat(both.records()).extracting(RecordError::index).containsExactly(1, 3, 4);
        accepted(
                batch(compression, records),
                settings(false, "producer", TimestampType.LOG_APPEND_TIME, 1 << 20));
    }

    @Test
    void unlimitedRangesTakeAnyTime() {
        TopicSettings open =
                new TopicSettings(
                        false,
                        true,
                        -1,
                        -1,
                        -1,
                        -1,
                        1 << 30,
                        HOUR,
                        1 << 20,
                        1,
                        "producer",
                        TimestampType.CREATE_TIME,
                        Long.MAX_VALUE,
                        Long.MAX_VALUE);
        for (long timestamp : new long[] {0, 1, Long.MAX_VALUE}) {
            Accepted accepted =
                    accepted(
                            batch(CompressionType.NONE, new SimpleRecord(timestamp, bytes("v"))),
                            open);
            assertThat(accepted.maxTimestampMs()).isEqualTo(timestamp);
        }
    }

    @Test
    void namesABoundedNumberOfRecords() {
        SimpleRecord[] records = new SimpleRecord[5000];
        Arrays.fill(records, new SimpleRecord(NOW, null, bytes("v")));
        Refused refused =
                assertRefused(
                        batch(CompressionType.NONE, records), COMPACTED, Errors.INVALID_RECORD);
        assertThat(refused.records()).hasSize(BatchValidator.MAX_RECORD_ERRORS);
        assertThat(refused.message()).contains("5000");
    }

    @Test
    void refusesLogAppendTimeFromAProducer() {
        ByteBuffer batch = batch(CompressionType.NONE, records(3));
        restamp(batch.putShort(21, (short) 0x08));
        for (TimestampType type :
                List.of(TimestampType.CREATE_TIME, TimestampType.LOG_APPEND_TIME)) {
            Refused refused =
                    assertRefused(
                            batch,
                            settings(false, "producer", type, 1 << 20),
                            Errors.INVALID_TIMESTAMP);
            assertThat(refused.records()).extracting(RecordError::index).containsExactly(0, 1, 2);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, Long.MAX_VALUE, Long.MIN_VALUE})
    void correctsAMaxTimestampThatLies(long lie) {
        ByteBuffer batch = direct(batch(CompressionType.LZ4, records(10)));
        long honest = BatchHeader.maxTimestamp(batch, 0);
        restamp(batch.putLong(35, lie));

        Accepted accepted = accepted(batch, settings());

        assertThat(accepted.maxTimestampMs()).isEqualTo(honest);
        DefaultRecordBatch theirs = Batches.kafka(accepted.batch());
        assertThat(theirs.isValid()).isTrue();
        assertThat(theirs.maxTimestamp()).isEqualTo(honest);
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void stampsLogAppendTime(CompressionType compression) {
        ByteBuffer batch = direct(idempotent(compression, true, records(10)));

        Accepted accepted =
                accepted(
                        batch, settings(false, "producer", TimestampType.LOG_APPEND_TIME, 1 << 20));

        assertThat(accepted.logAppendTimeMs()).isEqualTo(NOW);
        assertThat(accepted.maxTimestampMs()).isEqualTo(NOW);
        DefaultRecordBatch theirs = Batches.kafka(accepted.batch());
        assertThat(theirs.isValid()).isTrue();
        assertThat(theirs.isTransactional()).isTrue();
        assertThat(theirs.baseSequence()).isEqualTo(17);
        assertThat(theirs).hasSize(10).allSatisfy(r -> assertThat(r.timestamp()).isEqualTo(NOW));
    }

    @Test
    void recompressesToTheTopicsOwnCompression() {
        for (CompressionType source : CompressionType.values()) {
            for (CompressionType target : CompressionType.values()) {
                String setting = target == CompressionType.NONE ? "uncompressed" : target.name;
                ByteBuffer sent = direct(idempotent(source, true, records(200)));
                List<String> content = Batches.content(sent);
                long maxTimestamp = BatchHeader.maxTimestamp(sent, 0);

                Accepted accepted =
                        accepted(sent, settings(true, setting, TimestampType.CREATE_TIME, 1 << 20));

                DefaultRecordBatch theirs = Batches.kafka(accepted.batch());
                assertThat(theirs.isValid()).isTrue();
                assertThat(theirs.sizeInBytes()).isEqualTo(accepted.batch().limit());
                assertThat(theirs.compressionType()).isEqualTo(target);
                assertThat(theirs.producerId()).isEqualTo(4711);
                assertThat(theirs.producerEpoch()).isEqualTo((short) 3);
                assertThat(theirs.baseSequence()).isEqualTo(17);
                assertThat(theirs.isTransactional()).isTrue();
                assertThat(theirs.maxTimestamp()).isEqualTo(maxTimestamp);
                assertThat(accepted.recordCount()).isEqualTo(200);
                assertThat(accepted.maxTimestampMs()).isEqualTo(maxTimestamp);
                assertThat(Batches.content(accepted.batch())).isEqualTo(content);
            }
        }
    }

    @Test
    void recompressedBatchesAreStampedAndMeasuredToo() {
        ByteBuffer zeros =
                batch(CompressionType.ZSTD, new SimpleRecord(NOW, bytes("k"), new byte[100_000]));
        assertRefused(
                zeros,
                settings(false, "uncompressed", TimestampType.CREATE_TIME, 50_000),
                Errors.MESSAGE_TOO_LARGE);
        assertRefused(
                zeros,
                settings(false, "snappy", TimestampType.CREATE_TIME, 3_000),
                Errors.MESSAGE_TOO_LARGE);
        Accepted accepted =
                accepted(zeros, settings(false, "gzip", TimestampType.LOG_APPEND_TIME, 50_000));
        DefaultRecordBatch theirs = Batches.kafka(accepted.batch());
        assertThat(theirs.isValid()).isTrue();
        assertThat(theirs.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
        assertThat(theirs.maxTimestamp()).isEqualTo(NOW);
    }

    @Test
    void zstdNeedsAClientThatKnowsIt() {
        ByteBuffer zstd = batch(CompressionType.ZSTD, records(1));
        assertThat(BatchValidator.refusedByVersion(zstd, (short) 6))
                .extracting(Refused::error)
                .isEqualTo(Errors.UNSUPPORTED_COMPRESSION_TYPE);
        assertThat(BatchValidator.refusedByVersion(zstd, (short) 7)).isNull();
        assertThat(BatchValidator.refusedByVersion(zstd.limit(60), (short) 3)).isNull();
        ByteBuffer lz4 = batch(CompressionType.LZ4, records(1));
        assertThat(BatchValidator.refusedByVersion(lz4, (short) 3)).isNull();
    }

    private Accepted accepted(ByteBuffer records, TopicSettings settings) {
        Validation validation = validator.validate(records, settings, NOW);
        assertThat(validation).isInstanceOf(Accepted.class);
        return (Accepted) validation;
    }

    private void assertRefusedWith(Consumer<ByteBuffer> lie, Errors error) {
        ByteBuffer batch = batch(CompressionType.NONE, records(3));
        lie.accept(batch);
        assertRefused(restamp(batch), error);
    }

    private void assertRefused(ByteBuffer records, Errors error) {
        assertRefused(records, settings(), error);
    }

    private Refused assertRefused(ByteBuffer records, TopicSettings settings, Errors error) {
        Validation validation = validator.validate(records, settings, NOW);
        assertThat(validation).isInstanceOf(Refused.class);
        Refused refused = (Refused) validation;
        assertThat(refused.error()).as(refused.message()).isEqualTo(error);
        return refused;
    }
}
