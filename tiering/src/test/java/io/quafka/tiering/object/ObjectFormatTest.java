package io.quafka.tiering.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quafka.tiering.directory.DirectoryStore;
import io.quafka.tiering.store.CountingMeter;
import io.quafka.tiering.store.ObjectStore;
import io.quafka.tiering.store.StoreOperation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObjectFormatTest {
    private static final TieredPartition A0 = new TieredPartition(new Uuid(1, 7), 0);
    private static final TieredPartition A1 = new TieredPartition(new Uuid(1, 7), 1);
    private static final TieredPartition B0 = new TieredPartition(new Uuid(2, 3), 0);
    private static final ObjectOrigin ORIGIN = new ObjectOrigin(3, 9, 4_096, 70_000);

    @TempDir Path directory;
    private final CountingMeter meter = new CountingMeter();
    private ObjectStore store;
    private ObjectReader reader;

    @BeforeEach
    void open() throws Exception {
        store = DirectoryStore.open(directory.resolve("store"), meter);
        reader = new ObjectReader(store);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void saysWhatLiesWhere() throws Exception {
        WrittenObject written = small("objects/1", 400);

        ObjectIndex index = reader.index("objects/1", written.stored().size());
        assertThat(index).isEqualTo(written.index());
        assertThat(reader.index("objects/1")).isEqualTo(index);
        assertThat(index.origin()).isEqualTo(ORIGIN);
        assertThat(index.partitions())
                .extracting(PartitionBlocks::partition)
                .containsExactly(A0, A1, B0);
        PartitionBlocks a0 = found(index, A0);
        assertThat(a0.blocks()).hasSize(3);
        assertThat(a0.baseOffset()).isEqualTo(10);
        assertThat(a0.lastOffset()).isEqualTo(39);
        assertThat(a0.maxTimestamp()).isEqualTo(5_009);
        assertThat(a0.blocks()).extracting(Block::leaderEpoch).containsExactly(4, 4, 5);
        assertThat(a0.blocks()).extracting(Block::batches).containsExactly(1, 1, 1);
        PartitionBlocks a1 = found(index, A1);
        assertThat(a1.blocks()).hasSize(1);
        assertThat(a1.blocks().getFirst().batches()).isEqualTo(2);
        assertThat(a1.aborted()).containsExactly(new AbortedRange(77, 100, 105, 106));
        assertThat(index.find(new TieredPartition(new Uuid(1, 7), 2))).isNull();
        assertThat(index.find(new TieredPartition(new Uuid(9, 9), 0))).isNull();
        assertThat(reader.verify("objects/1")).isEqualTo(index);
    }

    @Test
    void findsBlocksByOffsetAndTime() throws Exception {
        PartitionBlocks a0 = found(small("lookup", 400).index(), A0);

        assertThat(offsetOf(a0.find(0))).isEqualTo(10);
        assertThat(offsetOf(a0.find(10))).isEqualTo(10);
        assertThat(offsetOf(a0.find(19))).isEqualTo(10);
        assertThat(offsetOf(a0.find(20))).isEqualTo(20);
        assertThat(offsetOf(a0.find(39))).isEqualTo(30);
        assertThat(a0.find(40)).isNull();
        assertThat(offsetOf(a0.findByTimestamp(0, 0))).isEqualTo(10);
        assertThat(offsetOf(a0.findByTimestamp(4_000, 0))).isEqualTo(20);
        assertThat(offsetOf(a0.findByTimestamp(1, 20))).isEqualTo(20);
        assertThat(a0.findByTimestamp(9_999, 0)).isNull();
    }

    @Test
    void findsRecordsByTime() throws Exception {
        ByteBuffer block =
                Batches.concat(
                        Batches.compressed(100, 10, 1_000),
                        Batches.compressed(120, 10, 500),
                        Batches.compressed(140, 10, 2_000));

        assertThat(BlockContent.firstAt(block, 1_003, 0)).isEqualTo(new RecordPlace(103, 1_003, 0));
        assertThat(BlockContent.firstAt(block, 1_003, 104))
                .isEqualTo(new RecordPlace(104, 1_004, 0));
        assertThat(BlockContent.firstAt(block, 1_010, 0)).isEqualTo(new RecordPlace(140, 2_000, 0));
        assertThat(BlockContent.firstAt(block, 0, 110)).isEqualTo(new RecordPlace(120, 500, 0));
        assertThat(BlockContent.firstAt(block, 2_010, 0)).isNull();
        assertThat(BlockContent.lastOffset(block)).isEqualTo(149);
        assertThat(BlockContent.lastOffset(BlockContent.from(block, 120))).isEqualTo(149);
        assertThat(BlockContent.from(block, 110).getLong(0)).isEqualTo(120);
        assertThat(BlockContent.from(block, 150).remaining()).isZero();
        assertThat(BlockContent.upTo(block, 1, false).remaining()).isZero();
        assertThat(BlockContent.lastOffset(BlockContent.upTo(block, 1, true))).isEqualTo(109);
        assertThat(BlockContent.lastOffset(BlockContent.upTo(block, block.remaining() - 1, true)))
                .isEqualTo(129);
    }

    @Test
    void givesBackTheBatches() throws Exception {
        ByteBuffer batch = Batches.batch(10, 10, 20, 4, 1_000);
        PartitionBlocks a0 = found(small("bytes", 400).index(), A0);
        Block first = a0.blocks().getFirst();
        ByteBuffer read = ByteBuffer.allocateDirect(first.length() + 7).position(7);

        reader.readBlock("bytes", first, read);

        assertThat(read.position()).isEqualTo(7 + first.length());
        assertThat(read.flip().position(7)).isEqualTo(batch);
    }

    @Test
    void makesEqualBytesOfEqualInput() throws Exception {
        small("one", 400);
        small("two", 400);
        assertThat(Files.mismatch(file("one"), file("two"))).isEqualTo(-1);
    }

    @Test
    void findsEveryDamagedByte() throws Exception {
        WrittenObject written = small("flipped", 400);
        ObjectIndex index = written.index();
        long size = written.stored().size();
        byte[] good = Files.readAllBytes(file("flipped"));
        assertThat(size).isEqualTo(good.length);
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= (byte) (1 << (i % 8));
            Files.write(file("flipped"), bad);
            int at = i;
            assertThatExceptionOfType(ObjectDamagedException.class)
                    .as("byte %d of %d", i, good.length)
                    .isThrownBy(() -> reader.verify("flipped"))
                    .satisfies(e -> {
                        assertThat(e.key()).isEqualTo("flipped");
                        assertThat(e.position()).isBetween(0L, size - 1);
                        if (at < index.dataBytes()) {
                            assertThat(blockAt(index, e.position())).isEqualTo(blockAt(index, at));
                        }
                    });
        }
    }

    @Test
    void findsThatAnObjectWasCut() throws Exception {
        small("cut", 400);
        byte[] good = Files.readAllBytes(file("cut"));
        for (int length : new int[] {0, 1, 63, 64, 65, good.length / 2, good.length - 1}) {
            Files.write(file("cut"), Arrays.copyOf(good, length));
            assertThatExceptionOfType(ObjectDamagedException.class)
                    .isThrownBy(() -> reader.verify("cut"));
        }
        Files.write(file("cut"), Arrays.copyOf(good, good.length - 100));
        assertThatExceptionOfType(ObjectDamagedException.class)
                .isThrownBy(() -> reader.index("cut", good.length));
    }

    @Test
    void readsAnIndexThatIsLargerThanTheTail() throws Exception {
        WrittenObject written;
        try (ObjectWriter writer = ObjectWriter.begin(store, "wide", ORIGIN, 1 << 20)) {
            for (int partition = 0; partition < 2_000; partition++) {
                writer.append(
                        new TieredPartition(A0.topicId(), partition),
                        Batches.batch(partition, 1, 10, 0, partition));
            }
            written = writer.commit();
        }
        assertThat(written.stored().size() - written.index().dataBytes())
                .isGreaterThan(ObjectReader.TAIL_BYTES);
        long before = meter.count(StoreOperation.GET);
        ObjectIndex index = reader.index("wide", written.stored().size());
        assertThat(meter.count(StoreOperation.GET) - before).isEqualTo(2);
        assertThat(index).isEqualTo(written.index());
        for (int partition = 0; partition < 2_000; partition += 37) {
            assertThat(found(index, new TieredPartition(A0.topicId(), partition)).baseOffset())
                    .isEqualTo(partition);
        }
    }

    @Test
    void takesBatchesFromAFile() throws Exception {
        Random random = new Random(5);
        ByteBuffer[] batches = new ByteBuffer[40];
        long offset = 0;
        for (int i = 0; i < batches.length; i++) {
            int valueBytes = i == 20 ? 3_000_000 : random.nextInt(200_000);
            batches[i] = Batches.batch(offset, 1 + random.nextInt(3), valueBytes, 0, i);
            offset += 10;
        }
        ByteBuffer all = Batches.concat(batches);
        Path segment = directory.resolve("segment");
        Files.write(segment, Batches.concat(ByteBuffer.allocate(333), all).array());
        try (FileChannel file = FileChannel.open(segment, StandardOpenOption.READ);
                ObjectWriter writer = ObjectWriter.begin(store, "from-file", ORIGIN, 1 << 20)) {
            writer.append(A0, file, 333, all.remaining());
            writer.commit();
        }
        try (ObjectWriter writer = ObjectWriter.begin(store, "from-memory", ORIGIN, 1 << 20)) {
            writer.append(A0, all);
            assertThat(all.hasRemaining()).isFalse();
            writer.commit();
        }
        assertThat(Files.mismatch(file("from-file"), file("from-memory"))).isEqualTo(-1);
        for (Block block : found(reader.verify("from-file"), A0).blocks()) {
            assertThat(block.length() <= 1 << 20 || block.batches() == 1).isTrue();
        }
    }

    @Test
    void refusesWhatIsNoHistory() throws Exception {
        ByteBuffer good = Batches.batch(10, 10, 20, 4, 1_000);
        ByteBuffer flipped = Batches.concat(good);
        flipped.put(50, (byte) (flipped.get(50) ^ 1));
        refused(flipped);
        refused(Batches.concat(good).limit(good.remaining() - 1));
        refused(Batches.concat(good, good));
        refused(Batches.concat(good, Batches.batch(5, 1, 20, 4, 1_000)));
        refused(ByteBuffer.wrap(new byte[100]));
        assertThat(store.list("", null).objects()).isEmpty();
        Path file = Files.write(directory.resolve("cut"), Batches.concat(good).array());
        try (FileChannel channel = FileChannel.open(file);
                ObjectWriter writer = ObjectWriter.begin(store, "refused", ORIGIN, 400)) {
            assertThatExceptionOfType(DamagedBatchException.class)
                    .isThrownBy(() -> writer.append(A0, channel, 0, good.remaining() + 1));
        }
        try (FileChannel channel = FileChannel.open(file);
                ObjectWriter writer = ObjectWriter.begin(store, "refused", ORIGIN, 400)) {
            assertThatExceptionOfType(DamagedBatchException.class)
                    .isThrownBy(() -> writer.append(A0, channel, 0, good.remaining() - 1));
        }
        assertThat(store.list("", null).objects()).isEmpty();
    }

    @Test
    void wantsPartitionsInOrder() throws Exception {
        try (ObjectWriter writer = ObjectWriter.begin(store, "order", ORIGIN, 400)) {
            writer.append(A1, Batches.batch(1, 1, 1, 1, 1));
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> writer.append(A0, Batches.batch(1, 1, 1, 1, 1)));
        }
        try (ObjectWriter writer = ObjectWriter.begin(store, "nothing", ORIGIN, 400)) {
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(writer::commit);
        }
        assertThat(store.list("", null).objects()).isEmpty();
    }

    private void refused(ByteBuffer bytes) throws IOException {
        try (ObjectWriter writer = ObjectWriter.begin(store, "refused", ORIGIN, 400)) {
            assertThatExceptionOfType(DamagedBatchException.class)
                    .isThrownBy(() -> writer.append(A0, bytes))
                    .withMessageContaining(A0.toString());
        }
    }

    private WrittenObject small(String key, int blockBytes) throws IOException {
        try (ObjectWriter writer = ObjectWriter.begin(store, key, ORIGIN, blockBytes)) {
            writer.append(
                    A0,
                    Batches.concat(
                            Batches.batch(10, 10, 20, 4, 1_000),
                            Batches.batch(20, 10, 20, 4, 5_000)));
            writer.append(A0, Batches.batch(30, 10, 20, 5, 3_000));
            writer.append(A1, Batches.batch(100, 2, 10, 5, 100));
            writer.append(A1, Batches.batch(105, 2, 10, 5, 200));
            writer.aborted(new AbortedRange(77, 100, 105, 106));
            writer.append(B0, Batches.compressed(0, 20, 9_000));
            return writer.commit();
        }
    }

    private static PartitionBlocks found(ObjectIndex index, TieredPartition partition) {
        return Objects.requireNonNull(index.find(partition));
    }

    private static Block blockAt(ObjectIndex index, long position) {
        for (PartitionBlocks partition : index.partitions()) {
            for (Block block : partition.blocks()) {
                if (position >= block.position() && position < block.position() + block.length()) {
                    return block;
                }
            }
        }
        throw new AssertionError("no block at " + position);
    }

    private static long offsetOf(@Nullable Block block) {
        return Objects.requireNonNull(block).baseOffset();
    }

    private Path file(String key) {
        return directory.resolve("store").resolve(key);
    }
}
