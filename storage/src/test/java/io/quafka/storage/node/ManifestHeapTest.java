package io.quafka.storage.node;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.controller.model.Topic;
import io.quafka.storage.backup.BackupNames;
import io.quafka.storage.backup.ManifestCopies;
import io.quafka.storage.index.Index;
import io.quafka.storage.index.IndexOptions;
import io.quafka.storage.index.ObjectState;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.ShardIndex;
import io.quafka.storage.index.TieredObject;
import io.quafka.storage.index.TieredRange;
import io.quafka.storage.index.Update;
import io.quafka.storage.shard.ManifestEntry;
import io.quafka.storage.tier.Merging;
import io.quafka.storage.tier.TieringConfig;
import io.quafka.tiering.directory.DirectoryStore;
import io.quafka.tiering.store.ObjectStore;
import io.quafka.tiering.store.StoreMeter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// What a large manifest costs in heap while a node serves from it, tiers, and copies it to the
/// store. Not run by itself: `-Dquafka.manifest.ranges=1000000` says how large.
@EnabledIfSystemProperty(named = "quafka.manifest.ranges", matches = "\\d+")
class ManifestHeapTest {
    private static final int PARTITIONS = 1_000;
    private static final long RECORDS_PER_RANGE = 100;
    private static final long GROWTH_MAX = 64L << 20;
    private static final Duration WITHIN = Duration.ofMinutes(3);

    private final FixedMetadata metadata = new FixedMetadata(1);
    private final Topic topic =
            metadata.topic(
                    "t", PARTITIONS, TieringTest.local(FixedMetadata.settings(-1, -1), 1 << 20));

    @Test
    void aLargeManifestStaysOnTheDisk(@TempDir Path temp) throws Exception {
        int ranges =
                Integer.parseInt(requireNonNull(System.getProperty("quafka.manifest.ranges")))
                        / PARTITIONS;
        long few = heapWith(temp.resolve("few"), 1);
        long many = heapWith(temp.resolve("many"), ranges);
        LoggerFactory.getLogger(ManifestHeapTest.class)
                .atInfo()
                .addKeyValue("ranges", ranges * PARTITIONS)
                .addKeyValue("bytesWithFew", few)
                .addKeyValue("bytesWithMany", many)
                .log("heap in use");
        assertThat(many - few).isLessThan(GROWTH_MAX);
    }

    private long heapWith(Path directory, int rangesPerPartition) throws Exception {
        fill(directory.resolve("node/index"), rangesPerPartition);
        Path objects = directory.resolve("objects");
        try (ObjectStore store = DirectoryStore.open(objects, StoreMeter.NONE);
                NodeUnderTest node =
                        new NodeUnderTest(directory.resolve("node"), metadata, config(store))) {
            ManifestCopies copies = new ManifestCopies(store, new BackupNames("test"), 1);
            for (int i = 0; i < PARTITIONS; i++) {
                assertThat(node.append(topic, i, "v"))
                        .isEqualTo(rangesPerPartition * RECORDS_PER_RANGE);
                long offset = (i * 31L) % (rangesPerPartition * RECORDS_PER_RANGE);
                node.node()
                        .fetch(NodeUnderTest.fetchRequest(topic, i, offset, 1 << 20, 1, 0))
                        .get(20, TimeUnit.SECONDS)
                        .release()
                        .run();
            }
            await().atMost(WITHIN)
                    .pollInterval(Duration.ofSeconds(1))
                    .untilAsserted(() ->
                            assertThat(copied(copies))
                                    .isGreaterThanOrEqualTo(
                                            (long) rangesPerPartition * PARTITIONS));
            System.gc();
            return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        }
    }

    private static TieringConfig config(ObjectStore store) {
        return new TieringConfig(
                store,
                Duration.ofMillis(100),
                Duration.ofMillis(100),
                Duration.ofDays(1),
                Duration.ofMillis(100),
                Duration.ofDays(1),
                Duration.ofMillis(100),
                Duration.ofMillis(1),
                Duration.ofMillis(20),
                Duration.ZERO,
                Merging.OFF,
                null);
    }

    private static long copied(ManifestCopies copies) throws Exception {
        long[] ranges = {0};
        copies.read(entry -> ranges[0] += entry instanceof ManifestEntry.Range ? 1 : 0);
        return ranges[0];
    }

    /// An object for each generation of ranges, as with a segment in which every partition is.
    private void fill(Path directory, int rangesPerPartition) {
        try (Index index = Index.open(directory, IndexOptions.DEFAULTS)) {
            ShardIndex shard = index.shard(1);
            for (int number = 0; number < rangesPerPartition; number++) {
                Update update = shard.newUpdate();
                long first = number * RECORDS_PER_RANGE;
                for (int i = 0; i < PARTITIONS; i++) {
                    update.putRange(
                            new PartitionKey(topic.id(), i),
                            new TieredRange(
                                    first,
                                    first + RECORDS_PER_RANGE - 1,
                                    number,
                                    i * 1_000L,
                                    1_000,
                                    1,
                                    first,
                                    first,
                                    (number + 1) * 1_000L));
                }
                update.putObject(
                        ObjectState.HELD,
                        new TieredObject(number, number, first, 1 << 20, PARTITIONS));
                update.commit();
            }
            index.flush();
        }
    }
}
