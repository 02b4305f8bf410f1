package io.quafka.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KafkaServerTest {
    private static final java.util.Set<ApiKeys> APIS =
            java.util.EnumSet.of(
                    ApiKeys.API_VERSIONS,
                    ApiKeys.METADATA,
                    ApiKeys.PRODUCE,
                    ApiKeys.FETCH,
                    ApiKeys.HEARTBEAT);

    private final BufferPool pool = new BufferPool(256L << 20);
    private final Map<Integer, CompletableFuture<KafkaResponse>> pending =
            new ConcurrentHashMap<>();
    private final AtomicInteger sent = new AtomicInteger();
    private @Nullable KafkaServer running;

    @AfterEach
    void nothingIsLeft() {
        if (running != null) {
            running.close();
            pending.values().forEach(future -> future.complete(heartbeat()));
            await().untilAsserted(() -> assertThat(pool.inUse()).isZero());
            KafkaServer server = running;
            await().untilAsserted(() -> assertThat(server.connections()).isZero());
            assertThat(server.counters().bytesInFlight()).isZero();
            assertThat(server.counters().connectionsOpen()).isZero();
        }
    }

    private KafkaServer start(RequestHandler handler, ServerLimits limits) {
        running =
                KafkaServer.builder(handler, pool)
                        .host("127.0.0.1")
                        .limits(limits)
                        .http(
                                List.of(
                                        HttpEndpoint.get(
                                                "/health",
                                                () -> HttpEndpoint.Answer.text(200, "fine"))))
                        .build()
                        .start();
        return running;
    }

    private ScriptedHandler later() {
        return new ScriptedHandler(
                APIS,
                request ->
                        pending.computeIfAbsent(
                                request.header().correlationId(), _ -> new CompletableFuture<>()));
    }

    private CompletableFuture<KafkaResponse> pending(int correlationId) {
        return java.util.Objects.requireNonNull(pending.get(correlationId));
    }

    private static ScriptedHandler heartbeats() {
        return new ScriptedHandler(
                APIS,
                request ->
                        ScriptedHandler.done(
                                request.apiKey() == ApiKeys.METADATA
                                        ? KafkaResponse.of(new MetadataResponseData())
                                        : heartbeat()));
    }

    private static KafkaResponse heartbeat() {
        return KafkaResponse.of(new HeartbeatResponseData());
    }

    private KafkaResponse heartbeat(int code) {
        return KafkaResponse.of(
                new HeartbeatResponseData().setErrorCode((short) code), sent::incrementAndGet);
    }

    private static HeartbeatRequestData beat() {
        return new HeartbeatRequestData().setGroupId("group").setMemberId("member");
    }

    @Test
    void kafkaAndHttpShareAPort() throws Exception {
        KafkaServer server = start(heartbeats(), ServerLimits.forClients());
        try (FrameClient client = new FrameClient(server.port());
                HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer =
                    http.send(
                            HttpRequest.newBuilder(
                                            URI.create(
                                                    "http://127.0.0.1:"
                                                            + server.port()
                                                            + "/health"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("fine");
            client.send(ApiKeys.HEARTBEAT, 4, 1, beat());
            client.read(ApiKeys.HEARTBEAT, 4, 1, new HeartbeatResponseData());
        }
    }

    @Test
    void answersInTheOrderOfRequestsWhateverTheOrderOfCompletion() throws Exception {
        KafkaServer server = start(later(), ServerLimits.forClients());
        try (FrameClient client = new FrameClient(server.port())) {
            int count = 40;
            for (int i = 0; i < count; i++) {
                client.send(ApiKeys.HEARTBEAT, 4, i, beat());
            }
            await().until(() -> pending.size() == count);
            List<Integer> order = new ArrayList<>(pending.keySet());
            java.util.Collections.shuffle(order, new Random(7));
            for (int id : order) {
                pending(id).complete(heartbeat(id));
            }
            for (int i = 0; i < count; i++) {
                HeartbeatResponseData answer =
                        client.read(ApiKeys.HEARTBEAT, 4, i, new HeartbeatResponseData());
                assertThat(answer.errorCode()).isEqualTo((short) i);
            }
            await().until(() -> sent.get() == count);
        }
    }

    @Test
    void recordsAreSlicesOfTheFrameUntilTheFutureCompletes() throws Exception {
        Random random = new Random(11);
        ScriptedHandler handler = later();
        KafkaServer server = start(handler, ServerLimits.forClients());
        try (FrameClient client = new FrameClient(server.port())) {
            for (int size : new int[] {1, 100, 3_000, 16_384, 1 << 20, 9 << 20}) {
                byte[] records = new byte[size];
                random.nextBytes(records);
                client.send(ApiKeys.PRODUCE, 12, size, Messages.produce(records, 1));
                await().until(() -> pending.containsKey(size));
                KafkaRequest request = handler.requests.getLast();
                ByteBuffer slice = Messages.recordsOf((ProduceRequestData) request.body());
                assertThat(slice.isDirect()).isTrue();
                assertThat(slice.isReadOnly()).isFalse();
                assertThat(Messages.bytes(slice)).isEqualTo(records);
                assertThat(pool.inUse()).isGreaterThanOrEqualTo(size);
                pending(size).complete(KafkaResponse.of(new ProduceResponseData()));
                client.read(ApiKeys.PRODUCE, 12, size, new ProduceResponseData());
                assertThat(pool.inUse()).isZero();
            }
        }
    }

    @Test
    void recordsOfAResponseArriveAsTheyAre() throws Exception {
        byte[] bytes = new byte[11 << 20];
        new Random(5).nextBytes(bytes);
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        ByteBuffer heap = ByteBuffer.wrap(bytes);
        ScriptedHandler handler =
                new ScriptedHandler(
                        APIS,
                        request ->
                                ScriptedHandler.done(
                                        KafkaResponse.of(
                                                Messages.fetched(
                                                        request.header().correlationId() == 1
                                                                ? direct
                                                                : heap),
                                                sent::incrementAndGet)));
        KafkaServer server = start(handler, ServerLimits.forClients());
        try (FrameClient client = new FrameClient(server.port())) {
            for (int id = 1; id <= 2; id++) {
                client.send(ApiKeys.FETCH, 12, id, new FetchRequestData());
                FetchResponseData answer =
                        client.read(ApiKeys.FETCH, 12, id, new FetchResponseData());
                MemoryRecords records =
                        (MemoryRecords)
                                answer.responses().getFirst().partitions().getFirst().records();
                assertThat(Messages.bytes(records.buffer())).isEqualTo(bytes);
            }
            await().until(() -> sent.get() == 2);
        }
    }

    @Test
    void acksZeroSendsNothingAndKeepsTheOrder() throws Exception {
        KafkaServer server = start(later(), ServerLimits.forClients());
        try (FrameClient client = new FrameClient(server.port())) {
            client.send(ApiKeys.HEARTBEAT, 4, 1, beat());
            client.send(ApiKeys.PRODUCE, 12, 2, Messages.produce(new byte[99], 0));
            client.send(ApiKeys.HEARTBEAT, 4, 3, beat());
            await().until(() -> pending.size() == 3);
            pending(3).complete(heartbeat(3));
            pending(2).complete(KafkaResponse.none());
            pending(1).complete(heartbeat(1));
            client.read(ApiKeys.HEARTBEAT, 4, 1, new HeartbeatResponseData());
            client.read(ApiKeys.HEARTBEAT, 4, 3, new HeartbeatResponseData());
        }
    }

    @Test
    void everyApiIsParsedAtItsVersionsAndApiVersionsTellsThem() throws Exception {
        KafkaServer server = start(heartbeats(), ServerLimits.forClients());
        try (FrameClient client = new FrameClient(server.port())) {
            client.send(ApiKeys.API_VERSIONS, 3, 1, Messages.versions());
            ApiVersionsResponseData answer =
                    client.read(ApiKeys.API_VERSIONS, 3, 1, new ApiVersionsResponseData());
            assertThat(answer.apiKeys()).hasSize(APIS.size());
            assertThat(answer.finalizedFeaturesEpoch()).isEqualTo(-1);
            assertThat(answer.apiKeys().find(ApiKeys.FETCH.id).maxVersion())
                    .isEqualTo(ApiKeys.FETCH.latestVersion(false));
        }
    }

    @Test
    void apiVersionsAtAnUnknownVersionIsAnsweredAtVersionZero() throws Exception {
        KafkaServer server = start(heartbeats(), ServerLimits.forClients());
        try (FrameClient client = new FrameClient(server.port())) {
            byte[] frame = FrameClient.frame(ApiKeys.API_VERSIONS, 3, 9, Messages.versions());
            ByteBuffer.wrap(frame).putShort(6, (short) 77);
            client.send(frame);
            ApiVersionsResponseData answer =
                    client.read(ApiKeys.API_VERSIONS, 0, 9, new ApiVersionsResponseData());
            assertThat(answer.errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
            assertThat(answer.apiKeys().find(ApiKeys.API_VERSIONS.id).maxVersion())
                    .isEqualTo(ApiKeys.API_VERSIONS.latestVersion(false));
            client.send(ApiKeys.HEARTBEAT, 4, 10, beat());
            client.read(ApiKeys.HEARTBEAT, 4, 10, new HeartbeatResponseData());
        }
    }

    @Test
    void readingWaitsAtTheInFlightLimit() throws Exception {
        ScriptedHandler handler = later();
        KafkaServer server = start(handler, ServerLimits.forClients().withInFlight(4, 1L << 20));
        try (FrameClient client = new FrameClient(server.port())) {
            for (int i = 0; i < 12; i++) {
                client.send(ApiKeys.HEARTBEAT, 4, i, beat());
            }
            for (int i = 0; i < 12; i++) {
                int id = i;
                await().until(() -> pending.containsKey(id));
                assertThat(handler.requests.size()).isLessThanOrEqualTo(id + 4);
                pending(id).complete(heartbeat(id));
                client.read(ApiKeys.HEARTBEAT, 4, id, new HeartbeatResponseData());
            }
        }
    }

    @Test
    void completionOrderServesPeers() throws Exception {
        KafkaServer server = start(later(), ServerLimits.forPeers());
        try (FrameClient client = new FrameClient(server.port())) {
            client.send(ApiKeys.HEARTBEAT, 4, 1, beat());
            client.send(ApiKeys.HEARTBEAT, 4, 2, beat());
            await().until(() -> pending.size() == 2);
            pending(2).complete(heartbeat(2));
            client.read(ApiKeys.HEARTBEAT, 4, 2, new HeartbeatResponseData());
            pending(1).complete(heartbeat(1));
            client.read(ApiKeys.HEARTBEAT, 4, 1, new HeartbeatResponseData());
        }
    }

    @Test
    void aHalfClosedClientGetsItsAnswers() throws Exception {
        KafkaServer server = start(later(), ServerLimits.forClients());
        try (FrameClient client = new FrameClient(server.port())) {
            client.send(ApiKeys.HEARTBEAT, 4, 1, beat());
            await().until(() -> pending.size() == 1);
            client.socket().shutdownOutput();
            pending(1).complete(heartbeat(1));
            client.read(ApiKeys.HEARTBEAT, 4, 1, new HeartbeatResponseData());
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void aFailedFutureClosesAfterTheAnswersBeforeIt() throws Exception {
        KafkaServer server = start(later(), ServerLimits.forClients());
        try (FrameClient client = new FrameClient(server.port())) {
            client.send(ApiKeys.HEARTBEAT, 4, 1, beat());
            client.send(ApiKeys.HEARTBEAT, 4, 2, beat());
            await().until(() -> pending.size() == 2);
            pending(2).completeExceptionally(new IllegalStateException("on purpose"));
            pending(1).complete(heartbeat(1));
            client.read(ApiKeys.HEARTBEAT, 4, 1, new HeartbeatResponseData());
            assertThat(client.isClosedByServer()).isTrue();
            assertThat(server.counters().closed(CloseReason.HANDLER_FAILED)).isEqualTo(1);
        }
    }

    @Test
    void responsesOfALostConnectionAreDroppedOnceEach() throws Exception {
        ScriptedHandler handler = later();
        KafkaServer server = start(handler, ServerLimits.forClients());
        FrameClient client = new FrameClient(server.port());
        client.send(ApiKeys.HEARTBEAT, 4, 0, beat());
        for (int i = 1; i <= 10; i++) {
            client.send(ApiKeys.PRODUCE, 12, i, Messages.produce(new byte[20_000], 1));
        }
        await().until(() -> pending.size() == 11);
        for (int i = 6; i <= 10; i++) {
            pending(i).complete(KafkaResponse.of(new ProduceResponseData(), sent::incrementAndGet));
        }
        client.socket().setSoLinger(true, 0);
        client.close();
        await().until(() -> handler.closed.size() == 1);
        assertThat(sent.get()).isEqualTo(5);
        assertThat(pool.inUse()).isGreaterThanOrEqualTo(5 * 20_000);
        for (int i = 1; i <= 5; i++) {
            pending(i).complete(KafkaResponse.of(new ProduceResponseData(), sent::incrementAndGet));
        }
        pending(0).complete(heartbeat(0));
        assertThat(sent.get()).isEqualTo(11);
        assertThat(pool.inUse()).isZero();
    }

    @Test
    void drainingAnswersWhatIsInFlightAndRefusesTheRest() throws Exception {
        KafkaServer server = start(later(), ServerLimits.forClients());
        try (FrameClient busy = new FrameClient(server.port());
                FrameClient idle = new FrameClient(server.port())) {
            idle.send(ApiKeys.API_VERSIONS, 3, 1, Messages.versions());
            idle.read(ApiKeys.API_VERSIONS, 3, 1, new ApiVersionsResponseData());
            busy.send(ApiKeys.HEARTBEAT, 4, 1, beat());
            await().until(() -> pending.size() == 1);
            CompletableFuture<Boolean> drained = new CompletableFuture<>();
            Thread.startVirtualThread(() -> {
                try {
                    drained.complete(server.drain(Duration.ofSeconds(20)));
                } catch (InterruptedException e) {
                    drained.completeExceptionally(e);
                }
            });
            assertThat(idle.isClosedByServer()).isTrue();
            busy.send(ApiKeys.HEARTBEAT, 4, 2, beat());
            assertThat(drained).isNotDone();
            pending(1).complete(heartbeat(1));
            busy.read(ApiKeys.HEARTBEAT, 4, 1, new HeartbeatResponseData());
            assertThat(drained.get()).isTrue();
            assertThat(pending).hasSize(1);
        }
    }

    @Test
    void manyConnectionsLeaveNothingBehind() throws Exception {
        KafkaServer server = start(heartbeats(), ServerLimits.forClients());
        for (int round = 0; round < 20; round++) {
            List<FrameClient> clients = new ArrayList<>();
            for (int i = 0; i < 25; i++) {
                FrameClient client = new FrameClient(server.port());
                clients.add(client);
                if (i % 3 != 0) {
                    client.send(ApiKeys.METADATA, 12, i, new MetadataRequestData());
                }
                if (i % 3 == 1) {
                    client.read();
                }
            }
            for (FrameClient client : clients) {
                client.close();
            }
        }
        await().until(() -> server.connections() == 0);
        assertThat(pool.inUse()).isZero();
    }

    @Test
    void aPortThatIsTakenIsSaidSo() {
        KafkaServer first = start(heartbeats(), ServerLimits.forClients());
        KafkaServer second =
                KafkaServer.builder(heartbeats(), pool)
                        .host("127.0.0.1")
                        .port(first.port())
                        .build();
        assertThatThrownBy(second::start)
                .isInstanceOf(java.io.UncheckedIOException.class)
                .hasMessageContaining("cannot listen on 127.0.0.1:" + first.port())
                .hasMessageContaining("in use")
                .hasMessageContaining("choose another port");
        KafkaServer elsewhere =
                KafkaServer.builder(heartbeats(), pool).host("192.0.2.1").port(1_024).build();
        assertThatThrownBy(elsewhere::start).hasMessageContaining("192.0.2.1:1024");
    }
}
