package io.quafka.wire;

import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A connection on the shared port: its first byte decides whether it speaks Kafka or HTTP.
///
/// A Kafka frame below 128 MiB starts with a byte below 0x08; an HTTP request with a capital
/// letter.
final class PortConnection implements ServerConnection, InterruptableTask<Void> {
    private static final Logger LOG = LoggerFactory.getLogger(PortConnection.class);
    private static final int KAFKA_FIRST_BYTE_END = BufferPool.BUFFER_BYTES_MAX >>> 24;

    private final PortSelector port;
    private final AcceptedChannel accepted;
    private final ConnectionContext context;
    private volatile @Nullable ServerConnection http;

    PortConnection(PortSelector port, AcceptedChannel accepted, ConnectionContext context) {
        this.port = port;
        this.accepted = accepted;
        this.context = context;
    }

    @Override
    public void handle(Limit limit) throws InterruptedException {
        ByteBuffer input = port.inputs().take();
        try {
            if (!readFirst(input)) {
                accepted.close(CloseReason.CLIENT_CLOSED, port.server().counters());
                return;
            }
            byte first = input.get(0);
            ServerConnectionSelector selector = port.http();
            if (first >= 0 && first < KAFKA_FIRST_BYTE_END) {
                KafkaConnection kafka =
                        new KafkaConnection(
                                accepted.channel(),
                                accepted.info(),
                                port.server(),
                                accepted.activity(),
                                input);
                accepted.speaks(kafka);
                kafka.run();
            } else if (selector != null && first >= 'A' && first <= 'Z') {
                ServerConnection connection =
                        selector.connection(
                                new HttpContext(context, prefix(input), accepted.activity()));
                http = connection;
                connection.handle(limit);
            } else {
                accepted.close(CloseReason.UNKNOWN_PROTOCOL, port.server().counters());
            }
        } finally {
            port.inputs().giveBack(input);
            port.registry().remove(accepted);
        }
    }

    @Override
    public Duration idleTime() {
        ServerConnection connection = http;
        return connection == null ? Duration.ZERO : connection.idleTime();
    }

    @Override
    public void close(boolean interrupt) {
        ServerConnection connection = http;
        KafkaConnection kafka = accepted.kafka();
        if (connection != null) {
            connection.close(interrupt);
        } else if (kafka != null && !interrupt) {
            kafka.drain();
        } else {
            accepted.close(CloseReason.SERVER_STOPPED, port.server().counters());
        }
    }

    @Override
    public boolean canInterrupt() {
        KafkaConnection kafka = accepted.kafka();
        if (http instanceof InterruptableTask<?> task) {
            return task.canInterrupt();
        }
        return kafka == null || kafka.inFlight() == 0;
    }

    /// False when the client closed, or was closed, without a word.
    private boolean readFirst(ByteBuffer input) {
        try {
            return accepted.channel().read(input) > 0;
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("a connection ended before its first byte");
            return false;
        } finally {
            input.flip();
        }
    }

    private static byte[] prefix(ByteBuffer input) {
        byte[] bytes = new byte[input.remaining()];
        input.get(bytes);
        return bytes;
    }
}
