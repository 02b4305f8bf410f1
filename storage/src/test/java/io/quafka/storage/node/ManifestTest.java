package io.quafka.storage.node;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quafka.controller.model.Topic;
import io.quafka.storage.index.ObjectState;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.Run;
import io.quafka.storage.index.TieredObject;
import io.quafka.storage.index.TieredRange;
import io.quafka.storage.shard.IntendedObject;
import io.quafka.storage.shard.ObjectCommit;
import io.quafka.storage.shard.ObjectCommit.Placed;
import io.quafka.storage.shard.Partition;
import io.quafka.storage.shard.Shard;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The manifest in a shard: what changes it, and that a crash at any moment leaves it as the log
/// says. No object is really uploaded here.
class ManifestTest {
    private static final int PARTITIONS = 3;

    @TempDir Path temp;
    private FixedMetadata metadata;
    private Topic topic;

    @BeforeEach
    void makeTopic() {
        metadata = new FixedMetadata(1);
        topic = metadata.topic("t", PARTITIONS, FixedMetadata.settings(-1, -1));
    }

    private NodeUnderTest open(Path directory) throws Exception {
        return new NodeUnderTest(directory, metadata, NodeUnderTest.SMALL_SEGMENTS);
    }

    private static Shard shard(NodeUnderTest node) {
        return node.node().shards().getFirst();
    }

    private Partition partition(NodeUnderTest node, int index) {
        return shard(node).partition(new PartitionKey(topic.id(), index));
    }

    /// Ranges for everything that is not in the manifest yet.
    private List<Placed> untiered(NodeUnderTest node, long object) {
        shard(node).feedIndex().join();
        List<Placed> placed = new ArrayList<>();
        long[] position = {0};
        for (int i = 0; i < PARTITIONS; i++) {
            Partition partition = partition(node, i);
            List<Run> runs = new ArrayList<>();
            shard(node).scanRuns(partition.key(), partition.tieredEnd(), runs::add);
            if (!runs.isEmpty()) {
                Run last = runs.getLast();
                long length = runs.stream().mapToLong(Run::length).sum();
                placed.add(
                        new Placed(
                                partition.key(),
                                new TieredRange(
                                        runs.getFirst().baseOffset(),
                                        last.lastOffset(),
                                        object,
                                        position[0],
                                        length,
                                        last.leaderEpoch(),
                                        runs.stream()
                                                .mapToLong(Run::maxTimestamp)
                                                .max()
                                                .orElseThrow(),
                                        last.cumulativeMaxTimestamp(),
                                        last.cumulativeBytes())));
                position[0] += length;
            }
        }
        return placed;
    }

    private IntendedObject tier(NodeUnderTest node) throws Exception {
        IntendedObject object = shard(node).manifest().intend(7).get();
        List<Placed> placed = untiered(node, object.number());
        shard(node)
                .manifest()
                .commit(
                        new ObjectCommit(
                                object.number(), object.epoch(), 1000, placed, true, false))
                .get();
        return object;
    }

    /// Everything that the index knows of objects.
    private record Known(
            Map<Integer, List<TieredRange>> ranges,
            Map<ObjectState, List<TieredObject>> objects,
            Map<Integer, List<Long>> offsets) {}

    private Known known(NodeUnderTest node) {
        shard(node).feedIndex().join();
        Map<Integer, List<TieredRange>> ranges = new HashMap<>();
        Map<Integer, List<Long>> offsets = new HashMap<>();
        for (int i = 0; i < PARTITIONS; i++) {
            Partition partition = partition(node, i);
            List<TieredRange> found = new ArrayList<>();
            shard(node).manifest().scanRanges(partition.key(), 0, found::add);
            ranges.put(i, found);
            offsets.put(
                    i,
                    List.of(
                            partition.logStart(),
                            partition.localStart(),
                            partition.tieredEnd(),
                            partition.committedEnd()));
        }
        Map<ObjectState, List<TieredObject>> objects = new HashMap<>();
        for (ObjectState state : ObjectState.values()) {
            objects.put(state, shard(node).manifest().objects(state, 1000));
        }
        return new Known(ranges, objects, offsets);
    }

