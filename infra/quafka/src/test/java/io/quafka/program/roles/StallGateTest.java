package io.quafka.program.roles;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.wire.ConnectionInfo;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import io.quafka.wire.RequestHandler;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.Test;

class StallGateTest {
    private static final InetSocketAddress ADDRESS = new InetSocketAddress("127.0.0.1", 1);

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    private final StallGate gate = new StallGate(new Server(), Duration.ofNanos(100), now::get);

    private static final class Server implements RequestHandler {
        @Override
        public Set<ApiKeys> apis() {
            return Set.of(ApiKeys.API_VERSIONS);
        }

        @Override
        public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
            return CompletableFuture.completedFuture(KafkaResponse.none());
        }
    }

    private boolean closes(long connection) {
        return gate.handle(
                        new KafkaRequest(
                                new RequestHeader(ApiKeys.API_VERSIONS, (short) 3, "", 1),
                                new ApiVersionsRequestData(),
                                10,
                                new ConnectionInfo(connection, ADDRESS, ADDRESS),
                                0))
                .join()
                .closeAfter();
    }

    @Test
    void connectionsFromBeforeAStallAreClosed() {
        assertThat(closes(1)).isFalse();
        assertThat(closes(3)).isFalse();
        now.addAndGet(100);
        gate.tick();
        assertThat(closes(2)).isFalse();
        now.addAndGet(101);
        // Before anybody has looked at the clock, and after it.
        assertThat(closes(1)).isTrue();
        gate.tick();
        assertThat(closes(1)).isTrue();
        assertThat(closes(3)).isTrue();
        assertThat(closes(4)).isFalse();
        now.addAndGet(100);
        gate.tick();
        assertThat(closes(3)).isTrue();
        assertThat(closes(4)).isFalse();
    }
}
