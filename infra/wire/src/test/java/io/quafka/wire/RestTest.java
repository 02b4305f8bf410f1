package io.quafka.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A connection whose client was told to wait rests, whether the client waits or not.
class RestTest {
    private static final Set<ApiKeys> APIS =
            EnumSet.of(ApiKeys.API_VERSIONS, ApiKeys.PRODUCE, ApiKeys.HEARTBEAT);
    private static final short VERSION = 4;
    private static final int LONG_MILLIS = 600_000;
    private static final Duration IDLE = Duration.ofMillis(100);

    private final BufferPool pool = new BufferPool(64 << 20);
    private final AtomicInteger muteMillis = new AtomicInteger();
    private final AtomicBoolean admitting = new AtomicBoolean(true);
    private final ScriptedHandler handler = new ScriptedHandler(APIS, this::answer);
    private final KafkaServer server =
            KafkaServer.builder(handler, pool)
                    .host("127.0.0.1")
                    .limits(
                            ServerLimits.forClients()
                                    .withTimeouts(
                                            IDLE,
                                            Duration.ofSeconds(30),
                                            Duration.ofSeconds(30),
                                            Duration.ofSeconds(30)))
                    .admission(_ -> admitting.get())
                    .build()
                    .start();

    private CompletableFuture<KafkaResponse> answer(KafkaRequest request) {
        KafkaResponse response =
                request.apiKey() == ApiKeys.PRODUCE
                        ? KafkaResponse.of(new ProduceResponseData())
                        : KafkaResponse.of(new HeartbeatResponseData());
        return ScriptedHandler.done(response.muting(muteMillis.get()));
    }

    @AfterEach
    void stop() {
        server.close();
        await().untilAsserted(() -> assertThat(pool.inUse()).isZero());
    }

    private static void heartbeat(FrameClient client, int id) throws IOException {
        client.send(ApiKeys.HEARTBEAT, VERSION, id, new HeartbeatRequestData());
    }

    private static void answered(FrameClient client, int id) throws IOException {
        client.read(ApiKeys.HEARTBEAT, VERSION, id, new HeartbeatResponseData());
    }

    @Test
    void theAnswerComesAtOnceAndTheNextRequestWaits() throws IOException {
        int rest = 700;
        muteMillis.set(rest);
        try (FrameClient client = new FrameClient(server.port())) {
            heartbeat(client, 0);
            answered(client, 0);
            long told = System.nanoTime();
            muteMillis.set(0);
            heartbeat(client, 1);
            answered(client, 1);
            // The rest began before the answer was read here.
            assertThat(Duration.ofNanos(System.nanoTime() - told))
                    .isGreaterThan(Duration.ofMillis(rest / 2));
            heartbeat(client, 2);
            answered(client, 2);
            assertThat(server.counters().muted()).isOne();
        }
    }

    /// Nor is it closed as an idle one, or one whose frame takes too long.
    @Test
    void aLargeFrameTakesNoMemoryMeanwhile() throws IOException {
        muteMillis.set(LONG_MILLIS);
        try (FrameClient client = new FrameClient(server.port())) {
            heartbeat(client, 0);
            answered(client, 0);
            client.send(
                    FrameClient.frame(
                            ApiKeys.PRODUCE,
                            (short) 11,
                            1,
                            Messages.produce(new byte[200_000], 1)));
            await().during(IDLE.multipliedBy(5))
                    .until(() -> pool.inUse() == 0 && server.connections() == 1);
            assertThat(handler.requests).hasSize(1);
        }
    }

    @Test
    void drainingEndsIt() throws Exception {
        muteMillis.set(LONG_MILLIS);
        try (FrameClient client = new FrameClient(server.port())) {
            heartbeat(client, 0);
            answered(client, 0);
            heartbeat(client, 1);
            assertThat(server.drain(Duration.ofSeconds(20))).isTrue();
            assertThat(client.isClosedByServer()).isTrue();
            assertThat(handler.requests).hasSize(1);
        }
    }

    @Test
    void whoMayNotConnectIsClosedAtOnce() throws IOException {
        admitting.set(false);
        try (FrameClient client = new FrameClient(server.port())) {
            assertThat(client.isClosedByServer()).isTrue();
        }
        assertThat(server.counters().closed(CloseReason.CONNECTION_RATE)).isOne();
        admitting.set(true);
        try (FrameClient client = new FrameClient(server.port())) {
            heartbeat(client, 0);
            answered(client, 0);
        }
    }
}
