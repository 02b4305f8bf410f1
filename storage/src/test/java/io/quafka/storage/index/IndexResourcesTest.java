package io.quafka.storage.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class IndexResourcesTest {
    private static final Uuid TOPIC = new Uuid(3, 3);
    private static final long GROWTH_KIB_MAX = 10 << 10;

    @TempDir Path directory;

    private static Run run(long offset) {
        return new Run(offset, offset, offset, 1, 1, offset, offset, offset);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    @Timeout(120)
    void nativeMemoryIsGivenBack() throws Exception {
        Process probe =
                ChildProcess.start(
                        MemoryProbe.class,
                        List.of("-Xms32m", "-Xmx32m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC"),
                        directory.toString());
        String said = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(probe.waitFor()).isZero();
        String grew =
                said.lines().filter(line -> line.startsWith("grew ")).findFirst().orElseThrow();
        assertThat(Long.parseLong(grew.substring(5))).isLessThan(GROWTH_KIB_MAX);
    }

    @Test
    void memtablesAreBounded() {
        IndexOptions small = new IndexOptions(1 << 20, 1 << 20, 16);
        try (Index index = Index.open(directory, small)) {
            ShardIndex shard = index.shard(0);
            PartitionKey partition = new PartitionKey(TOPIC, 0);
            for (int count = 0; count < 200; count++) {
                Update update = shard.newUpdate();
                for (int row = 0; row < 500; row++) {
                    update.putRun(partition, run(count * 500L + row));
                }
                update.commit();
                // Cache, three memtables and the one that a batch may overrun, some for tables.
                assertThat(index.memoryInUse()).isLessThan(8 << 20);
            }
            index.flush();
            assertThat(index.sizeOnDisk()).isGreaterThan(1 << 20);
        }
    }

    /// 17 MB of native library are much of a small volume.
    @Test
    void whatLiesBesideTheTablesCounts() throws Exception {
        try (Index index = Index.open(directory, IndexOptions.DEFAULTS)) {
            index.flush();
            long before = index.sizeOnDisk();
            Path beside = Files.createDirectories(directory.resolve("native/some-version"));
            Files.write(beside.resolve("library"), new byte[1 << 20]);
            // RocksDB goes on with small files of its own meanwhile.
            assertThat(index.sizeOnDisk()).isCloseTo(before + (1 << 20), within(64L << 10));
        }
    }

    @Test
    @Timeout(60)
    void closingWaitsForLookupsAndRefusesLaterOnes() throws Exception {
        PartitionKey partition = new PartitionKey(TOPIC, 0);
        Index index = Index.open(directory, IndexOptions.DEFAULTS);
        ShardIndex shard = index.shard(0);
        shard.newUpdate().putRun(partition, run(0)).putRun(partition, run(1)).commit();
        CountDownLatch visiting = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<?> scan =
                    threads.submit(() ->
                            shard.scan(
                                    partition,
                                    0,
                                    _ -> {
                                        visiting.countDown();
                                        await(goOn);
                                        return true;
                                    }));
            visiting.await();
            Future<?> close = threads.submit(index::close);
            Awaitility.await()
                    .untilAsserted(() ->
                            assertThatThrownBy(() -> shard.lastRun(partition))
                                    .isInstanceOf(IllegalStateException.class));
            assertThat(close.isDone()).isFalse();
            goOn.countDown();
            scan.get(10, TimeUnit.SECONDS);
            close.get(10, TimeUnit.SECONDS);
        }
        try (Index again = Index.open(directory, IndexOptions.DEFAULTS)) {
            assertThat(again.shard(0).lastRun(partition)).isEqualTo(run(1));
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
            throw new AssertionError(error);
        }
    }

    @Test
    void tenThousandPartitionsAreFound() {
        int partitions = 10_000;
        try (Index index = Index.open(directory, IndexOptions.DEFAULTS)) {
            ShardIndex shard = index.shard(0);
            for (int round = 0; round < 5; round++) {
                Update update = shard.newUpdate();
                for (int number = 0; number < partitions; number++) {
                    update.putRun(new PartitionKey(TOPIC, number), run(round));
                }
                update.commit();
            }
            long began = System.nanoTime();
            for (int number = 0; number < partitions; number++) {
                assertThat(shard.lastRun(new PartitionKey(TOPIC, number))).isEqualTo(run(4));
            }
            long lookedUp = System.nanoTime();
            int[] count = {0};
            shard.partitions(_ -> ++count[0] > 0);
            assertThat(count[0]).isEqualTo(partitions);
            LoggerFactory.getLogger(IndexResourcesTest.class)
                    .atInfo()
                    .addKeyValue("lookupMicros", (lookedUp - began) / partitions / 1000)
                    .addKeyValue("listMillis", (System.nanoTime() - lookedUp) / 1_000_000)
                    .log("10,000 partitions");
        }
    }
}
