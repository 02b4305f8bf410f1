package io.quafka.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.message.SaslHandshakeResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Frames that are tokens without headers, where the handler says that they are due.
class BareTokensTest {
    private static final Set<ApiKeys> APIS =
            EnumSet.of(
                    ApiKeys.API_VERSIONS,
                    ApiKeys.HEARTBEAT,
                    ApiKeys.SASL_HANDSHAKE,
                    ApiKeys.SASL_AUTHENTICATE);
    private static final int TOKENS = 2;

    private final AtomicInteger tokensLeft = new AtomicInteger();
    private final BufferPool pool = new BufferPool(64 << 20);
    private final ScriptedHandler script = new ScriptedHandler(APIS, this::answer);
    private final KafkaServer server =
            KafkaServer.builder(new Expecting(), pool).host("127.0.0.1").build().start();

    private CompletableFuture<KafkaResponse> answer(KafkaRequest request) {
        return ScriptedHandler.done(
                switch (request.body()) {
                    case SaslHandshakeRequestData _ -> {
                        tokensLeft.set(TOKENS);
                        yield KafkaResponse.of(new SaslHandshakeResponseData());
                    }
                    case SaslAuthenticateRequestData token -> {
                        assertThat(request.version()).isZero();
                        tokensLeft.decrementAndGet();
                        yield KafkaResponse.of(
                                new SaslAuthenticateResponseData().setAuthBytes(token.authBytes()));
                    }
                    default -> KafkaResponse.of(new HeartbeatResponseData());
                });
    }

    private final class Expecting implements RequestHandler {
        @Override
        public Set<ApiKeys> apis() {
            return APIS;
        }

        @Override
        public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
            return script.handle(request);
        }

        @Override
        public int frameBytesMax(ConnectionInfo connection) {
            return 1 << 10;
        }

        @Override
        public boolean expectsBareToken(ConnectionInfo connection) {
            return tokensLeft.get() > 0;
        }
    }

    @AfterEach
    void stop() {
        server.close();
        await().untilAsserted(() -> assertThat(pool.inUse()).isZero());
    }

    private static byte[] token(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(4 + bytes.length).putInt(bytes.length).put(bytes).array();
    }

    @Test
    void theyAreAnsweredByTokensUntilRequestsHaveHeadersAgain() throws IOException {
        try (FrameClient client = new FrameClient(server.port())) {
            client.send(
                    ApiKeys.SASL_HANDSHAKE,
                    0,
                    1,
                    new SaslHandshakeRequestData().setMechanism("PLAIN"));
            client.read(ApiKeys.SASL_HANDSHAKE, 0, 1, new SaslHandshakeResponseData());
            // One begins like a request that carries records.
            for (String text : new String[] {"\0\0\0\013 and so on", "n,,n=alice,r=nonce"}) {
                client.send(token(text));
                ByteBuffer answer = client.read();
                assertThat(StandardCharsets.UTF_8.decode(answer).toString()).isEqualTo(text);
            }
            client.send(ApiKeys.HEARTBEAT, 4, 2, new HeartbeatRequestData());
            client.read(ApiKeys.HEARTBEAT, 4, 2, new HeartbeatResponseData());
            client.send(token("n,,n=alice,r=nonce"));
            assertThat(client.isClosedByServer()).isTrue();
        }
    }
}
