package io.quafka.storage.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.Topic;
import io.quafka.storage.StoredBatches;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Seeded: random work on a node, then its directory is taken as a crash would leave it: files as
/// they are, nothing closed, with arbitrary bytes where the next write would have gone. A node
/// opened on the copy must have every acknowledged record, once, in order.
class CrashTest {
    @TempDir Path temp;

    private static final int PARTITIONS = 5;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void acknowledgedRecordsSurviveATornWrite(long seed) throws Exception {
        Random random = new Random(seed);
        Path directory = temp.resolve("node");
        Map<Integer, List<String>> expected = new HashMap<>();
        Map<Integer, Long> starts = new HashMap<>();
        int[] sequences = new int[PARTITIONS];
        FixedMetadata metadata = new FixedMetadata(2);
        Topic topic = metadata.topic("t", PARTITIONS, FixedMetadata.settings(-1, -1));
        for (int crash = 0; crash < 4; crash++) {
            NodeUnderTest node =
                    new NodeUnderTest(directory, metadata, NodeUnderTest.SMALL_SEGMENTS);
            verify(node, topic, expected, starts);
            work(node, topic, random, expected, starts, sequences);
            Path copy = temp.resolve("crash-" + crash);
            long[] ends = logEnds(node);
            copyTree(directory, copy);
            node.close();
            tear(copy, ends, random);
            directory = copy;
        }
        try (NodeUnderTest node =
                new NodeUnderTest(directory, metadata, NodeUnderTest.SMALL_SEGMENTS)) {
            verify(node, topic, expected, starts);
        }
    }

