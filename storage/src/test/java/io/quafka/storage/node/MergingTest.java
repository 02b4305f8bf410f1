package io.quafka.storage.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.controller.model.Topic;
import io.quafka.controller.model.TopicSettings;
import io.quafka.storage.index.ObjectState;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.TieredRange;
import io.quafka.storage.node.FaultyStore.Faults;
import io.quafka.storage.node.FaultyStore.Step;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Objects that are merged, up to crashes at every step and a store that fails at every call: all
/// records are there, in their order, and nothing is left behind.
class MergingTest {
    private static final int PARTITIONS = 3;
    private static final Duration QUIET_WITHIN = Duration.ofSeconds(60);

    /// Merges as long as there are two objects alike.
    private static final MergePolicy EAGER = new MergePolicy(2, 4, 1 << 30, 10_000, 1 << 30);

    private static final Merging ON = new Merging(1 << 30, EAGER, Duration.ofMillis(5));

    @TempDir Path temp;
    private FixedMetadata metadata;
    private Topic topic;
    private ObjectStore store;
    private TieredRecords expected;

    @BeforeEach
    void open() throws Exception {
        metadata = new FixedMetadata(1);
        topic = metadata.topic("t", PARTITIONS, noLocalCopies(-1));
        store = DirectoryStore.open(temp.resolve("objects"), StoreMeter.NONE);
        expected = new TieredRecords(topic);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static TopicSettings noLocalCopies(long retentionBytes) {
        return TieringTest.local(FixedMetadata.settings(-1, retentionBytes), 0);
    }

    private NodeUnderTest node(Path directory, ObjectStore through, Merging merging)
            throws Exception {
        return new NodeUnderTest(directory, metadata, TieredRecords.config(through, merging));
    }

    private void produce(NodeUnderTest node, int records, Random random) throws Exception {
        expected.produce(node, records, random);
    }

    /// Everything lies in objects, and none is left to be merged or deleted.
    private void awaitMerged(NodeUnderTest node) {
        TieredLog log = new TieredLog(node, store);
        await().atMost(QUIET_WITHIN)
                .untilAsserted(() -> {
                    expected.assertLocalCopiesGone(log);
                    assertThat(
                                    EAGER.choose(
                                            log.shard()
                                                    .manifest()
                                                    .objects(ObjectState.HELD, 1_000)))
                            .isEmpty();
                    assertThat(log.isQuiet()).isTrue();
                });
    }

    private void awaitTiered(NodeUnderTest node) {
        expected.awaitTiered(new TieredLog(node, store));
    }

    private void assertAllThere(NodeUnderTest node) throws Exception {
        TieredLog log = new TieredLog(node, store);
        for (int i = 0; i < PARTITIONS; i++) {
            List<String> values = log.read(topic, i).values();
            assertThat(values.stream().map(MergingTest::front))
                    .isEqualTo(expected.of(i).stream().map(MergingTest::front).toList());
            assertThat(values.equals(expected.of(i))).isTrue();
        }
    }

    /// Enough of a value to tell which one it is.
    private static String front(String value) {
        return value.substring(0, Math.min(value.length(), 12));
    }

    private List<TieredRange> ranges(NodeUnderTest node, int partition) {
        List<TieredRange> ranges = new ArrayList<>();
        new TieredLog(node, store)
                .shard()
                .manifest()
                .scanRanges(new PartitionKey(topic.id(), partition), 0, ranges::add);
        return ranges;
    }

    @Test
    void manyObjectsBecomeFewAndHoldTheSame() throws Exception {
        Path directory = temp.resolve("node");
        int before;
        try (NodeUnderTest node = node(directory, store, Merging.OFF)) {
            produce(node, 200, new Random(1));
            awaitTiered(node);
            before = ranges(node, 0).size();
            assertThat(before).isGreaterThan(4);
        }
        try (NodeUnderTest node = node(directory, store, ON)) {
            awaitMerged(node);
            assertAllThere(node);
            List<TieredRange> ranges = ranges(node, 0);
            assertThat(ranges).hasSizeLessThan(before);
            long next = 0;
            for (TieredRange each : ranges) {
                assertThat(each.baseOffset()).isEqualTo(next);
                next = each.lastOffset() + 1;
            }
            assertThat(next).isEqualTo(expected.of(0).size());
            assertThat(node.node().tiering().merges()).isPositive();
            assertThat(node.node().tiering().mergedObjects())
                    .isGreaterThanOrEqualTo(2 * node.node().tiering().merges());
            node.restart();
            awaitMerged(node);
            assertAllThere(node);
            produce(node, 60, new Random(2));
            awaitMerged(node);
            assertAllThere(node);
        }
    }

    @Test
    void mergesWhileRecordsComeAndExpire() throws Exception {
        metadata.topic("t", PARTITIONS, noLocalCopies(400_000));
        try (NodeUnderTest node = node(temp.resolve("node"), store, ON)) {
            for (int round = 0; round < 4; round++) {
                produce(node, 50, new Random(round));
            }
            awaitMerged(node);
            TieredLog log = new TieredLog(node, store);
            for (int i = 0; i < PARTITIONS; i++) {
                List<String> left = log.read(topic, i).values();
                assertThat(left).isNotEmpty();
                assertThat(expected.of(i)).endsWith(left.toArray(String[]::new));
            }
            metadata.delete(topic);
            await().atMost(QUIET_WITHIN)
                    .untilAsserted(() -> assertThat(log.keysInStore()).isEmpty());
        }
    }

    static Stream<StoreCrash.Moment> moments() {
        return StoreCrash.moments(
                Step.CREATE, Step.WRITE, Step.COMMIT, Step.HEAD, Step.PUT, Step.DELETE);
    }

    @ParameterizedTest
    @MethodSource("moments")
    void aCrashAtAnyStepLosesAndLeavesNothing(StoreCrash.Moment moment) throws Exception {
        Path copy = crashAt(moment);
        try (NodeUnderTest node = node(copy, store, Merging.OFF)) {
            assertAllThere(node);
        }
        try (NodeUnderTest node = node(copy, store, ON)) {
            awaitMerged(node);
            assertAllThere(node);
        }
    }

    /// What the bucket says of merges, and what of it the log says, together tell all.
    @ParameterizedTest
    @MethodSource("moments")
    void aCrashThatTakesTheIndexLosesAndLeavesNothing(StoreCrash.Moment moment) throws Exception {
        Path copy = crashAt(moment);
        BackupTest.deleteTree(copy.resolve("index"));
        try (NodeUnderTest node = node(copy, store, Merging.OFF)) {
            assertAllThere(node);
            awaitTiered(node);
            assertAllThere(node);
            metadata.delete(topic);
            TieredLog log = new TieredLog(node, store);
            await().atMost(QUIET_WITHIN)
                    .untilAsserted(() -> assertThat(log.keysInStore()).isEmpty());
        }
    }

    /// A node that merges dies at a moment, as does its way to the store: its disk as it was then.
    private Path crashAt(StoreCrash.Moment moment) throws Exception {
        Path directory = temp.resolve("node");
        Path copy = temp.resolve("copy");
        try (NodeUnderTest node = node(directory, store, Merging.OFF)) {
            produce(node, 100, new Random(7));
            awaitTiered(node);
        }
        StoreCrash.at(moment, store, directory, copy, dying -> node(directory, dying, ON));
        return copy;
    }

    @Test
    void aLostIndexAdoptsWhatWasMerged() throws Exception {
        Path directory = temp.resolve("node");
        try (NodeUnderTest node = node(directory, store, ON)) {
            for (int round = 0; round < 3; round++) {
                produce(node, 80, new Random(round));
                awaitMerged(node);
            }
            assertThat(node.node().tiering().merges()).isPositive();
        }
        BackupTest.deleteTree(directory.resolve("index"));
        try (NodeUnderTest node = node(directory, store, Merging.OFF)) {
            assertAllThere(node);
            produce(node, 60, new Random(4));
            awaitTiered(node);
            assertAllThere(node);
            metadata.delete(topic);
            TieredLog log = new TieredLog(node, store);
            await().atMost(QUIET_WITHIN)
                    .untilAsserted(() -> assertThat(log.keysInStore()).isEmpty());
        }
    }

    @Test
    void aStoreThatFailsIsTriedAgainAndLeavesNothingBehind() throws Exception {
        Random dice = new Random(11);
        FaultyStore faulty =
                new FaultyStore(
                        store,
                        (step, done) -> {
                            synchronized (dice) {
                                if (dice.nextInt(6) == 0) {
                                    throw FaultyStore.busy(step, done);
                                }
                            }
                        });
        try (NodeUnderTest node = node(temp.resolve("node"), faulty, ON)) {
            produce(node, 200, new Random(12));
            faulty.becomes(Faults.NONE);
            awaitMerged(node);
            assertAllThere(node);
            assertThat(node.node().tiering().failures()).isPositive();
        }
    }
}
