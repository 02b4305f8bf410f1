package io.quafka.storage.node;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.controller.model.Topic;
import io.quafka.controller.model.TopicSettings;
import io.quafka.storage.History;
import io.quafka.storage.StoredBatches;
import io.quafka.storage.node.FaultyStore.Faults;
import io.quafka.storage.node.FaultyStore.Step;
import io.quafka.storage.tier.Merging;
import io.quafka.storage.tier.TieringConfig;
import io.quafka.tiering.directory.DirectoryStore;
import io.quafka.tiering.store.ObjectStore;
import io.quafka.tiering.store.StoreMeter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A storage node and the object store that it tiers to, up to crashes at every step and a store
/// that fails at every call.
class TieringTest {
    private static final int PARTITIONS = 3;
    private static final Duration QUIET_WITHIN = Duration.ofSeconds(60);

    @TempDir Path temp;
    private FixedMetadata metadata;
    private Topic topic;
    private ObjectStore store;
    private TieredRecords expected;

    @BeforeEach
    void open() throws Exception {
        metadata = new FixedMetadata(1);
        topic = metadata.topic("t", PARTITIONS, local(FixedMetadata.settings(-1, -1), 0));
        store = DirectoryStore.open(temp.resolve("objects"), StoreMeter.NONE);
        expected = new TieredRecords(topic);
    }

    @AfterEach
    void close() {
        store.close();
    }

    /// The same with a limit for local copies.
    static TopicSettings local(TopicSettings s, long localBytes) {
        return new TopicSettings(
                s.compacted(),
                s.deleted(),
                s.retentionMs(),
                s.retentionBytes(),
                -1,
                localBytes,
                s.segmentBytes(),
                s.segmentMs(),
                s.maxMessageBytes(),
                s.minInSyncReplicas(),
                s.compressionType(),
                s.timestampType(),
                s.timestampBeforeMaxMs(),
                s.timestampAfterMaxMs());
    }

    private static TopicSettings offTheStore(TopicSettings s) {
        return new TopicSettings(
                s.compacted(),
                s.deleted(),
                s.retentionMs(),
                s.retentionBytes(),
                s.localRetentionMs(),
                s.localRetentionBytes(),
                s.segmentBytes(),
                s.segmentMs(),
                s.maxMessageBytes(),
                s.minInSyncReplicas(),
                s.compressionType(),
                s.timestampType(),
                s.timestampBeforeMaxMs(),
                s.timestampAfterMaxMs(),
                s.compaction(),
                s.shares(),
                false);
    }

    private TieringConfig config(ObjectStore through) {
        return TieredRecords.config(through, Merging.OFF);
    }

    private NodeUnderTest node(Path directory, ObjectStore through) throws Exception {
        return new NodeUnderTest(directory, metadata, config(through));
    }

    private void produce(NodeUnderTest node, int records, Random random) throws Exception {
        expected.produce(node, records, random);
    }

    private void awaitTiered(NodeUnderTest node) {
        expected.awaitTiered(new TieredLog(node, store));
    }

    private void assertAllThere(NodeUnderTest node) throws Exception {
        TieredLog log = new TieredLog(node, store);
        for (int i = 0; i < PARTITIONS; i++) {
            assertThat(log.read(topic, i).values()).isEqualTo(expected.of(i));
        }
    }

    @Test
    void whatLeftTheDiskIsReadFromObjectsAndOffsetsGoOn() throws Exception {
        Path directory = temp.resolve("node");
        try (NodeUnderTest node = node(directory, store)) {
            produce(node, 300, new Random(1));
            awaitTiered(node);
            TieredLog log = new TieredLog(node, store);
            for (int i = 0; i < PARTITIONS; i++) {
                TieredLog.Content content = log.read(topic, i);
                assertThat(content.values()).isEqualTo(expected.of(i));
                assertThat(content.fromObjects()).isPositive();
            }
            await().atMost(QUIET_WITHIN)
                    .untilAsserted(() -> assertThat(logBytes(directory)).isLessThan(3L << 20));
            node.restart();
            assertAllThere(node);
            produce(node, 30, new Random(2));
            assertAllThere(node);
        }
    }

