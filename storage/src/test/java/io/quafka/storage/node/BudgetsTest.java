package io.quafka.storage.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.controller.model.RetentionShares;
import io.quafka.controller.model.Topic;
import io.quafka.storage.StoredBatches;
import io.quafka.storage.index.Index;
import io.quafka.storage.index.IndexOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Topics of one shard, each held to its share of the disk.
class BudgetsTest {
    private static final long MIB = 1 << 20;
    private static final long CAPACITY = 32 * MIB;
    private static final int SEGMENT = 1 << 20;
    private static final int BATCH = 32 << 10;

    @TempDir private Path directory;

    private final SplittableRandom random = new SplittableRandom(5);

    /// It is kept beside the first index of a process: half of what the nodes here may take.
    @BeforeAll
    static void keepNativeLibraryElsewhere(@TempDir Path elsewhere) {
        Index.open(elsewhere, IndexOptions.DEFAULTS).close();
    }

    private Topic topic(NodeUnderTest node, String name, int percent) {
        return node.metadata.topic(
                name,
                3,
                FixedMetadata.settings(-1, -1)
                        .withShares(new RetentionShares(percent * 10_000, 0)));
    }

    /// A topic at 5 % and one at 60 % in the same segments, whatever they are written at: each
    /// stays within its share and a segment, what the files take within the capacity and a segment,
    /// and each keeps its newest.
    @ParameterizedTest
    @CsvSource({"1,1", "1,12", "12,1", "40,1"})
    void bothStayWithinTheirShares(int smallWeight, int largeWeight) throws Exception {
        try (NodeUnderTest node = new NodeUnderTest(directory, 1, NodeUnderTest.SMALL_SEGMENTS)) {
            Topic small = topic(node, "small", 5);
            Topic large = topic(node, "large", 60);
            node.metadata.budgets(CAPACITY, Map.of(small, 5, large, 60));
            awaitKnown(node);
            long written = 0;
            for (int i = 0; written < 2 * CAPACITY; i++) {
                boolean toSmall = random.nextInt(smallWeight + largeWeight) < smallWeight;
                produce(node, toSmall ? small : large, i % 3);
                written += BATCH;
                if (i % 100 == 0) {
                    assertBounds(node, small, large);
                }
            }
            assertBounds(node, small, large);
            for (int partition = 0; partition < 3; partition++) {
                assertReadable(node, small, partition);
                assertReadable(node, large, partition);
            }
            // A topic that is written to less than its share lost nothing.
            if (largeWeight == 1 && smallWeight == 40) {
                for (int partition = 0; partition < 3; partition++) {
                    assertThat(node.listOffset(large, partition, -2).offset()).isZero();
                }
            }
            node.restart();
            assertBounds(node, small, large);
        }
    }

    @Test
    void aTopicWithoutAPercentageIsRefusedInsteadOfLosingAnything() throws Exception {
        try (NodeUnderTest node = new NodeUnderTest(directory, 1, NodeUnderTest.SMALL_SEGMENTS)) {
            Topic shared = topic(node, "shared", 80);
            Topic plain = topic(node, "plain", 0);
            node.metadata.budgets(CAPACITY, Map.of(shared, 80));
            awaitKnown(node);
            AtomicInteger accepted = new AtomicInteger();
            await().atMost(Duration.ofSeconds(60))
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> {
                        PartitionProduceResponse answer = send(node, plain, 0);
                        if (answer.errorCode() == Errors.NONE.code()) {
                            accepted.incrementAndGet();
                            return false;
                        }
                        assertThat(answer.errorCode()).isEqualTo(Errors.KAFKA_STORAGE_ERROR.code());
                        assertThat(answer.errorMessage()).contains("local.retention.percent");
                        return true;
                    });
            assertThat((long) accepted.get() * BATCH).isBetween(2 * MIB, 10 * MIB);
            produce(node, shared, 0);
            assertThat(node.readAll(plain, 0)).hasSize(accepted.get());
        }
    }

    private static void awaitKnown(NodeUnderTest node) {
        await().atMost(Duration.ofSeconds(10)).until(() -> node.node().disk().capacity() > 0);
    }

    private PartitionProduceResponse send(NodeUnderTest node, Topic topic, int partition)
            throws Exception {
        byte[] value = new byte[BATCH - 200];
        for (int i = 0; i < value.length; i++) {
            value[i] = (byte) ('a' + random.nextInt(26));
        }
        return node.produce(
                topic,
                partition,
                StoredBatches.of(node.nowMs.get(), new String(value, StandardCharsets.US_ASCII)));
    }

    private void produce(NodeUnderTest node, Topic topic, int partition) {
        await().atMost(Duration.ofSeconds(20))
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> send(node, topic, partition).errorCode() == Errors.NONE.code());
    }

    private void assertBounds(NodeUnderTest node, Topic small, Topic large) throws Exception {
        long smallHolds = holds(node, small);
        long largeHolds = holds(node, large);
        assertThat(smallHolds).isLessThanOrEqualTo(CAPACITY * 5 / 100 + SEGMENT);
        assertThat(largeHolds).isLessThanOrEqualTo(CAPACITY * 60 / 100 + SEGMENT);
        assertThat(onDisk()).isLessThanOrEqualTo(CAPACITY + SEGMENT);
    }

    /// What is left of a partition. Its oldest records may go just then, as its topic is over its
    /// budget: who reads them begins anew.
    private static void assertReadable(NodeUnderTest node, Topic topic, int partition) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(node.readAll(topic, partition)).isNotEmpty());
    }

    private static long holds(NodeUnderTest node, Topic topic) {
        return node.node().held(topic.id());
    }

    /// As the file system says, so that holes count as what they are.
    private long onDisk() throws Exception {
        Process du =
                new ProcessBuilder("du", "-s", "--block-size=1", directory.toString())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        String text = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return Long.parseLong(text.substring(0, text.indexOf('\t')));
    }
}
