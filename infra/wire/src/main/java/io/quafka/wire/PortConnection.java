package io.quafka.wire;

import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import io.quafka.wire.tls.TlsChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// A connection on the shared port: its first byte decides whether it speaks Kafka, HTTP, or TLS
/// with either inside.
///
/// A Kafka frame below 128 MiB starts with a byte below 0x08; an HTTP request with a capital
/// letter.
final class PortConnection implements ServerConnection, InterruptableTask<Void> {
    private static final Logger LOG = LoggerFactory.getLogger(PortConnection.class);
    private static final RateLimitedLog REFUSALS = new RateLimitedLog(LOG);

    /// A record of TLS that carries a handshake.
    private static final byte TLS_FIRST_BYTE = 0x16;

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
            Transport transport = Transport.plain(accepted.channel());
            if (!readFirst(transport, input)) {
                accepted.close(CloseReason.CLIENT_CLOSED, port.server().counters());
                return;
            }
            ConnectionInfo info = accepted.info();
            if (input.get(0) == TLS_FIRST_BYTE && port.server().tls() != null) {
                TlsChannel tls = secured(port.server().tls(), input);
                if (tls == null) {
                    return;
                }
                transport = new Transport(accepted.channel(), tls);
                info = info.secured(tls.peerName());
                if (!readFirst(transport, input.clear())) {
                    accepted.close(CloseReason.CLIENT_CLOSED, port.server().counters());
                    return;
                }
            }
            serve(transport, info, input, limit);
        } finally {
            port.inputs().giveBack(input);
            port.registry().remove(accepted);
        }
    }

    private void serve(Transport transport, ConnectionInfo info, ByteBuffer input, Limit limit)
            throws InterruptedException {
        byte first = input.get(0);
        ServerConnectionSelector selector = port.http();
        PortTls tls = port.server().tls();
        if (first >= 0 && first < KAFKA_FIRST_BYTE_END) {
            if (tls != null && tls.required() && !info.secure()) {
                refuse(CloseReason.TLS_REQUIRED, "Kafka is spoken in TLS only here");
                return;
            }
            KafkaConnection kafka =
                    new KafkaConnection(transport, info, port.server(), accepted.activity(), input);
            accepted.speaks(kafka);
            kafka.run();
        } else if (selector != null && first >= 'A' && first <= 'Z') {
            ServerConnection connection =
                    selector.connection(
                            new HttpContext(
                                    context, prefix(input), accepted.activity(), transport, info));
            http = connection;
            connection.handle(limit);
        } else {
            accepted.close(CloseReason.UNKNOWN_PROTOCOL, port.server().counters());
        }
    }

    /// TLS as agreed upon with the client; null, with the connection closed, where that failed.
    private @Nullable TlsChannel secured(PortTls tls, ByteBuffer already) {
        TlsChannel channel = new TlsChannel(accepted.channel(), tls.engines().server(), already);
        try {
            channel.handshake();
            return channel;
        } catch (IOException | RuntimeException e) {
            refuse(CloseReason.TLS_REFUSED, e.getMessage());
            return null;
        }
    }

    private void refuse(CloseReason reason, @Nullable String detail) {
        REFUSALS.at(Level.INFO)
                .addKeyValue("reason", reason)
                .addKeyValue("remote", accepted.info().remote())
                .addKeyValue("detail", detail)
                .log("connection closed");
        accepted.close(reason, port.server().counters());
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
    private static boolean readFirst(Transport transport, ByteBuffer input) {
        try {
            return transport.input().read(input) > 0;
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
