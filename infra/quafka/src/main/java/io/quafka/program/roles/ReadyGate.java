package io.quafka.program.roles;

import io.quafka.wire.ConnectionInfo;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import io.quafka.wire.RequestHandler;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.protocol.ApiKeys;

/// Holds requests back until the process is ready for them: its port is bound before it registers,
/// since only then it knows which port that is. A connection that is early waits on its own thread,
/// so that its requests keep their order.
final class ReadyGate implements RequestHandler {
    private final RequestHandler handler;
    private final CountDownLatch opened = new CountDownLatch(1);

    ReadyGate(RequestHandler handler) {
        this.handler = handler;
    }

    void open() {
        opened.countDown();
    }

    boolean isOpen() {
        return opened.getCount() == 0;
    }

    @Override
    public Set<ApiKeys> apis() {
        return handler.apis();
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        try {
            opened.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return CompletableFuture.failedFuture(e);
        }
        return handler.handle(request);
    }

    @Override
    public int frameBytesMax(ConnectionInfo connection) {
        return handler.frameBytesMax(connection);
    }

    @Override
    public boolean expectsBareToken(ConnectionInfo connection) {
        return handler.expectsBareToken(connection);
    }

    @Override
    public void closed(ConnectionInfo connection) {
        handler.closed(connection);
    }
}
