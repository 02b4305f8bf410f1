package io.quafka.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;

/// Throws mutated requests of every API at a running server.
///
/// `-Dquafka.fuzz.frames=1000000` throws more, `-Dquafka.fuzz.seed=7` others. After each frame the
/// client asks a question: either it is answered, and the connection is used for the next frame, or
/// the connection is closed.
class FrameFuzzTest {
    private static final long FRAMES = Long.getLong("quafka.fuzz.frames", 100_000);
    private static final long SEED = Long.getLong("quafka.fuzz.seed", 20_261_122);
    private static final int CLIENTS = 4;
    private static final Set<ApiKeys> APIS = EnumSet.copyOf(ApiKeys.brokerApis());
    private static final int PROBE_ID = 0x600d_1dea;
    private static final String PROBE = "the fuzz test's own question";

    private final BufferPool pool = new BufferPool(256L << 20);
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong thrown = new AtomicLong();
    private final AtomicLong survived = new AtomicLong();
    private final AtomicBoolean done = new AtomicBoolean();

    @Test
    void mutatedFramesHarmNobodyElse() throws Exception {
        KafkaServer server =
                KafkaServer.builder(new Answerer(), pool).host("127.0.0.1").build().start();
        Thread healthy = Thread.startVirtualThread(() -> guarded(() -> beHealthy(server.port())));
        List<Thread> clients =
                IntStream.range(0, CLIENTS)
                        .mapToObj(client ->
                                Thread.startVirtualThread(() ->
                                        guarded(() ->
                                                beHostile(
                                                        server.port(), new Random(SEED + client)))))
                        .toList();
        for (Thread client : clients) {
            client.join();
        }
        done.set(true);
        healthy.join();
        assertThat(failures).as("seed %d", SEED).isEmpty();
        assertThat(thrown.get()).isGreaterThanOrEqualTo(FRAMES);
        assertThat(survived.get()).isGreaterThan(FRAMES / 10);
        assertThat(server.counters().closed(CloseReason.MALFORMED_REQUEST))
                .isGreaterThan(FRAMES / 100);
        assertThat(server.counters().closed(CloseReason.HANDLER_FAILED)).isZero();
        assertThat(server.counters().closed(CloseReason.NO_BUFFER)).isZero();
        await().untilAsserted(() -> assertThat(server.connections()).isZero());
        assertThat(pool.inUse()).isZero();
        server.close();
    }

    private void beHealthy(int port) throws IOException {
        try (FrameClient client = new FrameClient(port)) {
            for (int i = 0; !done.get(); i++) {
                probe(client, i);
            }
        }
    }

    private void beHostile(int port, Random random) throws IOException {
        RandomRequests requests = new RandomRequests(random);
        FrameMutator mutator = new FrameMutator(random);
        ApiKeys[] apis = APIS.toArray(new ApiKeys[0]);
        while (thrown.get() < FRAMES && failures.isEmpty()) {
            try (FrameClient client = new FrameClient(port)) {
                boolean open = true;
                while (open && thrown.getAndIncrement() < FRAMES) {
                    byte[] frame = requests.frame(apis[random.nextInt(apis.length)]);
                    byte[] other = requests.frame(apis[random.nextInt(apis.length)]);
                    open = survives(client, mutator.mutate(frame, other));
                }
            } catch (java.net.BindException e) {
                Thread.yield();
            }
        }
    }

    /// True when the connection is open after the frame.
    private boolean survives(FrameClient client, byte[] frame) throws IOException {
        try {
            client.send(frame);
            if (!FrameMutator.isWhole(frame)) {
                client.socket().shutdownOutput();
                assertThat(client.isClosedByServer()).isTrue();
                return false;
            }
            probe(client, PROBE_ID);
            survived.incrementAndGet();
            return true;
        } catch (EOFException | SocketException e) {
            return false;
        }
    }

    private static void probe(FrameClient client, int correlationId) throws IOException {
        client.send(
                ApiKeys.HEARTBEAT,
                4,
                correlationId,
                new HeartbeatRequestData().setGroupId(PROBE).setMemberId("member"));
        // A mutated ApiVersions is answered too: with the versions that there are.
        ByteBuffer answer = client.read();
        while (answer.getInt(0) != correlationId) {
            answer = client.read();
        }
    }

    private void guarded(Action action) {
        try {
            action.run();
        } catch (IOException | RuntimeException | AssertionError e) {
            failures.add(e);
        }
    }

    private interface Action {
        void run() throws IOException;
    }

    /// Answers the test's questions, and nothing else.
    private static final class Answerer implements RequestHandler {
        @Override
        public Set<ApiKeys> apis() {
            return APIS;
        }

        @Override
        public java.util.concurrent.CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
            boolean asked =
                    request.body() instanceof HeartbeatRequestData beat
                            && PROBE.equals(beat.groupId());
            return ScriptedHandler.done(
                    asked ? KafkaResponse.of(new HeartbeatResponseData()) : KafkaResponse.none());
        }
    }
}
