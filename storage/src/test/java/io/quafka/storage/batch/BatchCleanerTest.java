package io.quafka.storage.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BatchCleanerTest {
    private static final long RETENTION = 1000;

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void supersededRecordsGoAndTheRestStaysAsItIs(CompressionType compression) throws Exception {
        ByteBuffer first = at(0, Batches.batch(compression, put("a", "1"), put("b", "2")));
        ByteBuffer second = at(2, Batches.batch(compression, put("a", "3"), put("c", "4")));
        BatchCleaner cleaner = cleaner(Map.of(), List.of(), Batches.NOW, first, second);
        ByteBuffer left = Objects.requireNonNull(cleaner.clean(first));
        assertThat(Batches.content(left)).isEqualTo(Batches.content(first).subList(1, 2));
        assertThat(BatchHeader.baseOffset(left, 0)).isZero();
        assertThat(BatchHeader.lastOffset(left, 0)).isEqualTo(1);
        assertThat(BatchHeader.crcMatches(left, 0)).isTrue();
        assertThat(cleaner.clean(second)).isSameAs(second);
    }

    @Test
    void aTombstoneGoesWhenItsHorizonHasPassed() throws Exception {
        ByteBuffer batch =
                at(5, Batches.batch(CompressionType.NONE, put("a", null), put("b", "1")));
        ByteBuffer marked =
                Objects.requireNonNull(
                        cleaner(Map.of(), List.of(), Batches.NOW, batch).clean(batch));
        assertThat(Batches.kafka(marked).deleteHorizonMs()).hasValue(Batches.NOW + RETENTION);
        assertThat(Batches.content(marked)).isEqualTo(Batches.content(batch));
        long before = Batches.NOW + RETENTION - 1;
        assertThat(cleaner(Map.of(), List.of(), before, marked).clean(marked)).isSameAs(marked);
        ByteBuffer later =
                Objects.requireNonNull(
                        cleaner(Map.of(), List.of(), before + 1, marked).clean(marked));
        assertThat(Batches.content(later)).isEqualTo(Batches.content(batch).subList(1, 2));
    }

    @Test
    void aProducersLastBatchStaysWithoutRecords() throws Exception {
        ByteBuffer first = at(0, Batches.idempotent(CompressionType.NONE, false, put("a", "1")));
        ByteBuffer second = at(1, Batches.batch(CompressionType.NONE, put("a", "2")));
        var producers = Map.of(4711L, new BatchCleaner.LastOfProducer(0, (short) 3));
        ByteBuffer left =
                Objects.requireNonNull(
                        cleaner(producers, List.of(), Batches.NOW, first, second).clean(first));
        assertThat(BatchHeader.recordCount(left, 0)).isZero();
        assertThat(BatchHeader.baseSequence(left, 0)).isEqualTo(17);
        assertThat(BatchHeader.lastOffset(left, 0)).isZero();
        assertThat(BatchHeader.crcMatches(left, 0)).isTrue();
        assertThat(cleaner(Map.of(), List.of(), Batches.NOW, first, second).clean(first)).isNull();
    }

    @Test
    void anAbortedTransactionGoesAndItsMarkerLater() throws Exception {
        ByteBuffer kept = at(0, Batches.batch(CompressionType.NONE, put("a", "kept")));
        ByteBuffer data = at(1, Batches.idempotent(CompressionType.NONE, true, put("a", "no")));
        ByteBuffer marker = marker(2, ControlRecordType.ABORT);
        var aborted = List.of(new CleanedTransactions.Aborted(4711, 1, 2));
        BatchCleaner first = cleaner(Map.of(), aborted, Batches.NOW, kept, data, marker);
        assertThat(first.clean(kept)).isSameAs(kept);
        assertThat(first.clean(data)).isNull();
        assertThat(first.clean(marker)).isSameAs(marker);
        BatchCleaner second = cleaner(Map.of(), List.of(), Batches.NOW, kept, marker);
        assertThat(second.clean(kept)).isSameAs(kept);
        ByteBuffer marked = Objects.requireNonNull(second.clean(marker));
        assertThat(Batches.kafka(marked).deleteHorizonMs()).hasValue(Batches.NOW + RETENTION);
        assertThat(Batches.kafka(marked).isControlBatch()).isTrue();
        long later = Batches.NOW + RETENTION;
        assertThat(cleaner(Map.of(), List.of(), later, kept, marked).clean(marked)).isNull();
    }

    @Test
    void aCommittedTransactionsMarkerStaysWithItsData() throws Exception {
        ByteBuffer data = at(1, Batches.idempotent(CompressionType.NONE, true, put("a", "1")));
        ByteBuffer marker = marker(2, ControlRecordType.COMMIT);
        BatchCleaner cleaner = cleaner(Map.of(), List.of(), Batches.NOW, data, marker);
        assertThat(cleaner.clean(data)).isSameAs(data);
        assertThat(cleaner.clean(marker)).isSameAs(marker);
    }

    @Test
    void recordsPastWhatTheKeysCoverStay() throws Exception {
        KeyOffsets keys = new KeyOffsets(KeyOffsets.BYTES_MIN, 1000);
        KeyOffsetsBuilder builder = new KeyOffsetsBuilder(keys, new CleanedTransactions(), 0);
        SimpleRecord[] records = new SimpleRecord[200];
        for (int i = 0; i < records.length; i++) {
            records[i] = put("k" + i, null);
        }
        ByteBuffer batch = Batches.batch(CompressionType.LZ4, records);
        assertThat(builder.add(batch)).isFalse();
        assertThat(keys.latestOffset()).isEqualTo(keys.size() - 1).isLessThan(199);
        BatchCleaner cleaner =
                new BatchCleaner(keys, new CleanedTransactions(), Map.of(), Batches.NOW, 0);
        ByteBuffer left = Objects.requireNonNull(cleaner.clean(batch));
        assertThat(Batches.content(left)).isEqualTo(Batches.content(batch));
    }

    private static BatchCleaner cleaner(
            Map<Long, BatchCleaner.LastOfProducer> producers,
            List<CleanedTransactions.Aborted> aborted,
            long nowMs,
            ByteBuffer... batches)
            throws Exception {
        KeyOffsets keys = new KeyOffsets(1 << 20, 100);
        CleanedTransactions noted = new CleanedTransactions();
        noted.add(aborted);
        KeyOffsetsBuilder builder = new KeyOffsetsBuilder(keys, noted, 0);
        for (ByteBuffer batch : batches) {
            assertThat(builder.add(batch)).isTrue();
        }
        CleanedTransactions transactions = new CleanedTransactions();
        transactions.add(aborted);
        return new BatchCleaner(keys, transactions, producers, nowMs, RETENTION);
    }

    private static SimpleRecord put(String key, @Nullable String value) {
        return new SimpleRecord(
                Batches.NOW, Batches.bytes(key), value == null ? null : Batches.bytes(value));
    }

    private static ByteBuffer at(long offset, ByteBuffer batch) {
        BatchHeader.setBaseOffset(batch, batch.position(), offset);
        return batch;
    }

    private static ByteBuffer marker(long offset, ControlRecordType type) {
        return MemoryRecords.withEndTransactionMarker(
                        offset, Batches.NOW, 0, 4711, (short) 3, new EndTransactionMarker(type, 0))
                .buffer();
    }
}