    @Test
    void anObjectIsHeldUntilTheLastOfItsRangesGoes() throws Exception {
        try (NodeUnderTest node = open(temp.resolve("node"))) {
            node.append(topic, 0, "a", "b");
            node.append(topic, 1, "c");
            IntendedObject object = shard(node).manifest().intend(7).get();
            assertThat(known(node).objects().get(ObjectState.INTENDED)).hasSize(1);
            List<Placed> placed = untiered(node, object.number());
            int accepted =
                    shard(node)
                            .manifest()
                            .commit(
                                    new ObjectCommit(
                                            object.number(),
                                            object.epoch(),
                                            1000,
                                            placed,
                                            true,
                                            false))
                            .get();
            assertThat(accepted).isEqualTo(2);
            assertThat(known(node).objects().get(ObjectState.INTENDED)).isEmpty();
            assertThat(known(node).objects().get(ObjectState.HELD))
                    .containsExactly(
                            new TieredObject(object.number(), 7, object.createdMs(), 1000, 2));
            CrashTest.delete(node, topic, 0, 2);
            assertThat(known(node).objects().get(ObjectState.HELD)).hasSize(1);
            CrashTest.delete(node, topic, 1, 1);
            assertThat(known(node).objects().get(ObjectState.HELD)).isEmpty();
            assertThat(known(node).objects().get(ObjectState.DOOMED))
                    .extracting(TieredObject::number)
                    .containsExactly(object.number());
            shard(node).manifest().drop(object.number()).get();
            assertThat(known(node).objects().values()).allMatch(List::isEmpty);
        }
    }

    @Test
    void whatIsNotWantedAnyMoreDoesNotEnterTheManifest() throws Exception {
        try (NodeUnderTest node = open(temp.resolve("node"))) {
            node.append(topic, 0, "a");
            node.append(topic, 1, "b");
            node.append(topic, 2, "c");
            IntendedObject object = shard(node).manifest().intend(7).get();
            List<Placed> placed = untiered(node, object.number());
            CrashTest.delete(node, topic, 0, 1);
            shard(node).drop(partition(node, 1)).get();
            ObjectCommit commit =
                    new ObjectCommit(object.number(), object.epoch(), 1000, placed, false, false);
            assertThat(shard(node).manifest().commit(commit).get()).isEqualTo(1);
            assertThat(shard(node).manifest().commit(commit).get()).as("the same again").isZero();
            assertThat(known(node).ranges().get(2)).hasSize(1);
            shard(node).lead(object.epoch() + 1);
            assertThatThrownBy(() -> shard(node).manifest().commit(commit).get())
                    .as("by a leader of an earlier epoch")
                    .hasMessageContaining("epoch");
        }
    }

    /// A lost index could not be told what object a range lies in, or which object came to nothing.
    @Test
    void theLogStaysThatTellsOfAnObjectUntilACopyDoes() throws Exception {
        Path directory = temp.resolve("node");
        try (NodeUnderTest node = open(directory)) {
            IntendedObject object = shard(node).manifest().intend(7).get();
            awaitAnotherSegmentGone(node, directory, 0);
            assertThat(segments(directory)).as("intended").contains(0L);
            node.append(topic, 1, "b");
            ObjectCommit commit =
                    new ObjectCommit(
                            object.number(),
                            object.epoch(),
                            1000,
                            untiered(node, object.number()),
                            true,
                            false);
            assertThat(shard(node).manifest().commit(commit).get()).isEqualTo(1);
            awaitAnotherSegmentGone(node, directory, 1);
            assertThat(segments(directory)).as("committed").contains(0L);
            shard(node).manifest().changes().begin();
            shard(node).manifest().changes().written();
            awaitGone(node, directory, 0);
        }
    }

