package io.quafka.storage.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.Topic;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Seeded: interleaved transactions of several producers in several partitions, beside a model; the
/// node is closed, or its directory taken as a crash would leave it, at random moments. What a
/// reader of committed records sees is always what the model says.
class TransactionsCrashTest {
    private static final int PARTITIONS = 3;
    private static final int PRODUCERS = 4;
    private static final long FIRST_ID = 100;

    @TempDir Path temp;

    /// One slot of a partition: a record, or a marker.
    private static final class Slot {
        final String text;
        final int producer;
        boolean visible;

        Slot(String text, int producer, boolean visible) {
            this.text = text;
            this.producer = producer;
            this.visible = visible;
        }
    }

    private static final class Log {
        final List<Slot> slots = new ArrayList<>();
        final int[] sequences = new int[PRODUCERS];
        final int[] starts = new int[PRODUCERS];
        long start;

        Log() {
            java.util.Arrays.fill(starts, -1);
        }

        long stable() {
            long stable = slots.size();
            for (int first : starts) {
                stable = first < 0 ? stable : Math.min(stable, first);
            }
            return Math.max(stable, start);
        }

        List<String> committed() {
            List<String> committed = new ArrayList<>();
            for (int offset = Math.toIntExact(start); offset < stable(); offset++) {
                Slot slot = slots.get(offset);
                if (slot.visible) {
                    committed.add(offset + "=" + slot.text);
                }
            }
            return committed;
        }

        void end(int producer, boolean commit) {
            for (int at = starts[producer]; at >= 0 && at < slots.size(); at++) {
                Slot slot = slots.get(at);
                if (slot.producer == producer && !slot.text.isEmpty()) {
                    slot.visible = commit;
                }
            }
            slots.add(new Slot("", producer, false));
            starts[producer] = -1;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void readersOfCommittedRecordsSeeWhatTheModelSays(long seed) throws Exception {
        Random random = new Random(seed);
        Path directory = temp.resolve("node");
        FixedMetadata metadata = new FixedMetadata(2);
        Topic topic = metadata.topic("t", PARTITIONS, FixedMetadata.settings(-1, -1));
        List<Log> logs = List.of(new Log(), new Log(), new Log());
        for (int crash = 0; crash < 4; crash++) {
            NodeUnderTest node =
                    new NodeUnderTest(directory, metadata, NodeUnderTest.SMALL_SEGMENTS);
            TransactionalClient client = new TransactionalClient(node, topic);
            verify(client, node, topic, logs, random);
            for (int steps = 40 + random.nextInt(160); steps > 0; steps--) {
                step(client, node, topic, logs, random);
                if (random.nextInt(60) == 0) {
                    verify(client, node, topic, logs, random);
                    node.restart();
                    verify(client, node, topic, logs, random);
                }
            }
            Path copy = temp.resolve("crash-" + crash);
            long[] ends = CrashTest.logEnds(node);
            CrashTest.copyTree(directory, copy);
            node.close();
            CrashTest.tear(copy, ends, random);
            directory = copy;
        }
        try (NodeUnderTest node =
                new NodeUnderTest(directory, metadata, NodeUnderTest.SMALL_SEGMENTS)) {
            verify(new TransactionalClient(node, topic), node, topic, logs, random);
        }
    }

    private static void step(
            TransactionalClient client,
            NodeUnderTest node,
            Topic topic,
            List<Log> logs,
            Random random)
            throws Exception {
        int partition = random.nextInt(PARTITIONS);
        int producer = random.nextInt(PRODUCERS);
        Log log = logs.get(partition);
        switch (random.nextInt(12)) {
            case 0 -> {
                long to =
                        log.start
                                + random.nextInt(Math.toIntExact(log.slots.size() - log.start) + 1);
                CrashTest.delete(node, topic, partition, to);
                log.start = to;
            }
            case 1 -> node.node().shards().forEach(shard -> shard.feedIndex().join());
            case 2, 3 -> {
                String value = "plain" + random.nextInt();
                node.append(topic, partition, value);
                log.slots.add(new Slot(value, -1, true));
            }
            case 4, 5, 6 -> {
                if (log.starts[producer] >= 0) {
                    boolean commit = random.nextBoolean();
                    assertThat(client.end(FIRST_ID + producer, 0, commit, partition))
                            .isEqualTo(Errors.NONE);
                    log.end(producer, commit);
                }
            }
            default -> {
                String value = "p" + producer + "-" + "x".repeat(random.nextInt(20_000));
                assertThat(
                                client.send(
                                        partition,
                                        FIRST_ID + producer,
                                        0,
                                        log.sequences[producer]++,
                                        value))
                        .isEqualTo(Errors.NONE);
                if (log.starts[producer] < 0) {
                    log.starts[producer] = log.slots.size();
                }
                log.slots.add(new Slot(value, producer, false));
            }
        }
    }

    private static void verify(
            TransactionalClient client,
            NodeUnderTest node,
            Topic topic,
            List<Log> logs,
            Random random)
            throws Exception {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            Log log = logs.get(partition);
            assertThat(client.readCommitted(partition, log.start, 1 + random.nextInt(100_000)))
                    .isEqualTo(log.committed());
            long from = log.start + random.nextInt((int) (log.stable() - log.start) + 1);
            List<String> tail =
                    log.committed().stream()
                            .filter(text -> Long.parseLong(text.split("=", 2)[0]) >= from)
                            .toList();
            assertThat(client.readCommitted(partition, from, 1 << 20)).isEqualTo(tail);
            assertThat(node.fetch(topic, partition, log.start).data().lastStableOffset())
                    .isEqualTo(log.stable());
            assertThat(node.listOffset(topic, partition, -1).offset()).isEqualTo(log.slots.size());
        }
    }
}
