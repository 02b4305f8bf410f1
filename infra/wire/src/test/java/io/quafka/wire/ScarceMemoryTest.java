package io.quafka.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A client that reads, but drips, may do so while there is memory for all; when others wait for
/// memory it has less time.
class ScarceMemoryTest {
    /// More than the sockets between client and server hold.
    private static final int ANSWER_BYTES = 24 << 20;

    private static final int DRIP_BYTES = 64 << 10;
    private static final Duration DRIP_EVERY = Duration.ofMillis(200);
    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration SCARCE_TIMEOUT = Duration.ofSeconds(1);

    private final AtomicBoolean scarce = new AtomicBoolean();
    private final AtomicInteger unreleased = new AtomicInteger();
    private final KafkaServer server = serve();

    private KafkaServer serve() {
        return KafkaServer.builder(
                        new ScriptedHandler(
                                EnumSet.of(ApiKeys.FETCH), _ -> ScriptedHandler.done(large())),
                        new BufferPool(64 << 20))
                .host("127.0.0.1")
                .limits(
                        ServerLimits.forClients()
                                .withTimeouts(
                                        WRITE_TIMEOUT, WRITE_TIMEOUT, WRITE_TIMEOUT, WRITE_TIMEOUT)
                                .withScarceWriteTimeout(SCARCE_TIMEOUT))
                .scarcity(scarce::get)
                .build()
                .start();
    }

    private KafkaResponse large() {
        unreleased.incrementAndGet();
        return KafkaResponse.of(
                Messages.fetched(ByteBuffer.allocateDirect(ANSWER_BYTES)),
                unreleased::decrementAndGet);
    }

    @AfterEach
    void stop() {
        server.close();
        await().untilAsserted(() -> assertThat(unreleased.get()).isZero());
    }

    @Test
    void whoDripsKeepsItsAnswerUntilOthersNeedTheMemory() throws Exception {
        try (FrameClient slow = new FrameClient(server.port());
                FrameClient fast = new FrameClient(server.port())) {
            slow.socket().setReceiveBufferSize(DRIP_BYTES);
            slow.send(ApiKeys.FETCH, 12, 1, new FetchRequestData());
            await().until(() -> unreleased.get() == 1);
            await().pollInterval(DRIP_EVERY)
                    .during(SCARCE_TIMEOUT.multipliedBy(2))
                    .until(() -> drip(slow) && closedAsSlow() == 0 && unreleased.get() == 1);
            scarce.set(true);
            await().pollInterval(DRIP_EVERY)
                    .until(() -> {
                        drip(slow);
                        return closedAsSlow() == 1 && unreleased.get() == 0;
                    });
            for (int i = 0; i < 3; i++) {
                fast.send(ApiKeys.FETCH, 12, i, new FetchRequestData());
                fast.read(ApiKeys.FETCH, 12, i, new FetchResponseData());
            }
            assertThat(closedAsSlow()).isEqualTo(1);
        }
    }

    private long closedAsSlow() {
        return server.counters().closed(CloseReason.SLOW_READER);
    }

    /// Some 300 KiB a second: enough for the write time-out, too little in scarcity.
    ///
    /// @return false when the connection is lost
    private static boolean drip(FrameClient client) throws IOException {
        try {
            return client.socket().getInputStream().read(new byte[DRIP_BYTES]) > 0;
        } catch (SocketException _) {
            return false;
        }
    }
}
