package io.quafka.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KafkaPeerTest {
    private static final Set<ApiKeys> APIS =
            EnumSet.of(ApiKeys.API_VERSIONS, ApiKeys.PRODUCE, ApiKeys.FETCH, ApiKeys.HEARTBEAT);

    private final BufferPool serverPool = new BufferPool(128 << 20);
    private final BufferPool peerPool = new BufferPool(128 << 20);
    private final Map<Integer, CompletableFuture<KafkaResponse>> pending =
            new ConcurrentHashMap<>();
    private final ScriptedHandler handler =
            new ScriptedHandler(
                    APIS,
                    request ->
                            pending.computeIfAbsent(
                                    request.header().correlationId(),
                                    _ -> new CompletableFuture<>()));
    private KafkaServer server = server(0);
    private KafkaPeer peer = peer(server.port(), PeerLimits.defaults());

    private KafkaServer server(int port) {
        return KafkaServer.builder(handler, serverPool)
                .host("127.0.0.1")
                .port(port)
                .limits(ServerLimits.forPeers())
                .build()
                .start();
    }

    private KafkaPeer peer(int port, PeerLimits limits) {
        return new KafkaPeer("127.0.0.1", port, "peer-test", peerPool, limits);
    }

    @AfterEach
    void nothingIsLeft() {
        peer.close();
        server.close();
        pending.values().forEach(future -> future.complete(KafkaResponse.close()));
        await().untilAsserted(() -> assertThat(serverPool.inUse()).isZero());
        await().untilAsserted(() -> assertThat(peerPool.inUse()).isZero());
    }

    private static HeartbeatRequestData beat() {
        return new HeartbeatRequestData().setGroupId("group").setMemberId("member");
    }

    private static KafkaResponse beaten(int code) {
        return KafkaResponse.of(new HeartbeatResponseData().setErrorCode((short) code));
    }

    private CompletableFuture<KafkaResponse> pending(int correlationId) {
        if (!pending.containsKey(correlationId)) {
            await().until(() -> pending.containsKey(correlationId));
        }
        return Objects.requireNonNull(pending.get(correlationId));
    }

    @Test
    void manyRequestsAreAnsweredInAnyOrder() throws Exception {
        int count = 200;
        List<CompletableFuture<PeerReply>> replies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            replies.add(peer.send(ApiKeys.HEARTBEAT, (short) 4, beat()));
        }
        await().until(() -> pending.size() == count);
        assertThat(handler.requests)
                .extracting(request -> request.header().correlationId())
                .isSorted();
        for (int i = count - 1; i >= 0; i--) {
            pending(i).complete(beaten(i));
            HeartbeatResponseData body =
                    (HeartbeatResponseData) replies.get(i).get(10, TimeUnit.SECONDS).body();
            assertThat(body.errorCode()).isEqualTo((short) i);
        }
        assertThat(peer.inFlight()).isZero();
        assertThat(server.counters().connectionsOpened()).isEqualTo(1);
    }

    @Test
    void recordsGoBothWaysUncopiedAndByteExact() throws Exception {
        Random random = new Random(3);
        int id = 0;
        for (int size : new int[] {10, 10_000, 5 << 20}) {
            byte[] bytes = new byte[size];
            random.nextBytes(bytes);
            ByteBuffer direct = ByteBuffer.allocateDirect(size).put(bytes).flip();
            CompletableFuture<PeerReply> produced =
                    peer.send(ApiKeys.PRODUCE, (short) 12, Messages.produce(bytes, 1));
            CompletableFuture<KafkaResponse> at = pending(id++);
            assertThat(
                            Messages.bytes(
                                    Messages.recordsOf(
                                            (org.apache.kafka.common.message.ProduceRequestData)
                                                    handler.requests.getLast().body())))
                    .isEqualTo(bytes);
            at.complete(KafkaResponse.of(new ProduceResponseData()));
            produced.get(10, TimeUnit.SECONDS).release().run();

            CompletableFuture<PeerReply> fetched =
                    peer.send(ApiKeys.FETCH, (short) 12, new FetchRequestData());
            pending(id++).complete(KafkaResponse.of(Messages.fetched(direct)));
            PeerReply reply = fetched.get(10, TimeUnit.SECONDS);
            MemoryRecords records =
                    (MemoryRecords)
                            ((FetchResponseData) reply.body())
                                    .responses()
                                    .getFirst()
                                    .partitions()
                                    .getFirst()
                                    .records();
            assertThat(records.buffer().isDirect()).isTrue();
            assertThat(Messages.bytes(records.buffer())).isEqualTo(bytes);
            assertThat(peerPool.inUse()).isGreaterThanOrEqualTo(size);
            reply.release().run();
            assertThat(peerPool.inUse()).isZero();
        }
    }

    @Test
    void aLostPeerFailsWhatIsInFlightAndIsFoundAgain() throws Exception {
        CompletableFuture<PeerReply> lost = peer.send(ApiKeys.HEARTBEAT, (short) 4, beat());
        pending(0);
        int port = server.port();
        server.close();
        assertThatThrownBy(() -> lost.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(PeerUnavailableException.class);
        CompletableFuture<PeerReply> meanwhile = peer.send(ApiKeys.HEARTBEAT, (short) 4, beat());
        assertThatThrownBy(() -> meanwhile.get(10, TimeUnit.SECONDS))
                .hasCauseInstanceOf(PeerUnavailableException.class);
        server = server(port);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> {
                    CompletableFuture<PeerReply> again =
                            peer.send(ApiKeys.HEARTBEAT, (short) 4, beat());
                    await().until(() -> again.isDone() || pending.size() > 1);
                    pending.values().forEach(future -> future.complete(beaten(0)));
                    return !again.handle((_, error) -> error != null).get(10, TimeUnit.SECONDS);
                });
    }

    @Test
    void tooMuchInFlightFailsAtOnce() {
        PeerLimits limits = PeerLimits.defaults();
        peer.close();
        peer =
                peer(
                        server.port(),
                        new PeerLimits(
                                limits.frameBytesMax(),
                                limits.frameValuesMax(),
                                3,
                                limits.inFlightBytesMax(),
                                limits.connectTimeout(),
                                limits.requestTimeout(),
                                limits.writeTimeout(),
                                limits.backoffMin(),
                                limits.backoffMax()));
        for (int i = 0; i < 3; i++) {
            assertThat(peer.send(ApiKeys.HEARTBEAT, (short) 4, beat())).isNotDone();
        }
        assertThat(peer.send(ApiKeys.HEARTBEAT, (short) 4, beat())).isCompletedExceptionally();
    }

    @Test
    void aPeerThatNeverAnswersIsLost() throws Exception {
        peer.close();
        peer =
                peer(
                        server.port(),
                        PeerLimits.defaults().withRequestTimeout(Duration.ofMillis(200)));
        assertThatThrownBy(() ->
                        peer.send(ApiKeys.HEARTBEAT, (short) 4, beat()).get(10, TimeUnit.SECONDS))
                .hasCauseInstanceOf(PeerUnavailableException.class)
                .hasMessageContaining("too long");
    }

    @Test
    void aPeerThatIsTakenForGoneIsLostIfSomebodyWaitsForIt() throws Exception {
        CompletableFuture<PeerReply> waiting = peer.send(ApiKeys.HEARTBEAT, (short) 4, beat());
        pending(0);
        peer.loseIfWaiting(Duration.ofMinutes(1));
        assertThat(waiting).isNotDone();
        peer.loseIfWaiting(Duration.ZERO);
        assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS))
                .hasCauseInstanceOf(PeerUnavailableException.class)
                .hasMessageContaining("silent");
        await().until(() -> {
            CompletableFuture<PeerReply> next = peer.send(ApiKeys.HEARTBEAT, (short) 4, beat());
            return !next.isCompletedExceptionally();
        });
    }

    @Test
    void aPeerThatAnswersNonsenseIsLost() throws Exception {
        byte[][] answers = {
            {-1, -1, -1, -1, 0, 0, 0, 0},
            {0, 0, 0, 4, 0, 0, 0, 77},
            {0, 0, 0, 5, 0, 0, 0, 0, 9},
            {0, 0, 0, 100, 0, 0, 0, 0},
        };
        for (byte[] answer : answers) {
            try (ServerSocket listener = new ServerSocket(0);
                    KafkaPeer lonely = peer(listener.getLocalPort(), PeerLimits.defaults())) {
                Thread.startVirtualThread(() -> answerOnce(listener, answer));
                assertThatThrownBy(() ->
                                lonely.send(ApiKeys.HEARTBEAT, (short) 4, beat())
                                        .get(10, TimeUnit.SECONDS))
                        .hasCauseInstanceOf(PeerUnavailableException.class);
            }
        }
    }

    private static void answerOnce(ServerSocket listener, byte[] answer) {
        try (Socket socket = listener.accept()) {
            int ignored = socket.getInputStream().read(new byte[1000]);
            assertThat(ignored).isPositive();
            socket.getOutputStream().write(answer);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
