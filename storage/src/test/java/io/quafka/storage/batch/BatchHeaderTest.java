package io.quafka.storage.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

class BatchHeaderTest {
    private static final int PADDING = 7;

    @Test
    void agreesWithKafkaOnEveryFieldOfEveryKindOfBatch() {
        int batches = 0;
        for (CompressionType compression : CompressionType.values()) {
            for (TimestampType timestampType :
                    List.of(TimestampType.CREATE_TIME, TimestampType.LOG_APPEND_TIME)) {
                for (int sequence :
                        new int[] {-1, 0, 17, Integer.MAX_VALUE, Integer.MAX_VALUE - 1}) {
                    for (int records : new int[] {1, 2, 300}) {
                        agrees(build(compression, timestampType, sequence, records));
                        batches++;
                    }
                }
            }
        }
        assertThat(batches).isEqualTo(5 * 2 * 5 * 3);
        agrees(
                MemoryRecords.withEndTransactionMarker(
                                5,
                                1000,
                                3,
                                77,
                                (short) 2,
                                new EndTransactionMarker(ControlRecordType.COMMIT, 4))
                        .buffer());
    }

    @Test
    void baseOffsetAndLeaderEpochLieOutsideOfTheCrc() {
        ByteBuffer batch = build(CompressionType.NONE, TimestampType.CREATE_TIME, 3, 10);

        BatchHeader.setBaseOffset(batch, 0, 1L << 40);
        BatchHeader.setLeaderEpoch(batch, 0, 12);

        assertThat(BatchHeader.crcMatches(batch, 0)).isTrue();
        DefaultRecordBatch theirs = Batches.kafka(batch);
        assertThat(theirs.isValid()).isTrue();
        assertThat(theirs.baseOffset()).isEqualTo(1L << 40);
        assertThat(theirs.lastOffset()).isEqualTo((1L << 40) + 9);
        assertThat(theirs.partitionLeaderEpoch()).isEqualTo(12);
    }

