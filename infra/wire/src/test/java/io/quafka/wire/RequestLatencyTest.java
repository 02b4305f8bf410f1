package io.quafka.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A server counts how long its answers took, each in the class of its request.
class RequestLatencyTest {
    private static final Set<ApiKeys> APIS =
            EnumSet.of(ApiKeys.API_VERSIONS, ApiKeys.PRODUCE, ApiKeys.HEARTBEAT);
    private static final short VERSION = 11;
    private static final Duration SLOW = Duration.ofMillis(30);

    private final BufferPool pool = new BufferPool(64 << 20);
    private final Queue<CompletableFuture<KafkaResponse>> pending = new ConcurrentLinkedQueue<>();
    private final KafkaServer server =
            KafkaServer.builder(new ScriptedHandler(APIS, this::answer), pool)
                    .host("127.0.0.1")
                    .limits(ServerLimits.forClients())
                    .build()
                    .start();

    private CompletableFuture<KafkaResponse> answer(KafkaRequest request) {
        if (request.apiKey() == ApiKeys.HEARTBEAT) {
            return ScriptedHandler.done(KafkaResponse.of(new HeartbeatResponseData()));
        }
        CompletableFuture<KafkaResponse> future = new CompletableFuture<>();
        pending.add(future);
        return future;
    }

    @AfterEach
    void stop() {
        server.close();
        await().untilAsserted(() -> assertThat(pool.inUse()).isZero());
    }

    private LatencyHistogram.Figures latency(RequestClass of) {
        return server.counters().latency(of);
    }

    private static void produce(FrameClient client, int id, int acks) throws IOException {
        client.send(
                FrameClient.frame(
                        ApiKeys.PRODUCE, VERSION, id, Messages.produce(new byte[300], acks)));
    }

    @Test
    void answersAreCountedInTheirClassesWithTheTimeTheyTook() throws IOException {
        try (FrameClient client = new FrameClient(server.port())) {
            produce(client, 0, -1);
            await().until(() -> !pending.isEmpty());
            // Its frame was complete before this.
            long seen = System.nanoTime();
            await().pollDelay(SLOW).until(() -> true);
            long waited = System.nanoTime() - seen;
            pending.remove().complete(KafkaResponse.of(new ProduceResponseData()));
            client.read(ApiKeys.PRODUCE, VERSION, 0, new ProduceResponseData());
            client.send(ApiKeys.HEARTBEAT, (short) 4, 1, new HeartbeatRequestData());
            client.read(ApiKeys.HEARTBEAT, (short) 4, 1, new HeartbeatResponseData());
            await().until(() -> latency(RequestClass.OTHER).count() == 1);
            assertThat(latency(RequestClass.PRODUCE).count()).isOne();
            assertThat(latency(RequestClass.PRODUCE).sumNanos()).isGreaterThanOrEqualTo(waited);
            assertThat(latency(RequestClass.FETCH)).isEqualTo(LatencyHistogram.Figures.NONE);
            assertThat(latency(RequestClass.GROUP)).isEqualTo(LatencyHistogram.Figures.NONE);
        }
    }

    @Test
    void whatGetsNoAnswerIsNotCounted() throws IOException {
        try (FrameClient client = new FrameClient(server.port())) {
            produce(client, 0, 0);
            await().until(() -> !pending.isEmpty());
            pending.remove().complete(KafkaResponse.none());
            client.send(ApiKeys.HEARTBEAT, (short) 4, 1, new HeartbeatRequestData());
            client.read(ApiKeys.HEARTBEAT, (short) 4, 1, new HeartbeatResponseData());
            await().until(() -> latency(RequestClass.OTHER).count() == 1);
            assertThat(latency(RequestClass.PRODUCE)).isEqualTo(LatencyHistogram.Figures.NONE);
        }
    }
}