    private static void work(
            NodeUnderTest node,
            Topic topic,
            Random random,
            Map<Integer, List<String>> expected,
            Map<Integer, Long> starts,
            int[] sequences)
            throws Exception {
        int steps = 20 + random.nextInt(120);
        for (int step = 0; step < steps; step++) {
            int partition = random.nextInt(PARTITIONS);
            List<String> log = expected.computeIfAbsent(partition, _ -> new ArrayList<>());
            int dice = random.nextInt(20);
            if (dice == 0) {
                Map<Integer, Long> raised = new HashMap<>();
                expected.forEach(
                        (p, known) -> raised.put(p, (long) random.nextInt(known.size() + 1)));
                delete(node, topic, raised);
                raised.forEach((p, to) -> starts.merge(p, to, Math::max));
            } else if (dice == 1) {
                node.node().shards().forEach(shard -> shard.feedIndex().join());
            } else {
                String value = random.nextLong() + "v".repeat(random.nextInt(30_000));
                ByteBuffer batch =
                        StoredBatches.idempotent(
                                500 + partition, 0, sequences[partition]++, 1000, value);
                PartitionProduceResponse answer = node.produce(topic, partition, batch);
                assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.NONE);
                assertThat(answer.baseOffset()).isEqualTo(log.size());
                log.add(log.size() + "=" + value);
            }
        }
    }

    static void delete(NodeUnderTest node, Topic topic, int partition, long to) throws Exception {
        delete(node, topic, Map.of(partition, to));
    }

    /// Several at once, which the shard may write as one group.
    private static void delete(NodeUnderTest node, Topic topic, Map<Integer, Long> to)
            throws Exception {
        DeleteRecordsRequestData.DeleteRecordsTopic asked =
                new DeleteRecordsRequestData.DeleteRecordsTopic().setName(topic.name());
        to.forEach((partition, offset) ->
                asked.partitions()
                        .add(
                                new DeleteRecordsRequestData.DeleteRecordsPartition()
                                        .setPartitionIndex(partition)
                                        .setOffset(offset)));
        node.node()
                .deleteRecords(new DeleteRecordsRequestData().setTopics(List.of(asked)))
                .get()
                .topics()
                .forEach(answer ->
                        answer.partitions()
                                .forEach(part ->
                                        assertThat(Errors.forCode(part.errorCode()))
                                                .isEqualTo(Errors.NONE)));
    }

    private static void verify(
            NodeUnderTest node,
            Topic topic,
            Map<Integer, List<String>> expected,
            Map<Integer, Long> starts)
            throws Exception {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            List<String> log = expected.getOrDefault(partition, List.of());
            int start = Math.toIntExact(starts.getOrDefault(partition, 0L));
            assertThat(node.readAll(topic, partition))
                    .as("partition %d from %d", partition, start)
                    .isEqualTo(log.subList(start, log.size()));
            assertThat(node.listOffset(topic, partition, -1).offset()).isEqualTo(log.size());
        }
        node.node().shards().forEach(shard -> assertThat(shard.recovery().damages()).isEmpty());
    }

    static long[] logEnds(NodeUnderTest node) {
        long[] ends = new long[3];
        node.node().shards().forEach(shard -> ends[shard.id()] = shard.logEnd());
        return ends;
    }

    /// Arbitrary bytes past each log's end: zeros, noise, or a copy of earlier log bytes.
    static void tear(Path directory, long[] ends, Random random) throws IOException {
        for (int shard = 1; shard <= 2; shard++) {
            Path active;
            try (Stream<Path> files = Files.list(directory.resolve("shard-" + shard))) {
                active =
                        files.filter(f -> f.toString().endsWith(".log"))
                                .max(java.util.Comparator.naturalOrder())
                                .orElseThrow();
            }
            long base = Long.parseLong(active.getFileName().toString().replace(".log", ""));
            long at = 4096 + ends[shard] - base;
            byte[] junk = new byte[random.nextInt(20_000)];
            int kind = random.nextInt(3);
            try (FileChannel channel =
                    FileChannel.open(active, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                if (kind == 0) {
                    random.nextBytes(junk);
                } else if (kind == 1) {
                    channel.read(ByteBuffer.wrap(junk), 4096);
                }
                int room = (int) Math.min(junk.length, channel.size() - at);
                channel.write(ByteBuffer.wrap(junk, 0, Math.max(0, room)), at);
            }
        }
    }

    /// Copies as often as it takes until no file came or went meanwhile: a crash sees one moment.
    static void copyTree(Path from, Path to) throws IOException {
        while (!isCopied(from, to)) {
            try (Stream<Path> old = Files.walk(to)) {
                for (Path file : old.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static boolean isCopied(Path from, Path to) throws IOException {
        try {
            Files.createDirectories(to);
            List<String> before = files(from);
            copyOnce(from, to);
            return before.equals(files(from));
        } catch (UncheckedIOException e) {
            // A file went while its folder was listed.
            return false;
        }
    }

    /// What must not change while it is copied, for a crash sees all of it at one moment: which
    /// files there are, and what lies in segments that nobody appends to. Punched holes show in
    /// their time of change.
    private static List<String> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> all =
                    files.filter(file -> !file.toString().endsWith(".spare")).sorted().toList();
            List<String> told = new ArrayList<>();
            for (int i = 0; i < all.size(); i++) {
                Path file = all.get(i);
                boolean sealed =
                        isSegment(file)
                                && i + 1 < all.size()
                                && isSegment(all.get(i + 1))
                                && Objects.equals(file.getParent(), all.get(i + 1).getParent());
                told.add(sealed ? file + " " + changed(file) : file.toString());
            }
            return told;
        }
    }

    private static boolean isSegment(Path file) {
        return file.toString().endsWith(".log");
    }

    private static String changed(Path file) throws IOException {
        try {
            return Files.getLastModifiedTime(file).toString();
        } catch (NoSuchFileException _) {
            return "gone";
        }
    }

    private static void copyOnce(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else if (!file.toString().endsWith(".spare")) {
                    try {
                        Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
                    } catch (NoSuchFileException e) {
                        // Recycled or compacted while we looked: a crash would not have seen it
                        // either.
                        continue;
                    }
                }
            }
        }
    }
}
