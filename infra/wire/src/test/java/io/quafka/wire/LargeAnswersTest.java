package io.quafka.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A client that asks for much and does not read it has one answer's worth of memory, however often
/// it asks.
class LargeAnswersTest {
    private static final Set<ApiKeys> APIS =
            EnumSet.of(ApiKeys.API_VERSIONS, ApiKeys.FETCH, ApiKeys.HEARTBEAT);

    /// More than the sockets between client and server hold.
    private static final int ANSWER_BYTES = 24 << 20;

    private static final int FETCHES = 50;

    private final BufferPool pool = new BufferPool(64 << 20);
    private final Queue<CompletableFuture<KafkaResponse>> pending = new ConcurrentLinkedQueue<>();
    private final AtomicInteger unreleased = new AtomicInteger();
    private ScriptedHandler handler = new ScriptedHandler(APIS, _ -> later());
    private KafkaServer server = serve(handler, ServerLimits.forClients());

    private KafkaServer serve(ScriptedHandler answering, ServerLimits limits) {
        handler = answering;
        server = KafkaServer.builder(answering, pool).host("127.0.0.1").limits(limits).build();
        return server.start();
    }

    private CompletableFuture<KafkaResponse> later() {
        CompletableFuture<KafkaResponse> future = new CompletableFuture<>();
        pending.add(future);
        return future;
    }

    @AfterEach
    void stop() {
        server.close();
        await().untilAsserted(() -> assertThat(unreleased.get()).isZero());
    }

    @Test
    void oneFetchIsInHandUntilItsAnswerIsWritten() throws IOException {
        try (FrameClient client = new FrameClient(server.port())) {
            for (int i = 0; i < 5; i++) {
                client.send(ApiKeys.FETCH, 12, i, new FetchRequestData());
            }
            for (int i = 0; i < 5; i++) {
                await().until(() -> !pending.isEmpty());
                assertThat(handler.requests).hasSize(i + 1);
                pending.remove().complete(KafkaResponse.of(new FetchResponseData()));
                client.read(ApiKeys.FETCH, 12, i, new FetchResponseData());
            }
        }
    }

    @Test
    void whatIsAskedBetweenFetchesReachesTheHandlerAtOnce() throws IOException {
        try (FrameClient client = new FrameClient(server.port())) {
            client.send(ApiKeys.FETCH, 12, 0, new FetchRequestData());
            for (int i = 1; i < 20; i++) {
                client.send(ApiKeys.HEARTBEAT, 4, i, new HeartbeatRequestData());
            }
            await().until(() -> pending.size() == 20);
            var order = new ArrayDeque<>(pending);
            order.remove().complete(KafkaResponse.of(new FetchResponseData()));
            client.read(ApiKeys.FETCH, 12, 0, new FetchResponseData());
            for (int i = 1; i < 20; i++) {
                order.remove().complete(KafkaResponse.of(new HeartbeatResponseData()));
                client.read(ApiKeys.HEARTBEAT, 4, i, new HeartbeatResponseData());
            }
        }
    }

    @Test
    void whoNeverReadsHoldsOneAnswerAndGivesItBackAtTheEnd() throws IOException {
        server.close();
        serve(
                new ScriptedHandler(APIS, _ -> ScriptedHandler.done(large())),
                ServerLimits.forClients());
        FrameClient client = new FrameClient(server.port());
        for (int i = 0; i < FETCHES; i++) {
            client.send(ApiKeys.FETCH, 12, i, new FetchRequestData());
        }
        await().until(() -> unreleased.get() == 1);
        await().during(Duration.ofMillis(300))
                .untilAsserted(() -> assertThat(handler.requests).hasSize(1));
        client.close();
        await().untilAsserted(() -> assertThat(unreleased.get()).isZero());
        await().untilAsserted(() -> assertThat(server.connections()).isZero());
    }

    /// A peer's connection carries many clients' requests.
    @Test
    void peersHaveManyFetchesInHand() throws IOException {
        server.close();
        serve(new ScriptedHandler(APIS, _ -> later()), ServerLimits.forPeers());
        try (FrameClient client = new FrameClient(server.port())) {
            for (int i = 0; i < FETCHES; i++) {
                client.send(ApiKeys.FETCH, 12, i, new FetchRequestData());
            }
            await().until(() -> pending.size() == FETCHES);
        }
    }

    private KafkaResponse large() {
        unreleased.incrementAndGet();
        return KafkaResponse.of(
                Messages.fetched(ByteBuffer.allocateDirect(ANSWER_BYTES)),
                unreleased::decrementAndGet);
    }
}