    @Test
    void stampingLogAppendTimeLeavesABatchThatKafkaFindsValid() {
        ByteBuffer batch =
                Batches.direct(build(CompressionType.LZ4, TimestampType.CREATE_TIME, 3, 10));

        BatchHeader.stampLogAppendTime(batch, 0, 1_234_567);

        DefaultRecordBatch theirs = Batches.kafka(batch);
        assertThat(theirs.isValid()).isTrue();
        assertThat(theirs.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
        assertThat(theirs.compressionType()).isEqualTo(CompressionType.LZ4);
        assertThat(theirs.isTransactional()).isTrue();
        assertThat(theirs).allSatisfy(r -> assertThat(r.timestamp()).isEqualTo(1_234_567));
    }

    @Test
    void noFlippedBitAfterTheMagicPassesTheCrc() {
        ByteBuffer batch = build(CompressionType.NONE, TimestampType.CREATE_TIME, 3, 2);
        for (int bit = 17 * 8; bit < batch.limit() * 8; bit++) {
            byte before = batch.get(bit / 8);
            batch.put(bit / 8, (byte) (before ^ 1 << bit % 8));
            assertThat(BatchHeader.crcMatches(batch, 0)).as("bit %d", bit).isFalse();
            batch.put(bit / 8, before);
        }
        assertThat(BatchHeader.crcMatches(batch, 0)).isTrue();
    }

    @Test
    void aLengthThatLiesIsNotWhole() {
        ByteBuffer batch = build(CompressionType.NONE, TimestampType.CREATE_TIME, 3, 2);
        int honest = BatchHeader.batchLength(batch, 0);
        for (int length :
                new int[] {
                    honest + 1,
                    48,
                    0,
                    -1,
                    -12,
                    -13,
                    Integer.MIN_VALUE,
                    Integer.MAX_VALUE,
                    Integer.MAX_VALUE - 12
                }) {
            batch.putInt(8, length);
            assertThat(BatchHeader.isWhole(batch, 0)).as("length %d", length).isFalse();
            assertThat(BatchHeader.crcMatches(batch, 0)).as("length %d", length).isFalse();
        }
        batch.putInt(8, honest);
        assertThat(BatchHeader.isWhole(batch, 0)).isTrue();
        assertThat(BatchHeader.isWhole(batch, 1)).isFalse();
        assertThat(BatchHeader.isWhole(batch, batch.limit())).isFalse();
    }

    private static ByteBuffer build(
            CompressionType compression, TimestampType timestampType, int sequence, int records) {
        List<SimpleRecord> some = new ArrayList<>();
        for (int i = 0; i < records; i++) {
            some.add(
                    new SimpleRecord(
                            1_700_000_000_000L + (i * 37L) % 100,
                            ("k" + i).getBytes(),
                            new byte[i % 50]));
        }
        boolean idempotent = sequence >= 0;
        return MemoryRecords.withRecords(
                        (byte) 2,
                        4711,
                        Compression.of(compression).build(),
                        timestampType,
                        idempotent ? 99 : -1,
                        (short) (idempotent ? 5 : -1),
                        sequence,
                        8,
                        idempotent,
                        some.toArray(SimpleRecord[]::new))
                .buffer();
    }

    private static void agrees(ByteBuffer batch) {
        DefaultRecordBatch theirs = Batches.kafka(batch);
        agrees(batch, batch.position(), theirs);
        int size = batch.remaining();
        ByteBuffer padded = ByteBuffer.allocateDirect(size + 2 * PADDING);
        padded.put(PADDING, batch, batch.position(), size);
        agrees(padded, PADDING, theirs);
    }

    private static void agrees(ByteBuffer buffer, int position, DefaultRecordBatch theirs) {
        assertThat(BatchHeader.baseOffset(buffer, position)).isEqualTo(theirs.baseOffset());
        assertThat(BatchHeader.sizeInBytes(buffer, position)).isEqualTo(theirs.sizeInBytes());
        assertThat(BatchHeader.batchLength(buffer, position)).isEqualTo(theirs.sizeInBytes() - 12);
        assertThat(BatchHeader.leaderEpoch(buffer, position))
                .isEqualTo(theirs.partitionLeaderEpoch());
        assertThat(BatchHeader.magic(buffer, position)).isEqualTo(theirs.magic());
        assertThat(BatchHeader.crc(buffer, position)).isEqualTo(theirs.checksum());
        assertThat(BatchHeader.compressionCode(buffer, position))
                .isEqualTo(theirs.compressionType().id);
        assertThat(BatchHeader.timestampType(buffer, position)).isEqualTo(theirs.timestampType());
        assertThat(BatchHeader.isTransactional(buffer, position))
                .isEqualTo(theirs.isTransactional());
        assertThat(BatchHeader.isControl(buffer, position)).isEqualTo(theirs.isControlBatch());
        assertThat(BatchHeader.hasDeleteHorizon(buffer, position))
                .isEqualTo(theirs.deleteHorizonMs().isPresent());
        assertThat(BatchHeader.lastOffset(buffer, position)).isEqualTo(theirs.lastOffset());
        assertThat(BatchHeader.lastOffsetDelta(buffer, position))
                .isEqualTo(theirs.lastOffset() - theirs.baseOffset());
        assertThat(BatchHeader.baseTimestamp(buffer, position)).isEqualTo(theirs.baseTimestamp());
        assertThat(BatchHeader.maxTimestamp(buffer, position)).isEqualTo(theirs.maxTimestamp());
        assertThat(BatchHeader.producerId(buffer, position)).isEqualTo(theirs.producerId());
        assertThat(BatchHeader.hasProducerId(buffer, position)).isEqualTo(theirs.hasProducerId());
        assertThat(BatchHeader.producerEpoch(buffer, position)).isEqualTo(theirs.producerEpoch());
        assertThat(BatchHeader.baseSequence(buffer, position)).isEqualTo(theirs.baseSequence());
        assertThat(BatchHeader.lastSequence(buffer, position)).isEqualTo(theirs.lastSequence());
        assertThat(BatchHeader.recordCount(buffer, position)).isEqualTo(theirs.countOrNull());
        assertThat(BatchHeader.crcMatches(buffer, position)).isTrue();
    }
}
