package io.quafka.storage.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.CompactionSettings;
import io.quafka.controller.model.RetentionShares;
import io.quafka.controller.model.Topic;
import io.quafka.controller.model.TopicSettings;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.TieredRange;
import io.quafka.storage.tier.MergePolicy;
import io.quafka.storage.tier.Merging;
import io.quafka.tiering.directory.DirectoryStore;
import io.quafka.tiering.store.ObjectStore;
import io.quafka.tiering.store.StoreMeter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Compaction of what lies in objects, up to crashes at every step: the last record of each key is
/// there, in the order of the offsets, and nothing that is gone comes back.
class TieredCompactionTest {
    private static final int PARTITIONS = 2;

    private static final MergePolicy EAGER = new MergePolicy(2, 4, 1 << 30, 10_000, 1 << 30);

    /// Merges nothing: all ranges are long enough.
    private static final MergePolicy NEVER = new MergePolicy(2, 4, 1 << 30, 10_000, 0);

    private static final Merging OFF = Merging.OFF;
    private static final Merging CLEANING = new Merging(1 << 30, NEVER, Duration.ofMillis(5));
    private static final Merging BOTH = new Merging(1 << 30, EAGER, Duration.ofMillis(5));

    @TempDir Path temp;
    private FixedMetadata metadata;
    private Topic topic;
    private ObjectStore store;
    private List<TieredKeys> logs;