    private static long logBytes(Path directory) throws Exception {
        try (Stream<Path> files = Files.list(directory.resolve("shard-1"))) {
            return files.filter(f -> f.toString().endsWith(".log"))
                    .mapToLong(f -> f.toFile().length())
                    .sum();
        }
    }

    @Test
    void topicsThatStayOffTheStoreAreNotInIt() throws Exception {
        Topic off = metadata.topic("off", 1, offTheStore(topic.settings()));
        try (NodeUnderTest node = node(temp.resolve("node"), store)) {
            node.append(off, 0, "stays");
            produce(node, 50, new Random(3));
            awaitTiered(node);
            TieredLog log = new TieredLog(node, store);
            assertThat(log.partition(off, 0).tieredEnd()).isZero();
            assertThat(log.partition(off, 0).localStart()).isZero();
            assertThat(log.read(off, 0)).isEqualTo(new TieredLog.Content(List.of("0=stays"), 0));
        }
    }

    @Test
    void deletedRecordsAndTopicsLeaveTheStore() throws Exception {
        try (NodeUnderTest node = node(temp.resolve("node"), store)) {
            produce(node, 200, new Random(4));
            awaitTiered(node);
            TieredLog log = new TieredLog(node, store);
            assertThat(log.keysInStore()).isNotEmpty();
            long end = expected.of(0).size();
            CrashTest.delete(node, topic, 0, end / 2);
            assertThat(log.read(topic, 0).values())
                    .isEqualTo(expected.of(0).subList((int) end / 2, (int) end));
            assertThat(node.fetch(topic, 0, end / 2 - 1).error())
                    .isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
            metadata.delete(topic);
            await().atMost(QUIET_WITHIN)
                    .untilAsserted(() -> assertThat(log.keysInStore()).isEmpty());
        }
    }

    @Test
    void retentionReachesIntoTheStore() throws Exception {
        try (NodeUnderTest node = node(temp.resolve("node"), store)) {
            produce(node, 300, new Random(5));
            awaitTiered(node);
            TieredLog log = new TieredLog(node, store);
            int before = log.keysInStore().size();
            metadata.topic("t", PARTITIONS, local(FixedMetadata.settings(-1, 100_000), 0));
            await().atMost(QUIET_WITHIN)
                    .untilAsserted(() -> {
                        assertThat(log.partition(topic, 0).logStart()).isPositive();
                        assertThat(log.keysInStore().size()).isLessThan(before);
                        assertThat(log.isQuiet()).isTrue();
                    });
            List<String> left = log.read(topic, 0).values();
            assertThat(left).isNotEmpty();
            assertThat(expected.of(0)).endsWith(left.toArray(String[]::new));
            node.nowMs.addAndGet(100_000_000);
            metadata.topic("t", PARTITIONS, local(FixedMetadata.settings(1000, -1), 0));
            await().atMost(QUIET_WITHIN)
                    .untilAsserted(() -> assertThat(log.keysInStore()).isEmpty());
            assertThat(node.listOffset(topic, 0, -2).offset()).isEqualTo(expected.of(0).size());
        }
    }

    @Test
    void orphansAreSweptOnceTheyAreOld() throws Exception {
        String prefix = "test/shard-1/";
        String old = prefix + "0000000000000001-000000000001-0000000000000007";
        String young = prefix + "0000000000000001-%012x-0000000000000007".formatted(1L << 46);
        String foreign = prefix + "manifest";
        for (String key : List.of(old, young, foreign)) {
            store.putIfAbsent(key, ByteBuffer.wrap(new byte[] {1}));
        }
        try (NodeUnderTest node = node(temp.resolve("node"), store)) {
            TieredLog log = new TieredLog(node, store);
            produce(node, 20, new Random(6));
            await().atMost(QUIET_WITHIN)
                    .untilAsserted(() -> assertThat(log.keysInStore()).doesNotContain(old));
            assertThat(log.keysInStore()).contains(young, foreign);
            assertAllThere(node);
        }
    }

