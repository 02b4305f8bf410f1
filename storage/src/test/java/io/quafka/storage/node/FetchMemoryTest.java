package io.quafka.storage.node;

import static io.quafka.storage.node.NodeUnderTest.fetchRequest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.controller.model.Topic;
import io.quafka.storage.FetchReply;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Answers that nobody takes hold memory: what is left is shared, what is given back goes round in
/// turn, and what needs little or none does not notice.
class FetchMemoryTest {
    private static final int MEMORY_BYTES = 4 << 20;
    private static final int BATCH_BYTES = 200_000;
    private static final int BATCHES = 40;
    private static final int LONG_MS = 20_000;
    private static final Duration SOON = Duration.ofSeconds(2);

    @TempDir Path directory;

    private NodeUnderTest node;
    private Topic topic;
    private final List<FetchReply> held = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        FixedMetadata metadata = new FixedMetadata(1);
        node = new NodeUnderTest(directory, metadata, NodeUnderTest.SMALL_SEGMENTS, MEMORY_BYTES);
        topic = metadata.topic("orders", 2, FixedMetadata.settings(-1, -1));
        for (int i = 0; i < BATCHES; i++) {
            node.append(topic, 0, "x".repeat(BATCH_BYTES));
        }
        node.append(topic, 1, "small");
    }

    @AfterEach
    void memoryIsBack() throws Exception {
        release(held.size());
        // A fetch leaves the queue just after its answer is told.
        await().until(() -> node.node().readMemory().waiting() == 0);
        await().until(() -> node.node().readMemory().inUse() == 0);
        node.close();
    }

    private CompletableFuture<FetchReply> fetch(int partition, int waitMs) {
        return node.node().fetch(fetchRequest(topic, partition, 0, 50 << 20, 1, waitMs));
    }

    private static int bytes(FetchReply reply) {
        return reply.data().responses().getFirst().partitions().getFirst().records().sizeInBytes();
    }

    private FetchReply hold(CompletableFuture<FetchReply> fetch) throws Exception {
        FetchReply reply = fetch.get(SOON.toMillis(), TimeUnit.MILLISECONDS);
        held.add(reply);
        return reply;
    }

    /// Fetches without giving anything back until a fetch comes back empty.
    private void exhaust() throws Exception {
        while (bytes(hold(fetch(0, 0))) > 0) {
            assertThat(held).hasSizeLessThan(100);
        }
        release(1);
    }

    /// Gives back the last ones.
    private void release(int count) {
        for (int i = 0; i < count; i++) {
            held.removeLast().release().run();
        }
    }

    @Test
    void oneFetchTakesAShareOfWhatIsFree() throws Exception {
        int first = bytes(hold(fetch(0, 0)));
        assertThat(first).isBetween(2 * BATCH_BYTES, MEMORY_BYTES / ReadMemory.SHARE);
        int second = bytes(hold(fetch(0, 0)));
        assertThat(second).isBetween(BATCH_BYTES, first);
    }

    @Test
    void withoutMemoryAFetchIsAnsweredAtItsDeadline() throws Exception {
        exhaust();
        long begin = System.nanoTime();
        FetchReply reply = hold(fetch(0, 300));
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isGreaterThan(Duration.ofMillis(290));
        assertThat(bytes(reply)).isZero();
        assertThat(reply.data().responses().getFirst().partitions().getFirst().errorCode())
                .isEqualTo(Errors.NONE.code());
    }

    @Test
    void smallReadsAndQueriesDoNotQueueBehindLargeFetches() throws Exception {
        exhaust();
        List<CompletableFuture<FetchReply>> waiting = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            waiting.add(fetch(0, LONG_MS));
        }
        await().until(() -> node.node().readMemory().waiting() == 50);
        assertThat(bytes(hold(fetch(1, 0)))).isPositive();
        long begin = System.nanoTime();
        assertThat(node.listOffset(topic, 0, node.nowMs.get()).offset()).isZero();
        assertThat(node.listOffset(topic, 0, -1).offset()).isEqualTo(BATCHES);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(SOON);
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
        List<CompletableFuture<Integer>> taken =
                waiting.stream().map(FetchMemoryTest::takenAndGivenBack).toList();
        release(held.size());
        for (CompletableFuture<Integer> bytes : taken) {
            assertThat(bytes.get(10, TimeUnit.SECONDS)).isPositive();
        }
    }

    private static CompletableFuture<Integer> takenAndGivenBack(
            CompletableFuture<FetchReply> fetch) {
        return fetch.thenApplyAsync(reply -> {
            int bytes = bytes(reply);
            reply.release().run();
            return bytes;
        });
    }

    /// Hundreds at a time, with memory for a few: all are served, none twice, and nothing is lost.
    @Test
    void manyFetchesShareLittleMemory() throws Exception {
        List<CompletableFuture<Integer>> fetches = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            fetches.add(takenAndGivenBack(fetch(0, LONG_MS)));
        }
        for (CompletableFuture<Integer> fetch : fetches) {
            assertThat(fetch.get(30, TimeUnit.SECONDS)).isPositive();
        }
    }
}