    /// A later segment than the first, of which nothing is needed, leaves the disk.
    private void awaitAnotherSegmentGone(NodeUnderTest node, Path directory, long before)
            throws Exception {
        shard(node).seal().get();
        long base = segments(directory).last();
        node.append(topic, 0, "x");
        shard(node).seal().get();
        CrashTest.delete(node, topic, 0, before + 1);
        awaitGone(node, directory, base);
    }

    private static void awaitGone(NodeUnderTest node, Path directory, long segment) {
        await().until(() -> {
            node.nowMs.addAndGet(2_000);
            return !segments(directory).contains(segment);
        });
    }

    private static TreeSet<Long> segments(Path directory) throws Exception {
        try (Stream<Path> files = Files.list(directory.resolve("shard-1"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".log") && name.matches("\\d+\\.log"))
                    .map(name -> Long.valueOf(name.replace(".log", "")))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /// One range for a stretch of a partition's ranges.
    private Placed merged(NodeUnderTest node, int partition, List<TieredRange> old, long object) {
        TieredRange last = old.getLast();
        return new Placed(
                partition(node, partition).key(),
                new TieredRange(
                        old.getFirst().baseOffset(),
                        last.lastOffset(),
                        object,
                        0,
                        old.stream().mapToLong(TieredRange::length).sum(),
                        last.leaderEpoch(),
                        old.stream().mapToLong(TieredRange::maxTimestamp).max().orElseThrow(),
                        last.cumulativeMaxTimestamp(),
                        last.cumulativeBytes()));
    }

    private int commitMerged(NodeUnderTest node, IntendedObject object, List<Placed> placed)
            throws Exception {
        return shard(node)
                .manifest()
                .commit(new ObjectCommit(object.number(), object.epoch(), 500, placed, true, true))
                .get();
    }

    @Test
    void aMergedRangeTakesThePlaceOfThoseItWasMadeOf() throws Exception {
        try (NodeUnderTest node = open(temp.resolve("node"))) {
            for (String value : List.of("a", "b", "c", "d")) {
                node.append(topic, 0, value);
                tier(node);
            }
            List<TieredRange> old = requireNonNull(known(node).ranges().get(0));
            assertThat(old).hasSize(4);
            IntendedObject object = shard(node).manifest().intend(8).get();
            Placed stale = merged(node, 0, old.subList(0, 2), object.number());
            Placed first = merged(node, 0, old.subList(0, 3), object.number());
            assertThat(commitMerged(node, object, List.of(first))).isEqualTo(1);
            assertThat(known(node).ranges().get(0)).containsExactly(first.range(), old.get(3));
            assertThat(known(node).objects().get(ObjectState.DOOMED)).hasSize(3);
            assertThat(known(node).objects().get(ObjectState.HELD)).hasSize(2);
            IntendedObject late = shard(node).manifest().intend(9).get();
            assertThat(commitMerged(node, late, List.of(stale)))
                    .as("what others have taken the place of meanwhile")
                    .isZero();
            IntendedObject again = shard(node).manifest().intend(10).get();
            List<TieredRange> now = requireNonNull(known(node).ranges().get(0));
            Placed all = merged(node, 0, now, again.number());
            CrashTest.delete(node, topic, 0, 3);
            assertThat(commitMerged(node, again, List.of(all)))
                    .as("the first of them expired meanwhile")
                    .isEqualTo(1);
            assertThat(known(node).ranges().get(0)).containsExactly(all.range());
            IntendedObject last = shard(node).manifest().intend(11).get();
            CrashTest.delete(node, topic, 0, 4);
            assertThat(commitMerged(node, last, List.of(all))).as("all expired").isZero();
            assertThat(known(node).ranges().get(0)).isEmpty();
            assertThat(known(node).objects().get(ObjectState.HELD)).isEmpty();
            node.restart();
            assertThat(known(node).objects().get(ObjectState.HELD)).isEmpty();
        }
    }

    @Test
    void localCopiesGoNoFurtherThanTheManifestAndOffsetsGoOn() throws Exception {
        try (NodeUnderTest node = open(temp.resolve("node"))) {
            node.append(topic, 0, "a", "b");
            tier(node);
            node.append(topic, 0, "c");
            assertThat(shard(node).manifest().dropLocal(partition(node, 0), 3).get()).isEqualTo(2);
            assertThat(partition(node, 0).localStart()).isEqualTo(2);
            assertThat(partition(node, 0).logStart()).isZero();
            assertThat(node.fetch(topic, 0, 2).values()).containsExactly("2=c");
            tier(node);
            shard(node).manifest().dropLocal(partition(node, 0), 3).get();
            node.restart();
            assertThat(partition(node, 0).localStart()).isEqualTo(3);
            assertThat(node.append(topic, 0, "d")).isEqualTo(3);
            assertThat(node.fetch(topic, 0, 3).values()).containsExactly("3=d");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void aCrashLeavesTheManifestAsTheLogSays(long seed) throws Exception {
        Random random = new Random(seed);
        Path directory = temp.resolve("node");
        for (int crash = 0; crash < 4; crash++) {
            Path copy = temp.resolve("crash-" + crash);
            Known before;
            try (NodeUnderTest node = open(directory)) {
                for (int step = 0; step < 40; step++) {
                    step(node, random);
                }
                CrashTest.copyTree(directory, copy);
                before = known(node);
            }
            try (NodeUnderTest node = open(copy)) {
                Known after = known(node);
                assertThat(after.ranges()).isEqualTo(before.ranges());
                assertThat(after.objects()).isEqualTo(before.objects());
                assertLocalStartsNotLater(after, before);
            }
            directory = copy;
        }
    }

    /// That copies have left the disk may be forgotten; nothing else may.
    private static void assertLocalStartsNotLater(Known after, Known before) {
        after.offsets()
                .forEach((partition, offsets) -> {
                    List<Long> was = requireNonNull(before.offsets().get(partition));
                    assertThat(offsets.get(1)).isLessThanOrEqualTo(was.get(1));
                    assertThat(List.of(offsets.get(0), offsets.get(2), offsets.get(3)))
                            .isEqualTo(List.of(was.get(0), was.get(2), was.get(3)));
                });
    }

    private void step(NodeUnderTest node, Random random) throws Exception {
        int partition = random.nextInt(PARTITIONS);
        switch (random.nextInt(10)) {
            case 0 -> tier(node);
            case 1 ->
                    CrashTest.delete(
                            node,
                            topic,
                            partition,
                            random.nextLong(partition(node, partition).committedEnd() + 1));
            case 2 ->
                    shard(node)
                            .manifest()
                            .dropLocal(
                                    partition(node, partition),
                                    random.nextLong(partition(node, partition).committedEnd() + 1))
                            .get();
            case 3 -> shard(node).manifest().intend(random.nextLong()).get();
            case 4 -> {
                for (TieredObject doomed : shard(node).manifest().objects(ObjectState.DOOMED, 1)) {
                    shard(node).manifest().drop(doomed.number()).get();
                }
            }
            case 5, 6 -> merge(node, partition, random);
            default -> node.append(topic, partition, "v".repeat(1 + random.nextInt(40_000)));
        }
    }

    /// Merges a stretch of a partition's ranges; sometimes what was chosen is gone by then.
    private void merge(NodeUnderTest node, int partition, Random random) throws Exception {
        List<TieredRange> old = known(node).ranges().get(partition);
        if (old == null || old.isEmpty()) {
            return;
        }
        int from = random.nextInt(old.size());
        int to = from + 1 + random.nextInt(old.size() - from);
        IntendedObject object = shard(node).manifest().intend(random.nextLong()).get();
        Placed placed = merged(node, partition, old.subList(from, to), object.number());
        if (random.nextInt(4) == 0) {
            CrashTest.delete(node, topic, partition, old.get(from).lastOffset() + 1);
        }
        commitMerged(node, object, List.of(placed));
    }
}
