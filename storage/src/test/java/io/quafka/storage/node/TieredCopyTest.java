package io.quafka.storage.node;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.controller.model.Command;
import io.quafka.controller.model.Topic;
import io.quafka.storage.FetchReply;
import io.quafka.storage.History;
import io.quafka.storage.index.ObjectState;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.TieredObject;
import io.quafka.storage.index.TieredRange;
import io.quafka.storage.log.LogOptions;
import io.quafka.storage.shard.Shard;
import io.quafka.storage.tier.Merging;
import io.quafka.tiering.directory.DirectoryStore;
import io.quafka.tiering.store.ObjectStore;
import io.quafka.tiering.store.StoreMeter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A replica that is made anew knows what lies in objects, and does not copy it.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class TieredCopyTest {
    private static final Logger logger = LoggerFactory.getLogger(TieredCopyTest.class);
    private static final Duration SETTLED_MAX = Duration.ofSeconds(60);
    private static final int RECORDS = 60;

    /// What is moved: for a figure, many GiB.
    private static final int MOVED_MIB = Integer.getInteger("quafka.move.mib", 16);

    private static final int MOVED_RECORD_BYTES = 900_000;

    /// Of what is moved: large ones where there is much, as many small objects take minutes.
    private static final LogOptions MOVED_SEGMENTS =
            MOVED_MIB < 1024
                    ? ReplicatedCluster.SMALL_SEGMENTS
                    : new LogOptions(64 << 20, 1 << 20, 0, true, 16);

    /// Records that no object may have yet: those of the last segments.
    private static final int LOCAL_RECORDS =
            7 + (int) (2 * MOVED_SEGMENTS.segmentBytes() / MOVED_RECORD_BYTES);

    @TempDir private Path directory;

    @Test
    void historyInObjectsIsNotCopied() throws Exception {
        try (ObjectStore store =
                        DirectoryStore.open(directory.resolve("objects"), StoreMeter.NONE);
                ReplicatedCluster cluster =
                        new ReplicatedCluster(
                                directory.resolve("cluster"),
                                TieredRecords.config(store, Merging.OFF))) {
            Topic topic = cluster.topic("t", Map.of("min.insync.replicas", "2"));
            PartitionKey key = new PartitionKey(topic.id(), 0);
            cluster.append(topic, "first");
            cluster.stop(3);
            List<String> values = new ArrayList<>();
            for (int i = 0; i < RECORDS; i++) {
                String value = i + "v".repeat(100_000);
                values.add(cluster.append(topic, value) + "=" + value);
            }
            int leader = cluster.state(topic).leader();
            Shard led = cluster.shard(leader, topic);
            // All of it lies on the leader's disk still.
            await().atMost(SETTLED_MAX).until(() -> led.partition(key).tieredEnd() > RECORDS / 2);
            assertThat(led.partition(key).localStart()).isZero();

            DiskImage.delete(cluster.directoryOf(3));
            cluster.start(3);
            await().atMost(SETTLED_MAX).until(() -> cluster.state(topic).inSync().contains(3));
            Shard copy = cluster.shard(3, topic);
            assertThat(copy.logStartPosition()).isGreaterThan(RECORDS / 2 * 100_000L);
            long local = copy.partition(key).localStart();
            assertThat(local).isGreaterThan(RECORDS / 2);

            cluster.decide(new Command.FenceNode(1, true));
            cluster.decide(new Command.FenceNode(2, true));
            cluster.decide(new Command.FenceNode(1, false));
            cluster.decide(new Command.FenceNode(2, false));
            assertThat(cluster.state(topic).leader()).isEqualTo(3);
            String last = "last";
            values.add(cluster.append(topic, last) + "=" + last);
            assertThat(cluster.read(topic, local))
                    .isEqualTo(values.subList((int) local - 1, values.size()));
            FetchReply reply =
                    cluster.node(3)
                            .fetch(NodeUnderTest.fetchRequest(topic, 0, 0, 1 << 20, 1, 0))
                            .get(20, TimeUnit.SECONDS);
            History history =
                    History.take(reply.data().responses().getFirst().partitions().getFirst());
            assertThat(history).isNotNull();
            reply.release().run();
            requireWholeManifest(copy, key, local);
        }
    }

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void aMoveTakesHistoryAlongWithoutCopyingIt() throws Exception {
        try (ObjectStore store =
                        DirectoryStore.open(directory.resolve("objects"), StoreMeter.NONE);
                ReplicatedCluster cluster =
                        new ReplicatedCluster(
                                directory.resolve("cluster"),
                                3,
                                TieredRecords.config(store, Merging.OFF),
                                MOVED_SEGMENTS)) {
            Topic topic =
                    cluster.topic(
                            "t",
                            List.of(1),
                            Map.of(
                                    "remote.storage.enable",
                                    "true",
                                    "local.retention.bytes",
                                    String.valueOf(4 << 20)));
            PartitionKey key = new PartitionKey(topic.id(), 0);
            String value = "v".repeat(MOVED_RECORD_BYTES);
            int records = (int) ((long) MOVED_MIB * (1 << 20) / value.length());
            for (int i = 0; i < records; i++) {
                cluster.append(topic, value);
            }
            Shard before = cluster.shard(1, topic);
            await().atMost(SETTLED_MAX.plusSeconds(MOVED_MIB / 20))
                    .until(() -> before.partition(key).localStart() > records - LOCAL_RECORDS);
            long begin = System.nanoTime();
            cluster.move(topic, 2);
            await().pollInterval(Duration.ofMillis(5))
                    .atMost(SETTLED_MAX)
                    .until(() -> cluster.state(topic).leader() == 2);
            assertThat(cluster.append(topic, "last")).isEqualTo(records);
            logger.info(
                    "{} MiB moved, and appended to, after {} ms; {} MiB lie on the new disk",
                    MOVED_MIB,
                    (System.nanoTime() - begin) / 1_000_000,
                    cluster.shard(2, topic).sizeOnDisk() >> 20);
            Shard moved = cluster.shard(2, topic);
            assertThat(moved.partition(key).logStart()).isZero();
            assertThat(moved.partition(key).localStart()).isGreaterThan(records - LOCAL_RECORDS);
            requireWholeManifest(moved, key, moved.partition(key).localStart());
        }
    }

    /// One range after the other, each in an object that is known.
    private static void requireWholeManifest(Shard shard, PartitionKey key, long until) {
        List<TieredRange> ranges = new ArrayList<>();
        shard.manifest().scanRanges(key, 0, ranges::add);
        long next = 0;
        for (TieredRange range : ranges) {
            assertThat(range.baseOffset()).isEqualTo(next);
            TieredObject object =
                    requireNonNull(shard.manifest().object(ObjectState.HELD, range.object()));
            assertThat(object.ranges()).isPositive();
            next = range.lastOffset() + 1;
        }
        assertThat(next).isGreaterThanOrEqualTo(until);
    }
}
