package io.quafka.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A connection with nothing but produces in flight answers them before it reads on; what arrived
/// together with them goes to the handler all the same.
class PromptAnswersTest {
    private static final Set<ApiKeys> APIS =
            EnumSet.of(ApiKeys.API_VERSIONS, ApiKeys.PRODUCE, ApiKeys.HEARTBEAT);
    private static final short VERSION = 11;

    private final BufferPool pool = new BufferPool(64 << 20);
    private final Queue<CompletableFuture<KafkaResponse>> pending = new ConcurrentLinkedQueue<>();
    private final AtomicInteger released = new AtomicInteger();
    private final KafkaServer server =
            KafkaServer.builder(new ScriptedHandler(APIS, _ -> later()), pool)
                    .host("127.0.0.1")
                    .limits(ServerLimits.forClients())
                    .build()
                    .start();

    private CompletableFuture<KafkaResponse> later() {
        CompletableFuture<KafkaResponse> future = new CompletableFuture<>();
        pending.add(future);
        return future;
    }

    @AfterEach
    void stop() {
        server.close();
        await().untilAsserted(() -> assertThat(pool.inUse()).isZero());
    }

    private static byte[] produce(int id, int acks) {
        return FrameClient.frame(
                ApiKeys.PRODUCE, VERSION, id, Messages.produce(new byte[300], acks));
    }

    private void answer() {
        pending.remove()
                .complete(KafkaResponse.of(new ProduceResponseData(), released::incrementAndGet));
    }

    @Test
    void theNextRequestIsReadWhenTheAnswerIsWritten() throws IOException {
        try (FrameClient client = new FrameClient(server.port())) {
            for (int i = 0; i < 5; i++) {
                client.send(produce(i, 1));
                await().until(() -> !pending.isEmpty());
                client.send(produce(i + 100, 1));
                await().during(Duration.ofMillis(50)).until(() -> pending.size() == 1);
                answer();
                client.read(ApiKeys.PRODUCE, VERSION, i, new ProduceResponseData());
                await().until(() -> !pending.isEmpty());
                answer();
                client.read(ApiKeys.PRODUCE, VERSION, i + 100, new ProduceResponseData());
            }
        }
    }

    @Test
    void whatCameTogetherReachesTheHandlerTogether() throws IOException {
        try (FrameClient client = new FrameClient(server.port())) {
            ByteArrayOutputStream burst = new ByteArrayOutputStream();
            for (int i = 0; i < 5; i++) {
                burst.write(produce(i, -1));
            }
            burst.write(FrameClient.frame(ApiKeys.HEARTBEAT, 4, 5, new HeartbeatRequestData()));
            client.send(burst.toByteArray());
            await().until(() -> pending.size() == 6);
            for (int i = 0; i < 5; i++) {
                answer();
                client.read(ApiKeys.PRODUCE, VERSION, i, new ProduceResponseData());
            }
            pending.remove().complete(KafkaResponse.of(new HeartbeatResponseData()));
            client.read(ApiKeys.HEARTBEAT, 4, 5, new HeartbeatResponseData());
        }
    }

    @Test
    void behindOthersNothingWaits() throws IOException {
        try (FrameClient client = new FrameClient(server.port())) {
            client.send(ApiKeys.HEARTBEAT, 4, 0, new HeartbeatRequestData());
            client.send(produce(1, 0));
            for (int i = 2; i < 10; i++) {
                int seen = i;
                await().until(() -> pending.size() == seen);
                client.send(produce(i, 1));
            }
            await().until(() -> pending.size() == 10);
            pending.remove().complete(KafkaResponse.of(new HeartbeatResponseData()));
            pending.remove().complete(KafkaResponse.none());
            client.read(ApiKeys.HEARTBEAT, 4, 0, new HeartbeatResponseData());
            for (int i = 2; i < 10; i++) {
                answer();
                client.read(ApiKeys.PRODUCE, VERSION, i, new ProduceResponseData());
            }
        }
    }

    @Test
    void whoLeavesMeanwhileLeavesNothingBehind() throws IOException {
        FrameClient client = new FrameClient(server.port());
        client.send(produce(0, 1));
        await().until(() -> pending.size() == 1);
        client.socket().setSoLinger(true, 0);
        client.close();
        answer();
        await().untilAsserted(() -> assertThat(server.connections()).isZero());
        await().untilAsserted(() -> assertThat(released.get()).isOne());
    }

    @Test
    void drainingAnswersWhatIsWaitedFor() throws Exception {
        try (FrameClient client = new FrameClient(server.port())) {
            client.send(produce(0, 1));
            await().until(() -> pending.size() == 1);
            CompletableFuture<Boolean> drained = new CompletableFuture<>();
            Thread.startVirtualThread(() -> {
                try {
                    drained.complete(server.drain(Duration.ofSeconds(20)));
                } catch (InterruptedException e) {
                    drained.completeExceptionally(e);
                }
            });
            await().during(Duration.ofMillis(50)).until(() -> !drained.isDone());
            answer();
            client.read(ApiKeys.PRODUCE, VERSION, 0, new ProduceResponseData());
            assertThat(client.isClosedByServer()).isTrue();
            assertThat(drained.get()).isTrue();
        }
    }
}
