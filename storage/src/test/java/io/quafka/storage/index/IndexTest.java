package io.quafka.storage.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexTest {
    private static final PartitionKey PARTITION = new PartitionKey(new Uuid(7, 1), 3);

    @TempDir Path directory;

    private Index open() {
        return Index.open(directory, IndexOptions.DEFAULTS);
    }

    private static Run run(long base, long last, int epoch, long cumulativeTimestamp) {
        return new Run(
                base,
                last,
                base * 10,
                100,
                epoch,
                cumulativeTimestamp,
                cumulativeTimestamp,
                last * 10);
    }

    @Test
    void newShardIsEmpty() {
        try (Index index = open()) {
            ShardIndex shard = index.shard(0);
            assertThat(shard.appliedPosition()).isZero();
            assertThat(shard.firstRun(PARTITION)).isNull();
            assertThat(shard.lastRun(PARTITION)).isNull();
            assertThat(shard.runFor(PARTITION, 0)).isNull();
            assertThat(shard.logStart(PARTITION)).isZero();
            assertThat(shard.producers(PARTITION)).isEmpty();
            assertThat(shard.segmentLive()).isEmpty();
            assertThat(shard.getState("a")).isNull();
            shard.partitions(partition -> {
                throw new AssertionError(partition);
            });
        }
    }

    @Test
    void aSnapshotIsOfOneMomentAndNoDamagedChunkIsTaken() {
        Run run = new Run(0, 9, 512, 300, 2, 77, 99, 300);
        try (Index index = open()) {
            ShardIndex shard = index.shard(5);
            shard.newUpdate()
                    .putRun(PARTITION, run)
                    .putLogStart(PARTITION, 4)
                    .putSegmentLive(0, 300)
                    .putState("a name that is longer than a number", new byte[] {9})
                    .appliedTo(812)
                    .commit();
            ShardIndex other = index.shard(6);
            other.newUpdate().putRun(PARTITION, run(50, 59, 1, 1)).appliedTo(7).commit();
            List<ByteBuffer> chunks = new ArrayList<>();
            try (RowSnapshot rows = shard.snapshot()) {
                assertThat(rows.appliedPosition()).isEqualTo(812);
                shard.newUpdate().putRun(PARTITION, run(10, 19, 2, 99)).appliedTo(900).commit();
                for (boolean last = false; !last; last = chunks.getLast().get(8) != 0) {
                    ByteBuffer chunk = ByteBuffer.allocateDirect(130);
                    rows.next(chunk);
                    chunks.add(chunk.flip());
                }
            }
            assertThat(chunks).hasSizeGreaterThan(1);
            other.clear();
            assertThat(other.appliedPosition()).isZero();
            assertThat(other.lastRun(PARTITION)).isNull();
            ByteBuffer damaged = ByteBuffer.allocate(chunks.getFirst().limit());
            damaged.put(chunks.getFirst().duplicate()).flip();
            damaged.put(20, (byte) (damaged.get(20) + 1));
            assertThatThrownBy(() -> other.restore(damaged, 0)).isInstanceOf(IndexException.class);
            assertThatThrownBy(() -> other.restore(chunks.get(1), 0))
                    .isInstanceOf(IndexException.class);
            for (int i = 0; i < chunks.size(); i++) {
                assertThat(other.restore(chunks.get(i), i)).isEqualTo(i == chunks.size() - 1);
            }
            assertThat(other.lastRun(PARTITION)).isEqualTo(run);
            assertThat(other.logStart(PARTITION)).isEqualTo(4);
            assertThat(other.getState("a name that is longer than a number")).containsExactly(9);
            assertThat(other.segmentLive()).isEmpty();
            assertThat(shard.lastRun(PARTITION)).isEqualTo(run(10, 19, 2, 99));
        }
    }

    @Test
    void updateIsFoundAgainAfterReopening() {
        Run run = new Run(0, 9, 512, 300, 2, 77, 99, 300);
        try (Index index = open()) {
            ShardIndex shard = index.shard(5);
            shard.newUpdate()
                    .putRun(PARTITION, run)
                    .putLogStart(PARTITION, 4)
                    .putProducer(PARTITION, 12, new byte[] {1, 2})
                    .putSegmentLive(0, 300)
                    .putState("name", new byte[] {9})
                    .appliedTo(812)
                    .commit();
            assertThat(shard.durablePosition()).isZero();
        }
        try (Index index = open()) {
            ShardIndex shard = index.shard(5);
            assertThat(shard.appliedPosition()).isEqualTo(812);
            assertThat(shard.durablePosition()).isEqualTo(812);
            assertThat(shard.lastRun(PARTITION)).isEqualTo(run);
            assertThat(shard.logStart(PARTITION)).isEqualTo(4);
            assertThat(shard.producers(PARTITION))
                    .containsExactly(new ProducerEntry(12, new byte[] {1, 2}));
            assertThat(shard.segmentLive()).isEqualTo(Map.of(0L, 300L));
            assertThat(shard.getState("name")).containsExactly(9);
            List<PartitionKey> partitions = new ArrayList<>();
            shard.partitions(partitions::add);
            assertThat(partitions).containsExactly(PARTITION);
        }
    }

    @Test
    void closedUpdateLeavesNothing() {
        try (Index index = open()) {
            ShardIndex shard = index.shard(0);
            try (Update update = shard.newUpdate()) {
                update.putRun(PARTITION, run(0, 4, 0, 1)).appliedTo(10);
            }
            shard.newUpdate().putLogStart(PARTITION, 1).commit();
            assertThat(shard.lastRun(PARTITION)).isNull();
            assertThat(shard.appliedPosition()).isZero();
        }
    }

    @Test
    void endedUpdateIsRefused() {
        try (Index index = open()) {
            Update update = index.shard(0).newUpdate();
            update.commit();
            assertThatThrownBy(() -> update.putLogStart(PARTITION, 1))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void flushMovesTheDurablePosition() {
        try (Index index = open()) {
            ShardIndex shard = index.shard(0);
            shard.newUpdate().appliedTo(10).commit();
            assertThat(shard.durablePosition()).isZero();
            index.flush();
            assertThat(shard.durablePosition()).isEqualTo(10);
        }
    }

    @Test
    void lookupsAcrossGapsAndEpochs() {
        try (Index index = open()) {
            ShardIndex shard = index.shard(0);
            Run a = run(0, 9, 1, 100);
            Run b = run(10, 10, 1, 100);
            Run c = run(1000, 5000, 4, 250);
            Run d = run(5001, 5001, 6, 250);
            Update update = shard.newUpdate();
            Stream.of(d, b, a, c).forEach(run -> update.putRun(PARTITION, run));
            update.commit();

            assertThat(shard.runFor(PARTITION, 5)).isEqualTo(a);
            assertThat(shard.runFor(PARTITION, 10)).isEqualTo(b);
            assertThat(shard.runFor(PARTITION, 11)).isEqualTo(c);
            assertThat(shard.runFor(PARTITION, 5002)).isNull();
            assertThat(shard.firstByCumulativeTimestamp(PARTITION, 100)).isEqualTo(a);
            assertThat(shard.firstByCumulativeTimestamp(PARTITION, 101)).isEqualTo(c);
            assertThat(shard.firstByCumulativeTimestamp(PARTITION, 251)).isNull();
            assertThat(shard.lastOfEpochAtMost(PARTITION, 0)).isNull();
            assertThat(shard.lastOfEpochAtMost(PARTITION, 3)).isEqualTo(b);
            assertThat(shard.lastOfEpochAtMost(PARTITION, 5)).isEqualTo(c);
            assertThat(shard.lastOfEpochAtMost(PARTITION, 9)).isEqualTo(d);
            assertThat(shard.firstByCumulativeBytes(PARTITION, 90)).isEqualTo(b);
            assertThat(shard.firstByCumulativeBytes(PARTITION, 101)).isEqualTo(c);
        }
    }

    @Test
    void deletesKeepTheRunThatHoldsTheOffset() {
        try (Index index = open()) {
            ShardIndex shard = index.shard(0);
            Run a = run(0, 9, 1, 1);
            Run b = run(10, 19, 1, 1);
            Run c = run(20, 29, 1, 1);
            shard.newUpdate()
                    .putRun(PARTITION, a)
                    .putRun(PARTITION, b)
                    .putRun(PARTITION, c)
                    .commit();
            shard.newUpdate().deleteRunsBefore(PARTITION, 15).commit();
            assertThat(shard.firstRun(PARTITION)).isEqualTo(b);
            shard.newUpdate().deleteRunsFrom(PARTITION, 20).commit();
            assertThat(shard.lastRun(PARTITION)).isEqualTo(b);
            shard.newUpdate().deleteRun(PARTITION, 19).commit();
            assertThat(shard.lastRun(PARTITION)).isNull();
        }
    }

    @Test
    void secondOpenerIsRefused() {
        try (Index _ = open()) {
            assertThatThrownBy(this::open).isInstanceOf(IndexInUseException.class);
            assertThatThrownBy(() -> Index.destroy(directory))
                    .isInstanceOf(IndexInUseException.class);
        }
    }

    @Test
    void closedIndexRefusesCalls() {
        Index index = open();
        ShardIndex shard = index.shard(0);
        index.close();
        index.close();
        assertThatThrownBy(() -> shard.lastRun(PARTITION))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(index::flush).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void damagedManifestIsNamedAndDestroyed() throws IOException {
        fillOnce();
        for (Path manifest : files("MANIFEST-")) {
            byte[] bytes = Files.readAllBytes(manifest);
            bytes[bytes.length / 2] ^= 0x40;
            Files.write(manifest, bytes);
        }
        assertDamagedThenNewAfterDestroy();
    }

    @Test
    void missingCurrentFileIsDamage() throws IOException {
        fillOnce();
        Files.delete(directory.resolve("CURRENT"));
        assertDamagedThenNewAfterDestroy();
    }

    @Test
    void missingTableIsDamage() throws IOException {
        fillOnce();
        for (Path table : files(".sst")) {
            Files.delete(table);
        }
        assertDamagedThenNewAfterDestroy();
    }

    @Test
    void badByteInATableIsFoundByChecksum() throws IOException {
        fillOnce();
        for (Path table : files(".sst")) {
            byte[] bytes = Files.readAllBytes(table);
            bytes[20] ^= 0x40; // in the first block of rows
            Files.write(table, bytes);
        }
        try (Index index = open()) {
            assertThatThrownBy(() -> index.shard(0).firstRun(PARTITION))
                    .isInstanceOf(IndexDamagedException.class)
                    .hasMessageContaining(directory.toString());
        }
    }

    private void fillOnce() {
        try (Index index = open()) {
            index.shard(0).newUpdate().putRun(PARTITION, run(0, 9, 1, 1)).appliedTo(100).commit();
        }
    }

    private List<Path> files(String part) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            List<Path> some =
                    all.filter(file -> file.getFileName().toString().contains(part)).toList();
            assertThat(some).isNotEmpty();
            return some;
        }
    }

    private void assertDamagedThenNewAfterDestroy() {
        assertThatThrownBy(this::open)
                .isInstanceOf(IndexDamagedException.class)
                .hasMessageContaining("rebuilt from the commit log");
        Index.destroy(directory);
        try (Index index = open()) {
            assertThat(index.shard(0).appliedPosition()).isZero();
        }
    }
}