    @BeforeEach
    void open() throws Exception {
        metadata = new FixedMetadata(1);
        topic = metadata.topic("t", PARTITIONS, settings(true, true, 0));
        store = DirectoryStore.open(temp.resolve("objects"), StoreMeter.NONE);
        logs = new ArrayList<>();
        for (int i = 0; i < PARTITIONS; i++) {
            logs.add(new TieredKeys(topic, i));
        }
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static TopicSettings settings(
            boolean compacted, boolean tiered, long deleteRetentionMs) {
        return new TopicSettings(
                compacted,
                !compacted,
                -1,
                -1,
                -1,
                0,
                1 << 20,
                1,
                10 << 20,
                1,
                "producer",
                TimestampType.CREATE_TIME,
                Long.MAX_VALUE,
                Long.MAX_VALUE,
                new CompactionSettings(0, Long.MAX_VALUE, 0, deleteRetentionMs),
                RetentionShares.NONE,
                tiered);
    }

    private NodeUnderTest node(Path directory, ObjectStore through, Merging merging)
            throws Exception {
        return new NodeUnderTest(directory, metadata, TieredRecords.config(through, merging));
    }

    private void append(NodeUnderTest node, int batches, Random random) throws Exception {
        for (int i = 0; i < batches; i++) {
            logs.get(random.nextInt(PARTITIONS)).append(node, random, 20, 3000);
            node.nowMs.addAndGet(random.nextInt(20));
        }
    }

    private void awaitCompacted(NodeUnderTest node) {
        logs.forEach(log -> log.awaitCompacted(node, store));
    }

    private int verify(NodeUnderTest node) throws Exception {
        int records = 0;
        for (TieredKeys log : logs) {
            records += log.verify(node, store);
        }
        return records;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void nothingLiveIsEverDropped(long seed) throws Exception {
        Random random = new Random(seed);
        topic = metadata.topic("t", PARTITIONS, settings(true, true, random.nextInt(3) * 300L));
        Path directory = temp.resolve("node");
        try (NodeUnderTest node = node(directory, store, seed % 2 == 0 ? CLEANING : BOTH)) {
            for (int round = 0; round < 8; round++) {
                append(node, 25, random);
                switch (random.nextInt(3)) {
                    case 0 -> awaitCompacted(node);
                    case 1 -> node.restart();
                    default -> {}
                }
                assertThat(verify(node)).isPositive();
            }
            // Tombstones and markers get their time to go, and go.
            for (int i = 0; i < 3; i++) {
                node.nowMs.addAndGet(10_000);
                append(node, 20, random);
                awaitCompacted(node);
                verify(node);
            }
            int records = verify(node);
            int live = logs.stream().mapToInt(TieredKeys::live).sum();
            int written = logs.stream().mapToInt(TieredKeys::writtenRecords).sum();
            assertThat(records).isGreaterThanOrEqualTo(live).isLessThan(written / 3);
        }
    }

    @Test
    void sizesAreTrueAfterAPass() throws Exception {
        try (NodeUnderTest node = node(temp.resolve("node"), store, CLEANING)) {
            append(node, 100, new Random(3));
            awaitCompacted(node);
            List<TieredRange> ranges = new ArrayList<>();
            new TieredLog(node, store)
                    .shard()
                    .manifest()
                    .scanRanges(new PartitionKey(topic.id(), 0), 0, ranges::add);
            assertThat(ranges).hasSizeGreaterThan(1);
            for (int i = 1; i < ranges.size(); i++) {
                TieredRange before = ranges.get(i - 1);
                TieredRange range = ranges.get(i);
                assertThat(range.baseOffset()).isGreaterThan(before.lastOffset());
                assertThat(range.cumulativeBytes() - range.length())
                        .isEqualTo(before.cumulativeBytes());
            }
        }
    }

    /// Objects are replaced and deleted under the eyes of readers.
    @Test
    void readersBesideACompactionReadTheRightThing() throws Exception {
        Random random = new Random(5);
        // A reader that takes longer than tombstones stay may miss one: see delete.retention.ms.
        topic = metadata.topic("t", PARTITIONS, settings(true, true, 86_400_000));
        try (NodeUnderTest node = node(temp.resolve("node"), store, BOTH)) {
            append(node, 60, random);
            AtomicBoolean stop = new AtomicBoolean();
            TieredKeys log = logs.get(0);
            CompletableFuture<Integer> reader =
                    CompletableFuture.supplyAsync(() -> {
                        int rounds = 0;
                        while (!stop.get()) {
                            try {
                                log.verify(node, store);
                                rounds++;
                            } catch (Exception e) {
                                throw new CompletionException(e);
                            }
                        }
                        return rounds;
                    });
            for (int i = 0; i < 60; i++) {
                logs.get(1).append(node, random, 20, 3000);
            }
            awaitCompacted(node);
            stop.set(true);
            assertThat(reader.get(60, TimeUnit.SECONDS)).isPositive();
        }
    }

    /// A topic that was tiered and not compacted becomes compacted, says no more that it is tiered,
    /// and becomes uncompacted again: what lies in objects is minded throughout.
    @Test
    void topicsMayBeAlteredInAnyDirection() throws Exception {
        Random random = new Random(8);
        metadata.topic("t", PARTITIONS, settings(false, true, 0));
        try (NodeUnderTest node = node(temp.resolve("node"), store, CLEANING)) {
            append(node, 60, random);
            assertThat(verify(node))
                    .isEqualTo(logs.stream().mapToInt(TieredKeys::writtenRecords).sum());
            for (TopicSettings each :
                    List.of(
                            settings(true, false, 0),
                            settings(true, true, 0),
                            settings(false, true, 0),
                            settings(true, true, 0),
                            settings(true, false, 0))) {
                metadata.topic("t", PARTITIONS, each);
                append(node, 30, random);
                node.nowMs.addAndGet(1000);
                node.node().cleaner().round();
                if (each.compacted()) {
                    awaitCompacted(node);
                }
                verify(node);
                node.restart();
                verify(node);
            }
            int written = logs.stream().mapToInt(TieredKeys::writtenRecords).sum();
            assertThat(verify(node)).isLessThan(written / 2);
        }
    }

    /// A topic is compacted on the disk, and tiered after that.
    @Test
    void whatWasCompactedOnTheDiskIsTiered() throws Exception {
        Random random = new Random(9);
        metadata.topic("t", PARTITIONS, settings(true, false, 0));
        try (NodeUnderTest node = node(temp.resolve("node"), store, CLEANING)) {
            for (int i = 0; i < 3; i++) {
                append(node, 30, random);
                node.nowMs.addAndGet(1000);
                node.node().cleaner().round();
                verify(node);
            }
            metadata.topic("t", PARTITIONS, settings(true, true, 0));
            append(node, 30, random);
            awaitCompacted(node);
            verify(node);
        }
    }

    @Test
    void withoutAStoreTheDiskIsCompacted() throws Exception {
        try (NodeUnderTest node =
                new NodeUnderTest(temp.resolve("node"), metadata, 1 << 20, Duration.ofDays(1))) {
            append(node, 60, new Random(10));
            node.nowMs.addAndGet(10_000);
            node.node().cleaner().round();
            int written = logs.stream().mapToInt(TieredKeys::writtenRecords).sum();
            assertThat(verify(node)).isLessThan(written / 2);
        }
    }

    static Stream<StoreCrash.Moment> moments() {
        return MergingTest.moments();
    }

    @ParameterizedTest
    @MethodSource("moments")
    void aCrashAtAnyStepLosesAndLeavesNothing(StoreCrash.Moment moment) throws Exception {
        Path copy = crashAt(moment);
        try (NodeUnderTest node = node(copy, store, OFF)) {
            verify(node);
        }
        try (NodeUnderTest node = node(copy, store, BOTH)) {
            awaitCompacted(node);
            verify(node);
        }
    }

    @ParameterizedTest
    @MethodSource("moments")
    void aCrashThatTakesTheIndexLosesAndLeavesNothing(StoreCrash.Moment moment) throws Exception {
        Path copy = crashAt(moment);
        BackupTest.deleteTree(copy.resolve("index"));
        try (NodeUnderTest node = node(copy, store, CLEANING)) {
            verify(node);
            awaitCompacted(node);
            verify(node);
        }
    }

    /// A node that compacts dies at a moment, as does its way to the store: its disk as it was
    /// then.
    private Path crashAt(StoreCrash.Moment moment) throws Exception {
        Path directory = temp.resolve("node");
        Path copy = temp.resolve("copy");
        try (NodeUnderTest node = node(directory, store, OFF)) {
            append(node, 60, new Random(7));
            for (TieredKeys log : logs) {
                log.awaitTiered(node, store);
            }
        }
        StoreCrash.at(moment, store, directory, copy, dying -> node(directory, dying, CLEANING));
        return copy;
    }
}
