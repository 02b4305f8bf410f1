package io.quafka.storage.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.Topic;
import io.quafka.storage.batch.KeyOffsets;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.shard.Partition;
import io.quafka.storage.shard.Shard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompactionTest {
    private static final int PARTITIONS = 4;
    private static final Duration NEVER = Duration.ofDays(10_000);

    private static final int SEGMENT_BLOCK_BYTES = 4096;
    private static final int SEAL_AT = 512;
    private static final int SEAL_BYTES = 12;

    @TempDir Path temp;

    /// Random batches, with compaction, reopening and housekeeping at random moments: whatever the
    /// memory for keys, readers find each key's last record, and offsets keep their content.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void nothingLiveIsEverDropped(long seed) throws Exception {
        Random random = new Random(seed);
        FixedMetadata metadata = new FixedMetadata(2);
        Topic topic =
                metadata.topic(
                        "t", PARTITIONS, FixedMetadata.compacted(false, -1, random.nextInt(2000)));
        List<KeyedLog> logs = logs(topic);
        long keysBytes = KeyOffsets.BYTES_MIN << random.nextInt(6);
        int records = 0;
        try (NodeUnderTest node =
                new NodeUnderTest(temp.resolve("n"), metadata, keysBytes, Duration.ofSeconds(1))) {
            for (int step = 0; step < 400; step++) {
                node.nowMs.addAndGet(1 + random.nextInt(100));
                int dice = random.nextInt(60);
                if (dice == 0) {
                    node.restart();
                } else if (dice <= 4) {
                    node.node().cleaner().round();
                } else if (dice == 5) {
                    logs.get(random.nextInt(PARTITIONS)).verify(node);
                } else {
                    logs.get(random.nextInt(PARTITIONS)).append(node, random, 30, 4000);
                }
            }
            node.nowMs.addAndGet(10_000);
            for (int round = 0; round < 40; round++) {
                node.node().cleaner().round();
            }
            for (KeyedLog log : logs) {
                records += log.verify(node);
            }
        }
        long written = logs.stream().mapToLong(log -> log.written.size()).sum();
        assertThat((long) records).isLessThan(written / 2);
    }

    /// Compaction has got to an arbitrary place in the commit log when the process is killed.
    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15, 16})
    void aCrashAtAnyPlaceOfACompactionLosesNothing(long seed) throws Exception {
        Random random = new Random(seed);
        FixedMetadata metadata = new FixedMetadata(1);
        Topic topic = metadata.topic("t", PARTITIONS, FixedMetadata.compacted(false, -1, 500));
        List<KeyedLog> logs = logs(topic);
        Path directory = temp.resolve("n");
        for (int crash = 0; crash < 4; crash++) {
            Path copy = temp.resolve("crash-" + crash);
            long keysBytes = KeyOffsets.BYTES_MIN << random.nextInt(4);
            try (NodeUnderTest node = new NodeUnderTest(directory, metadata, keysBytes, NEVER)) {
                node.nowMs.addAndGet(100_000L * crash);
                for (KeyedLog log : logs) {
                    log.verify(node);
                }
                for (int i = 0; i < 60; i++) {
                    logs.get(random.nextInt(PARTITIONS)).append(node, random, 20, 4000);
                }
                node.nowMs.addAndGet(1000);
                Shard shard = node.node().shards().getFirst();
                long before = shard.logEnd();
                node.node().cleaner().round();
                node.nowMs.addAndGet(1000);
                long after = shard.logEnd();
                assertThat(after).isGreaterThan(before);
                CrashTest.copyTree(directory, copy);
                eraseFrom(copy, before + random.nextLong(after - before + 1));
            }
            directory = copy;
        }
        try (NodeUnderTest node =
                new NodeUnderTest(directory, metadata, KeyOffsets.BYTES_MIN, NEVER)) {
            for (KeyedLog log : logs) {
                log.verify(node);
            }
        }
    }

    /// Runs are replaced, and their segments dropped, under the eyes of readers.
    @Test
    void readersBesideACompactionReadTheRightThing() throws Exception {
        Random random = new Random(17);
        FixedMetadata metadata = new FixedMetadata(1);
        Topic topic = metadata.topic("t", 1, FixedMetadata.compacted(false, -1, 0));
        KeyedLog log = new KeyedLog(topic, 0);
        try (NodeUnderTest node =
                new NodeUnderTest(temp.resolve("n"), metadata, 1 << 20, Duration.ofMillis(1))) {
            AtomicBoolean stop = new AtomicBoolean();
            List<KeyedLog.Entry> read = Collections.synchronizedList(new ArrayList<>());
            CompletableFuture<Void> reader =
                    CompletableFuture.runAsync(() -> {
                        while (!stop.get()) {
                            try {
                                read.addAll(log.readAll(node));
                            } catch (Exception e) {
                                throw new CompletionException(e);
                            }
                        }
                    });
            for (int i = 0; i < 400; i++) {
                log.append(node, random, 10, 8000);
                node.nowMs.addAndGet(100);
                if (i % 10 == 0) {
                    node.node().cleaner().round();
                }
            }
            stop.set(true);
            reader.get(60, TimeUnit.SECONDS);
            assertThat(read).isNotEmpty();
            read.forEach(
                    entry -> assertThat(entry).isEqualTo(log.written.get((int) entry.offset())));
            log.verify(node);
        }
    }

    @Test
    void theIndexIsRebuiltFromACompactedLog() throws Exception {
        Random random = new Random(21);
        FixedMetadata metadata = new FixedMetadata(1);
        Topic topic = metadata.topic("t", PARTITIONS, FixedMetadata.compacted(false, -1, 0));
        List<KeyedLog> logs = logs(topic);
        Path directory = temp.resolve("n");
        try (NodeUnderTest node =
                new NodeUnderTest(directory, metadata, 1 << 20, Duration.ofSeconds(1))) {
            for (int round = 0; round < 6; round++) {
                for (int i = 0; i < 100; i++) {
                    logs.get(random.nextInt(PARTITIONS)).append(node, random, 20, 8000);
                }
                node.nowMs.addAndGet(5000);
                node.node().cleaner().round();
                node.restart();
            }
        }
        deleteTree(directory.resolve("index"));
        try (NodeUnderTest node =
                new NodeUnderTest(directory, metadata, 1 << 20, Duration.ofSeconds(1))) {
            for (KeyedLog log : logs) {
                log.verify(node);
                log.append(node, random, 20, 100);
            }
            node.nowMs.addAndGet(5000);
            node.node().cleaner().round();
            for (KeyedLog log : logs) {
                log.verify(node);
            }
        }
    }

    @Test
    void aTopicOfManyOverwrittenKeysShrinksOnDisk() throws Exception {
        Random random = new Random(31);
        FixedMetadata metadata = new FixedMetadata(1);
        Topic topic = metadata.topic("t", 1, FixedMetadata.compacted(false, -1, 0));
        KeyedLog log = new KeyedLog(topic, 0);
        try (NodeUnderTest node =
                new NodeUnderTest(temp.resolve("n"), metadata, 1 << 20, Duration.ofSeconds(1))) {
            for (int i = 0; i < 1500; i++) {
                log.append(node, random, 10, 8000);
            }
            Shard shard = node.node().shards().getFirst();
            shard.feedIndex().get();
            Partition partition = shard.partition(new PartitionKey(topic.id(), 0));
            long before = shard.sizeOf(partition.key());
            long filesBefore = shard.sizeOnDisk();
            node.nowMs.addAndGet(2000);
            node.node().cleaner().round();
            shard.feedIndex().get();
            assertThat(shard.sizeOf(partition.key())).isLessThan(before / 10);
            log.verify(node);
            Awaitility.await()
                    .untilAsserted(() -> {
                        node.nowMs.addAndGet(2000);
                        assertThat(shard.sizeOnDisk()).isLessThan(filesBefore / 2);
                    });
            log.verify(node);
        }
    }

    @Test
    void compactedAndDeletedTopicsLoseTheirOldestToo() throws Exception {
        Random random = new Random(41);
        FixedMetadata metadata = new FixedMetadata(1);
        Topic topic = metadata.topic("t", 1, FixedMetadata.compacted(true, 60_000, 0));
        KeyedLog log = new KeyedLog(topic, 0);
        try (NodeUnderTest node =
                new NodeUnderTest(temp.resolve("n"), metadata, 1 << 20, Duration.ofSeconds(1))) {
            for (int i = 0; i < 50; i++) {
                log.append(node, random, 10, 800);
            }
            node.nowMs.addAndGet(20_000);
            node.node().cleaner().round();
            log.verify(node);
            node.nowMs.addAndGet(50_000);
            log.append(node, random, 10, 800);
            Awaitility.await()
                    .untilAsserted(
                            () -> assertThat(node.listOffset(topic, 0, -2).offset()).isPositive());
            assertThat(log.readAll(node)).isNotEmpty();
        }
    }

    @Test
    void aTopicIsCompactedFromWhenItsPolicySaysSo() throws Exception {
        Random random = new Random(51);
        FixedMetadata metadata = new FixedMetadata(1);
        Topic topic = metadata.topic("t", 1, FixedMetadata.settings(-1, -1));
        KeyedLog log = new KeyedLog(topic, 0);
        try (NodeUnderTest node =
                new NodeUnderTest(temp.resolve("n"), metadata, 1 << 20, Duration.ofSeconds(1))) {
            for (int i = 0; i < 50; i++) {
                log.append(node, random, 5, 800);
            }
            node.nowMs.addAndGet(1000);
            node.node().cleaner().round();
            assertThat(log.readAll(node)).hasSize(log.written.size());
            metadata.topic("t", 1, FixedMetadata.compacted(false, -1, 0));
            node.node().cleaner().round();
            assertThat(log.verify(node)).isLessThan(log.written.size() / 2);
        }
    }

    private static List<KeyedLog> logs(Topic topic) {
        List<KeyedLog> logs = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            logs.add(new KeyedLog(topic, partition));
        }
        return logs;
    }

    /// The log as it is when nothing from a position on was written yet, or only partly.
    private static void eraseFrom(Path directory, long position) throws IOException {
        List<Path> segments;
        try (Stream<Path> files = Files.list(directory.resolve("shard-1"))) {
            segments =
                    files.filter(file -> file.toString().endsWith(".log"))
                            .sorted(Comparator.reverseOrder())
                            .toList();
        }
        for (Path segment : segments) {
            long base = Long.parseLong(segment.getFileName().toString().replace(".log", ""));
            if (base > position) {
                Files.delete(segment);
                continue;
            }
            try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
                long at = SEGMENT_BLOCK_BYTES + position - base;
                channel.write(ByteBuffer.allocate((int) (channel.size() - at)), at);
                channel.write(ByteBuffer.allocate(SEAL_BYTES), SEAL_AT);
            }
            return;
        }
    }

    private static void deleteTree(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