    static Stream<StoreCrash.Moment> moments() {
        return StoreCrash.moments(Step.CREATE, Step.WRITE, Step.COMMIT, Step.HEAD);
    }

    @ParameterizedTest
    @MethodSource("moments")
    void aCrashAtAnyStepOfAnUploadLosesAndLeavesNothing(StoreCrash.Moment moment) throws Exception {
        Path directory = temp.resolve("node");
        Path copy = temp.resolve("copy");
        AtomicBoolean armed = new AtomicBoolean();
        CountDownLatch crashed = new CountDownLatch(1);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        FaultyStore dying = new FaultyStore(store, Faults.NONE);
        dying.becomes((step, done) -> {
            if (crashed.getCount() == 0) {
                throw FaultyStore.busy(step, done);
            }
            if (armed.get() && step == moment.step() && done == moment.done()) {
                try {
                    CrashTest.copyTree(directory, copy);
                } catch (Exception | AssertionError e) {
                    failure.set(e);
                }
                crashed.countDown();
                throw FaultyStore.busy(step, done);
            }
        });
        try (NodeUnderTest node = node(directory, dying)) {
            produce(node, 60, new Random(7));
            awaitTiered(node);
            armed.set(true);
            produce(node, 60, new Random(8));
            assertThat(crashed.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(failure.get()).isNull();
        }
        // What was produced after the crash is not in the copy.
        try (NodeUnderTest node = node(copy, store)) {
            TieredLog log = new TieredLog(node, store);
            for (int i = 0; i < PARTITIONS; i++) {
                int end = (int) node.listOffset(topic, i, -1).offset();
                List<String> all = expected.of(i);
                assertThat(log.read(topic, i).values()).isEqualTo(all.subList(0, end));
                all.subList(end, all.size()).clear();
            }
            awaitTiered(node);
            assertAllThere(node);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aStoreThatFailsHoldsUpNoProduceAndLeavesNothingBehind(long seed) throws Exception {
        Random random = new Random(seed);
        Random dice = new Random(seed + 100);
        FaultyStore faulty =
                new FaultyStore(
                        store,
                        (step, done) -> {
                            synchronized (dice) {
                                if (dice.nextInt(4) == 0) {
                                    throw FaultyStore.busy(step, done);
                                }
                            }
                        });
        try (NodeUnderTest node = node(temp.resolve("node"), faulty)) {
            produce(node, 300, random);
            assertAllThere(node);
            assertThat(node.node().tiering().failures()).isPositive();
            faulty.becomes(Faults.NONE);
            awaitTiered(node);
            assertAllThere(node);
        }
    }

    @Test
    void timesAreFoundInObjects() throws Exception {
        try (NodeUnderTest node = node(temp.resolve("node"), store)) {
            for (int i = 0; i < 50; i++) {
                ByteBuffer batch = StoredBatches.of(1_000 + i * 10, "x".repeat(10_000));
                node.produce(topic, 0, batch);
                expected.of(0).add(i + "=" + "x".repeat(10_000));
            }
            awaitTiered(node);
            var answer = node.listOffset(topic, 0, 1_205);
            History history = requireNonNull(History.take(answer));
            assertThat(history.timestampMs()).isEqualTo(1_205);
            assertThat(history.pieces().getFirst().lastOffset()).isGreaterThanOrEqualTo(21);
            assertThat(node.listOffset(topic, 0, -4).offset()).isEqualTo(50);
            assertThat(node.listOffset(topic, 0, -5).offset()).isEqualTo(49);
            assertThat(node.listOffset(topic, 0, -6).offset()).isEqualTo(50);
            assertThat(node.listOffset(topic, 0, -2).offset()).isZero();
            assertThat(History.take(node.listOffset(topic, 0, 2_000))).isNull();
        }
    }
}
