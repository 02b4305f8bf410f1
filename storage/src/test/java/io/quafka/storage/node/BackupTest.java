package io.quafka.storage.node;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quafka.controller.model.Topic;
import io.quafka.storage.backup.BackupNames;
import io.quafka.storage.backup.CopyDamagedException;
import io.quafka.storage.backup.ManifestCopies;
import io.quafka.storage.backup.ManifestSummary;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.TieredRange;
import io.quafka.storage.shard.ManifestEntry;
import io.quafka.storage.tier.Merging;
import io.quafka.tiering.directory.DirectoryStore;
import io.quafka.tiering.store.ObjectStore;
import io.quafka.tiering.store.StoreMeter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The copy of a shard's manifest in the store: it follows, it brings a lost index back, and who
/// was replaced deletes nothing.
class BackupTest {
    private static final int PARTITIONS = 3;
    private static final Duration QUIET_WITHIN = Duration.ofSeconds(60);

    @TempDir Path temp;
    private FixedMetadata metadata;
    private Topic topic;
    private ObjectStore store;
    private ManifestCopies copies;
    private Path directory;
    private TieredRecords expected;

    @BeforeEach
    void open() throws Exception {
        metadata = new FixedMetadata(1);
        topic =
                metadata.topic(
                        "t", PARTITIONS, TieringTest.local(FixedMetadata.settings(-1, -1), 0));
        store = DirectoryStore.open(temp.resolve("objects"), StoreMeter.NONE);
        copies = new ManifestCopies(store, new BackupNames("test"), 1);
        directory = temp.resolve("node");
        expected = new TieredRecords(topic);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private NodeUnderTest node() throws Exception {
        return new NodeUnderTest(directory, metadata, TieredRecords.config(store, Merging.OFF));
    }

    private void produce(NodeUnderTest node, int records, Random random) throws Exception {
        expected.produce(node, records, random);
    }

    private void awaitTiered(NodeUnderTest node) {
        expected.awaitTiered(new TieredLog(node, store));
    }

    /// What the copies say, range by range, as the index would.
    private Map<PartitionKey, List<TieredRange>> copied() throws Exception {
        Map<PartitionKey, List<TieredRange>> ranges = new HashMap<>();
        copies.read(entry -> {
            switch (entry) {
                case ManifestEntry.Range(var key, var range) -> {
                    List<TieredRange> known = ranges.computeIfAbsent(key, _ -> new ArrayList<>());
                    known.removeIf(each -> each.lastOffset() == range.lastOffset());
                    known.add(range);
                }
                case ManifestEntry.LogStart(var key, long offset) ->
                        ranges.computeIfAbsent(key, _ -> new ArrayList<>())
                                .removeIf(each -> each.lastOffset() < offset);
                case ManifestEntry.Dropped(var key) -> ranges.remove(key);
                default -> {}
            }
        });
        ranges.values().removeIf(List::isEmpty);
        return ranges;
    }

    private Map<PartitionKey, List<TieredRange>> indexed(NodeUnderTest node) {
        Map<PartitionKey, List<TieredRange>> ranges = new HashMap<>();
        for (int i = 0; i < PARTITIONS; i++) {
            PartitionKey key = new PartitionKey(topic.id(), i);
            List<TieredRange> found = new ArrayList<>();
            node.node().shards().getFirst().manifest().scanRanges(key, 0, found::add);
            if (!found.isEmpty()) {
                ranges.put(key, found);
            }
        }
        return ranges;
    }

    private void awaitCopied(NodeUnderTest node) {
        await().atMost(QUIET_WITHIN)
                .untilAsserted(() -> assertThat(copied()).isEqualTo(indexed(node)));
    }

    @Test
    void theCopyFollowsTheManifestThroughRestarts() throws Exception {
        try (NodeUnderTest node = node()) {
            for (int round = 0; round < 3; round++) {
                produce(node, 80, new Random(round));
                awaitTiered(node);
                awaitCopied(node);
                CrashTest.delete(node, topic, round, expected.of(round).size() / 2);
                awaitCopied(node);
                node.restart();
            }
            metadata.delete(topic);
            await().atMost(QUIET_WITHIN).untilAsserted(() -> assertThat(copied()).isEmpty());
            TieredLog log = new TieredLog(node, store);
            await().atMost(QUIET_WITHIN)
                    .untilAsserted(() -> assertThat(log.keysInStore()).isEmpty());
        }
    }

    private long firstSegment() throws Exception {
        try (Stream<Path> files = Files.list(directory.resolve("shard-1"))) {
            return files.map(file -> requireNonNull(file.getFileName()).toString())
                    .filter(name -> name.endsWith(".log"))
                    .mapToLong(name -> Long.parseLong(name.substring(0, name.indexOf('.'))))
                    .min()
                    .orElse(0);
        }
    }

    @Test
    void aLostIndexAdoptsItsHistoryBeforeAnOffsetIsGivenOut() throws Exception {
        try (NodeUnderTest node = node()) {
            produce(node, 200, new Random(1));
            awaitTiered(node);
            awaitCopied(node);
            await().atMost(QUIET_WITHIN)
                    .untilAsserted(() -> assertThat(firstSegment()).isPositive());
        }
        deleteTree(directory.resolve("index"));
        try (NodeUnderTest node = node()) {
            TieredLog log = new TieredLog(node, store);
            assertThat(log.shard().manifest().doubt()).isNull();
            produce(node, 60, new Random(2));
            for (int i = 0; i < PARTITIONS; i++) {
                assertThat(log.read(topic, i).values()).isEqualTo(expected.of(i));
            }
            awaitTiered(node);
            node.restart();
            for (int i = 0; i < PARTITIONS; i++) {
                assertThat(log.read(topic, i).values()).isEqualTo(expected.of(i));
            }
            metadata.delete(topic);
            await().atMost(QUIET_WITHIN)
                    .untilAsserted(() -> assertThat(log.keysInStore()).isEmpty());
        }
    }

    @Test
    void aLostIndexIsNotReplacedByADamagedCopy() throws Exception {
        try (NodeUnderTest node = node()) {
            produce(node, 200, new Random(1));
            awaitTiered(node);
            await().atMost(QUIET_WITHIN)
                    .untilAsserted(() -> assertThat(firstSegment()).isPositive());
        }
        deleteTree(directory.resolve("index"));
        Path copy = wholeCopy();
        byte[] bytes = Files.readAllBytes(copy);
        for (int at : new int[] {0, 20, 63, 70, bytes.length / 2, bytes.length - 1}) {
            byte[] damaged = bytes.clone();
            damaged[at] ^= 4;
            Files.write(copy, damaged);
            assertThatThrownBy(() -> copies.read(_ -> {})).isInstanceOf(CopyDamagedException.class);
        }
        assertThatThrownBy(this::node).isInstanceOf(CopyDamagedException.class);
        Files.write(copy, bytes);
        try (NodeUnderTest node = node()) {
            produce(node, 10, new Random(3));
        }
    }

    private Path wholeCopy() throws Exception {
        try (Stream<Path> files = Files.walk(temp.resolve("objects"))) {
            return files.filter(file -> file.toString().endsWith("-whole"))
                    .max(Path::compareTo)
                    .orElseThrow();
        }
    }

    static void deleteTree(Path root) throws Exception {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path each : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(each);
            }
        }
    }

    @Test
    void whoWasReplacedDeletesNothing() throws Exception {
        String orphan = "test/shard-1/0000000000000001-000000000001-0000000000000007";
        try (NodeUnderTest node = node()) {
            TieredLog log = new TieredLog(node, store);
            produce(node, 100, new Random(1));
            awaitTiered(node);
            awaitCopied(node);
            int epoch = log.shard().epoch();
            assertThat(copies.claim(epoch + 1, "another")).isTrue();
            assertThat(copies.claim(epoch + 1, "a third")).isFalse();
            store.putIfAbsent(orphan, ByteBuffer.wrap(new byte[] {1}));
            metadata.delete(topic);
            await().atMost(QUIET_WITHIN)
                    .untilAsserted(() -> assertThat(log.keysInManifest()).isEmpty());
            long passes = node.node().tiering().uploads();
            metadata.topic("u", PARTITIONS, topic.settings());
            Topic other = requireNonNull(metadata.image().topic("u"));
            node.append(other, 0, "v".repeat(100_000));
            // Two more uploads: the tierer has come around.
            await().atMost(QUIET_WITHIN).until(() -> node.node().tiering().uploads() > passes);
            node.append(other, 0, "v".repeat(100_000));
            await().atMost(QUIET_WITHIN).until(() -> node.node().tiering().uploads() > passes + 1);
            assertThat(log.keysInStore()).contains(orphan).hasSizeGreaterThan(3);
            metadata.shard(1, epoch + 2);
            node.restart();
            await().atMost(QUIET_WITHIN)
                    .untilAsserted(() -> assertThat(log.keysInStore()).doesNotContain(orphan));
        }
        ManifestSummary summary = new ManifestSummary();
        assertThat(requireNonNull(copies.readNewest(summary)).epoch()).isEqualTo(3);
    }
}
