package io.quafka.tiering.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.quafka.tiering.directory.DirectoryStore;
import io.quafka.tiering.object.AbortedRange;
import io.quafka.tiering.object.Batches;
import io.quafka.tiering.object.Block;
import io.quafka.tiering.object.ObjectDamagedException;
import io.quafka.tiering.object.ObjectOrigin;
import io.quafka.tiering.object.ObjectWriter;
import io.quafka.tiering.object.RecordPlace;
import io.quafka.tiering.object.TieredPartition;
import io.quafka.tiering.object.WrittenObject;
import io.quafka.tiering.store.FaultyStore;
import io.quafka.tiering.store.FaultyStore.Fault;
import io.quafka.tiering.store.ObjectAbsentException;
import io.quafka.tiering.store.StoreBusyException;
import io.quafka.tiering.store.StoreMeter;
import io.quafka.tiering.store.StoreOperation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryReaderTest {
    private static final TieredPartition A = new TieredPartition(new Uuid(1, 1), 0);
    private static final TieredPartition B = new TieredPartition(new Uuid(1, 1), 1);
    private static final int BLOCK_BYTES = 16 << 10;

    /// One batch of ten records fills a block.
    private static final int RECORDS = 10;

    private static final HistoryConfig SMALL =
            new HistoryConfig(1 << 20, 1 << 20, 4 * BLOCK_BYTES, 8, 64, 8, Duration.ofMillis(200));

    @TempDir Path directory;
    private FaultyStore store;

    @BeforeEach
    void open() throws Exception {
        store = new FaultyStore(DirectoryStore.open(directory, StoreMeter.NONE));
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void readsAPartitionFromEndToEnd() throws Exception {
        List<ObjectRange> ranges = objects(5, 20);
        try (HistoryReader reader = new HistoryReader(store, SMALL)) {
            for (int maxBytes : new int[] {1, 3_000, 20_000, 1 << 20}) {
                List<Long> offsets = new ArrayList<>();
                long next = 0;
                while (next < 1_000) {
                    try (HistorySlice slice = read(reader, ranges, next, maxBytes)) {
                        assertThat(slice.nextOffset()).isGreaterThan(next);
                        assertThat(slice.bytes() <= maxBytes || slice.batches().size() == 1)
                                .isTrue();
                        for (ByteBuffer each : slice.batches()) {
                            assertThat(each.isReadOnly()).isTrue();
                            for (int at = 0; at < each.limit(); at += 12 + each.getInt(at + 8)) {
                                offsets.add(each.getLong(at));
                            }
                        }
                        next = slice.nextOffset();
                    }
                }
                assertThat(offsets).hasSize(100).isSorted().doesNotHaveDuplicates();
                assertThat(offsets.getFirst()).isZero();
                assertThat(offsets.getLast()).isEqualTo(990);
            }
            try (HistorySlice end = read(reader, ranges, 1_000, 100)) {
                assertThat(end.batches()).isEmpty();
                assertThat(end.nextOffset()).isEqualTo(1_000);
            }
        }
    }

    @Test
    void givesAsMuchAsIsWantedOfSeveralObjects() throws Exception {
        List<ObjectRange> ranges = objects(4, 20);
        HistoryConfig config =
                new HistoryConfig(
                        16 << 20, 1 << 20, 4 * BLOCK_BYTES, 8, 64, 8, Duration.ofSeconds(5));
        int wanted = 30 * BLOCK_BYTES;
        try (HistoryReader reader = new HistoryReader(store, config)) {
            try (HistorySlice slice = read(reader, ranges, 155, wanted)) {
                assertThat(slice.bytes()).isBetween((long) wanted - BLOCK_BYTES, (long) wanted);
                assertThat(slice.batches().getFirst().getLong(0)).isEqualTo(150);
                assertThat(slice.nextOffset()).isGreaterThan(400);
            }
            try (HistorySlice most = read(reader, ranges, 0, Integer.MAX_VALUE)) {
                assertThat(most.bytes()).isBetween((long) BLOCK_BYTES, (long) config.readBytes());
            }
            List<ObjectRange> broken =
                    List.of(ranges.getFirst(), new ObjectRange("gone", 1_000, 200, 399));
            try (HistorySlice slice = read(reader, broken, 155, wanted)) {
                assertThat(slice.nextOffset()).isEqualTo(200);
            }
        }
    }

    /// Batches that have no room in an answer are followed by smaller ones that would.
    @Test
    void skipsNoBatchThatIsLargerThanWhatFollows() throws Exception {
        List<ObjectRange> ranges = new ArrayList<>();
        long end = 0;
        for (int object = 0; object < 6; object++) {
            try (ObjectWriter writer = begin("uneven-" + object)) {
                for (int i = 0; i < 40; i++) {
                    int bytes = i % 5 == 0 ? 10 : 150 * (1 + i % 4);
                    writer.append(A, Batches.batch(end, RECORDS, bytes, 0, end));
                    end += RECORDS;
                }
                ranges.add(range(writer.commit(), A));
            }
        }
        try (HistoryReader reader = new HistoryReader(store, SMALL)) {
            for (int maxBytes = 1_000; maxBytes < 100_000; maxBytes += 777) {
                long next = 0;
                while (next < end) {
                    try (HistorySlice slice = read(reader, ranges, next, maxBytes)) {
                        for (ByteBuffer each : slice.batches()) {
                            for (int at = 0; at < each.limit(); at += 12 + each.getInt(at + 8)) {
                                assertThat(each.getLong(at)).isEqualTo(next);
                                next += RECORDS;
                            }
                        }
                        assertThat(slice.nextOffset()).isEqualTo(next);
                    }
                }
            }
        }
    }

    @Test
    void readsStretchesOfAPartitionThatLieInTurnInTwoObjects() throws Exception {
        WrittenObject outer;
        WrittenObject inner;
        try (ObjectWriter first = begin("outer");
                ObjectWriter second = begin("inner")) {
            for (long offset = 0; offset < 300; offset += RECORDS) {
                ObjectWriter to = offset >= 100 && offset < 200 ? second : first;
                if (offset == 200) {
                    first.endStretch();
                }
                to.append(A, Batches.batch(offset, RECORDS, 100, 0, offset));
            }
            outer = first.commit();
            inner = second.commit();
        }
        ObjectRange whole = range(outer, A);
        List<ObjectRange> ranges =
                List.of(
                        new ObjectRange(whole.key(), whole.size(), 0, 99),
                        range(inner, A),
                        new ObjectRange(whole.key(), whole.size(), 200, 299));
        try (HistoryReader reader = new HistoryReader(store, SMALL)) {
            List<Long> offsets = new ArrayList<>();
            for (long next = 0; next < 300; ) {
                try (HistorySlice slice = read(reader, ranges, next, 50_000)) {
                    for (ByteBuffer each : slice.batches()) {
                        for (int at = 0; at < each.limit(); at += 12 + each.getInt(at + 8)) {
                            offsets.add(each.getLong(at));
                        }
                    }
                    next = slice.nextOffset();
                }
            }
            List<Long> all = new ArrayList<>();
            for (long offset = 0; offset < 300; offset += RECORDS) {
                all.add(offset);
            }
            assertThat(offsets).isEqualTo(all);
            assertThat(find(reader, ranges, 150, 0)).contains(new RecordPlace(150, 150, 0));
        }
    }

    @Test
    void loadsNeighboursInOneRequest() throws Exception {
        List<ObjectRange> ranges = objects(1, 40);
        HistoryConfig config =
                new HistoryConfig(
                        8 << 20, 1 << 20, 8 * BLOCK_BYTES, 8, 64, 0, Duration.ofSeconds(5));
        try (HistoryReader reader = new HistoryReader(store, config)) {
            read(reader, ranges, 0, 1).close();
            int before = store.reads();
            read(reader, ranges, 10, 16 * BLOCK_BYTES).close();
            long loaded = reader.counters().loads() - 1;
            assertThat(loaded).isGreaterThanOrEqualTo(16);
            assertThat(store.reads() - before).isEqualTo((int) (loaded + 7) / 8);
            // What is here is not loaded again.
            read(reader, ranges, 0, 17 * BLOCK_BYTES).close();
            assertThat(reader.counters().loads() - 1 - loaded).isLessThanOrEqualTo(2);
        }
    }

    @Test
    void startsAtTheBatchThatHoldsTheOffset() throws Exception {
        List<ObjectRange> ranges = objects(1, 3);
        try (HistoryReader reader = new HistoryReader(store, SMALL);
                HistorySlice slice = read(reader, ranges, 15, 1)) {
            assertThat(slice.batches().getFirst().getLong(0)).isEqualTo(10);
            assertThat(slice.nextOffset()).isEqualTo(20);
            assertThat(slice.batches().getFirst().slice())
                    .isEqualTo(Batches.batch(10, RECORDS, 1_500, 0, 10_000));
        }
    }

    @Test
    void namesAbortedTransactions() throws Exception {
        WrittenObject written;
        try (ObjectWriter writer = begin("aborted")) {
            writer.append(A, Batches.batch(0, 10, 10, 0, 0));
            writer.append(A, Batches.batch(10, 10, 10, 0, 0));
            writer.aborted(new AbortedRange(1, 0, 5, 6));
            writer.aborted(new AbortedRange(2, 3, 15, 16));
            written = writer.commit();
        }
        List<ObjectRange> ranges = List.of(range(written, A));
        try (HistoryReader reader = new HistoryReader(store, SMALL)) {
            try (HistorySlice slice = read(reader, ranges, 0, 1)) {
                assertThat(slice.aborted()).hasSize(2);
            }
            try (HistorySlice slice = read(reader, ranges, 10, 1)) {
                assertThat(slice.aborted()).containsExactly(new AbortedRange(2, 3, 15, 16));
            }
        }
    }

    @Test
    void loadsABlockOnceForAllWhoWaitForIt() throws Exception {
        List<ObjectRange> ranges = objects(1, 4);
        try (HistoryReader reader = new HistoryReader(store, SMALL)) {
            store.closeGate();
            List<CompletableFuture<HistorySlice>> waiting = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                waiting.add(reader.read(A, ranges, 20, 1));
            }
            assertThat(waiting).noneMatch(CompletableFuture::isDone);
            store.openGate();
            for (CompletableFuture<HistorySlice> each : waiting) {
                each.get(10, TimeUnit.SECONDS).close();
            }
            assertThat(reader.counters().indexLoads()).isEqualTo(1);
            assertThat(reader.counters().loads()).isEqualTo(1);
            assertThat(store.reads()).isEqualTo(2);
            CompletableFuture<HistorySlice> cached = reader.read(A, ranges, 20, 1);
            assertThat(cached).isCompleted();
            cached.join().close();
            assertThat(reader.counters().loads()).isEqualTo(1);
        }
    }

    @Test
    void readsFurtherAheadTheLongerItIsSequential() throws Exception {
        List<ObjectRange> ranges = objects(4, 25);
        HistoryConfig config =
                new HistoryConfig(
                        8 << 20, 1 << 20, 4 * BLOCK_BYTES, 16, 64, 8, Duration.ofSeconds(5));
        try (HistoryReader reader = new HistoryReader(store, config)) {
            long before = 0;
            List<Long> steps = new ArrayList<>();
            long next = 0;
            while (next < 990) {
                try (HistorySlice slice = read(reader, ranges, next, 1)) {
                    next = slice.nextOffset();
                }
                await().pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> settled(reader));
                steps.add(reader.counters().prefetches() - before);
                before = reader.counters().prefetches();
            }
            assertThat(steps.subList(0, 5)).containsExactly(0L, 1L, 2L, 3L, 5L);
            assertThat(reader.counters().prefetchWasted()).isZero();
            // Some at the border of each object, whose index is to be read first.
            assertThat(reader.counters().misses()).isLessThan(15);
            assertThat(reader.counters().loads()).isEqualTo(100);
            assertThat(reader.counters().prefetches())
                    .isGreaterThanOrEqualTo(100 - reader.counters().misses());
        }
    }

    @Test
    void readsNothingAheadOfRandomReads() throws Exception {
        List<ObjectRange> ranges = objects(1, 200);
        try (HistoryReader reader = new HistoryReader(store, SMALL)) {
            Random random = new Random(1);
            for (int i = 0; i < 100; i++) {
                read(reader, ranges, 20 * (long) random.nextInt(100), 1).close();
            }
            // Two random reads may be neighbours, more in sequence are not to be had.
            assertThat(reader.counters().prefetches()).isLessThan(10);
        }
    }

    @Test
    void keepsWhatIsHotThroughAScan() throws Exception {
        List<ObjectRange> ranges = objects(10, 100);
        HistoryConfig config =
                new HistoryConfig(
                        2 << 20, 1 << 20, 4 * BLOCK_BYTES, 8, 64, 0, Duration.ofSeconds(5));
        try (HistoryReader reader = new HistoryReader(store, config)) {
            for (int round = 0; round < 20; round++) {
                for (int hot = 0; hot < 20; hot++) {
                    read(reader, ranges, 30 * (long) hot, 1).close();
                }
            }
            for (long offset = 0; offset < 10_000; offset += 10) {
                read(reader, ranges, offset, 1).close();
            }
            long before = reader.counters().hits();
            for (int hot = 0; hot < 20; hot++) {
                read(reader, ranges, 30 * (long) hot, 1).close();
            }
            assertThat(reader.counters().hits() - before).isGreaterThanOrEqualTo(10);
        }
    }

    @Test
    void readsAHalfConsumedBlockOnce() throws Exception {
        WrittenObject written;
        try (ObjectWriter writer = ObjectWriter.begin(store, "halves", origin(), 1 << 20)) {
            for (int i = 0; i < 100; i++) {
                writer.append(A, Batches.batch(i, 1, 60_000, 0, i));
            }
            written = writer.commit();
        }
        int blocks = written.index().partitions().getFirst().blocks().size();
        List<ObjectRange> ranges = List.of(range(written, A));
        HistoryConfig config =
                new HistoryConfig(
                        16 << 20, 1 << 20, 4 * BLOCK_BYTES, 8, 64, 2, Duration.ofSeconds(5));
        try (HistoryReader reader = new HistoryReader(store, config)) {
            long next = 0;
            while (next < 100) {
                try (HistorySlice slice = read(reader, ranges, next, 200_000)) {
                    next = slice.nextOffset();
                }
            }
            assertThat(reader.counters().loads()).isEqualTo(blocks);
        }
    }

    @Test
    void staysWithinItsMemory() throws Exception {
        List<ObjectRange> ranges = objects(5, 100);
        try (HistoryReader reader = new HistoryReader(store, SMALL)) {
            Random random = new Random(3);
            for (int i = 0; i < 500; i++) {
                read(reader, ranges, random.nextInt(5_000), 50_000).close();
                assertThat(reader.memoryInUse()).isLessThanOrEqualTo(SMALL.memoryBytes());
            }
            reader.close();
            await().until(() -> reader.memoryInUse() == 0);
        }
    }

    @Test
    void refusesWhatItHasNoMemoryFor() throws Exception {
        List<ObjectRange> ranges = objects(2, 100);
        List<HistorySlice> held = new ArrayList<>();
        HistoryReader reader = new HistoryReader(store, SMALL);
        assertThatExceptionOfType(HistoryOverloadedException.class)
                .isThrownBy(() -> {
                    for (long offset = 0; offset < 2_000; offset += 20) {
                        held.add(read(reader, ranges, offset, 1));
                    }
                });
        assertThat(held).hasSizeGreaterThan(10);
        assertThat(reader.counters().overloads()).isPositive();
        held.forEach(HistorySlice::close);
        read(reader, ranges, 1_990, 1).close();
        reader.close();
        await().until(() -> reader.memoryInUse() == 0);
    }

    @Test
    void boundsLoadsAndRefusesMore() throws Exception {
        List<ObjectRange> ranges = objects(1, 100);
        HistoryConfig config =
                new HistoryConfig(
                        8 << 20, 1 << 20, 4 * BLOCK_BYTES, 4, 8, 0, Duration.ofSeconds(5));
        try (HistoryReader reader = new HistoryReader(store, config)) {
            read(reader, ranges, 0, 1).close();
            store.closeGate();
            List<CompletableFuture<HistorySlice>> all = new ArrayList<>();
            for (long offset = 10; offset < 1_000; offset += 10) {
                all.add(reader.read(A, ranges, offset, 1));
            }
            await().until(() -> store.readsNow() == 4);
            long refused = all.stream().filter(CompletableFuture::isCompletedExceptionally).count();
            assertThat(refused).isEqualTo(99 - 4 - 8);
            store.openGate();
            int served = 0;
            for (CompletableFuture<HistorySlice> each : all) {
                try {
                    each.get(10, TimeUnit.SECONDS).close();
                    served++;
                } catch (ExecutionException e) {
                    assertThat(e).hasCauseInstanceOf(HistoryOverloadedException.class);
                }
            }
            assertThat(served).isEqualTo(12);
            assertThat(store.readsAtOnceMax()).isEqualTo(4);
        }
    }

    @Test
    void failsAsTheStoreDoesAndTriesAgainWhenAsked() throws Exception {
        List<ObjectRange> ranges = objects(1, 10);
        try (HistoryReader reader = new HistoryReader(store, SMALL)) {
            store.expect(StoreOperation.GET, Fault.BUSY, 1);
            assertThatExceptionOfType(StoreBusyException.class)
                    .isThrownBy(() -> read(reader, ranges, 0, 1));
            read(reader, ranges, 0, 1).close();
            store.expect(StoreOperation.GET, Fault.CUT, 1);
            assertThatExceptionOfType(StoreBusyException.class)
                    .isThrownBy(() -> read(reader, ranges, 20, 1));
            read(reader, ranges, 20, 1).close();
            store.expect(StoreOperation.GET, Fault.FLIPPED, 1);
            assertThatExceptionOfType(ObjectDamagedException.class)
                    .isThrownBy(() -> read(reader, ranges, 40, 1))
                    .satisfies(e -> assertThat(e.key()).isEqualTo("object-0"));
            read(reader, ranges, 40, 1).close();
        }
        List<ObjectRange> gone = List.of(new ObjectRange("gone", 1_000, 0, 10));
        try (HistoryReader reader = new HistoryReader(store, SMALL)) {
            assertThatExceptionOfType(ObjectAbsentException.class)
                    .isThrownBy(() -> read(reader, gone, 0, 1));
            assertThatExceptionOfType(ObjectDamagedException.class)
                    .isThrownBy(() -> unwrapped(reader.read(B, ranges, 0, 1)));
        }
    }

    @Test
    void servesWhatIsInFrontOfDamage() throws Exception {
        List<ObjectRange> ranges = objects(1, 10);
        HistoryConfig config =
                new HistoryConfig(
                        8 << 20, 1 << 20, 4 * BLOCK_BYTES, 1, 64, 0, Duration.ofSeconds(5));
        try (HistoryReader reader = new HistoryReader(store, config)) {
            read(reader, ranges, 0, 1).close();
            store.expect(StoreOperation.GET, Fault.FLIPPED, 1);
            try (HistorySlice slice = read(reader, ranges, 0, 45_000)) {
                assertThat(slice.nextOffset()).isEqualTo(20);
            }
        }
    }

    @Test
    void findsRecordsByTime() throws Exception {
        List<ObjectRange> ranges = objects(3, 10);
        try (HistoryReader reader = new HistoryReader(store, SMALL)) {
            assertThat(find(reader, ranges, 0, 0)).contains(new RecordPlace(0, 0, 0));
            assertThat(find(reader, ranges, 155_003, 0)).contains(new RecordPlace(160, 160_000, 0));
            assertThat(find(reader, ranges, 150_003, 0)).contains(new RecordPlace(153, 150_003, 0));
            assertThat(find(reader, ranges, 10, 105)).contains(new RecordPlace(105, 100_005, 0));
            assertThat(find(reader, ranges, 290_010, 0)).isEmpty();
        }
    }

    @Test
    void failsWhatIsWaitingWhenItIsClosed() throws Exception {
        List<ObjectRange> ranges = objects(1, 50);
        HistoryConfig config =
                new HistoryConfig(
                        8 << 20, 1 << 20, 4 * BLOCK_BYTES, 2, 64, 0, Duration.ofSeconds(5));
        HistoryReader reader = new HistoryReader(store, config);
        read(reader, ranges, 0, 1).close();
        store.closeGate();
        List<CompletableFuture<HistorySlice>> all = new ArrayList<>();
        for (long offset = 10; offset < 300; offset += 10) {
            all.add(reader.read(A, ranges, offset, 1));
        }
        reader.close();
        store.openGate();
        for (CompletableFuture<HistorySlice> each : all) {
            await().until(each::isDone);
            if (!each.isCompletedExceptionally()) {
                each.join().close();
            }
        }
    }

    private boolean settled(HistoryReader reader) {
        return store.readsNow() == 0 && reader.loadsUnderWay() == 0;
    }

    private static HistorySlice read(
            HistoryReader reader, List<ObjectRange> ranges, long offset, int maxBytes)
            throws Exception {
        return unwrapped(reader.read(A, ranges, offset, maxBytes));
    }

    private static Optional<RecordPlace> find(
            HistoryReader reader, List<ObjectRange> ranges, long timestampMs, long offset)
            throws Exception {
        return unwrapped(reader.find(A, ranges, timestampMs, offset));
    }

    private static <T> T unwrapped(CompletableFuture<T> future) throws Exception {
        try {
            return future.get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }

    /// Objects of one partition with so many blocks of ten records each, a second apart.
    private List<ObjectRange> objects(int objects, int blocks) throws IOException {
        List<ObjectRange> ranges = new ArrayList<>();
        long offset = 0;
        for (int i = 0; i < objects; i++) {
            try (ObjectWriter writer = begin("object-" + i)) {
                for (int block = 0; block < blocks; block++) {
                    writer.append(A, Batches.batch(offset, RECORDS, 1_500, 0, offset * 1_000));
                    offset += RECORDS;
                }
                WrittenObject written = writer.commit();
                List<Block> made = written.index().partitions().getFirst().blocks();
                assertThat(made).hasSize(blocks);
                ranges.add(range(written, A));
            }
        }
        return ranges;
    }

    private static ObjectRange range(WrittenObject written, TieredPartition partition) {
        var found = Objects.requireNonNull(written.index().find(partition));
        return new ObjectRange(
                written.stored().key(),
                written.stored().size(),
                found.baseOffset(),
                found.lastOffset());
    }

    private ObjectWriter begin(String key) throws IOException {
        return ObjectWriter.begin(store, key, origin(), BLOCK_BYTES);
    }

    private static ObjectOrigin origin() {
        return new ObjectOrigin(0, 0, 0, 0);
    }
}
