package io.quafka.wire;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import io.helidon.webserver.ServerConnectionException;
import io.quafka.wire.tls.TlsChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.Principal;
import java.security.cert.Certificate;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/// A connection as Helidon's HTTP sees it, with the bytes already read put back in front, and reads
/// under the reaper's eyes.
final class HttpContext implements ConnectionContext {
    private static final int READ_BYTES = 4 << 10;

    private final ConnectionContext context;
    private final DataReader reader;
    private final Activity activity;
    private final Transport transport;
    private final ConnectionInfo info;
    private final DataWriter writer;
    private byte @Nullable [] prefix;

    /// @param prefix what was read, TLS taken off
    HttpContext(
            ConnectionContext context,
            byte[] prefix,
            Activity activity,
            Transport transport,
            ConnectionInfo info) {
        this.context = context;
        this.prefix = prefix;
        this.activity = activity;
        this.transport = transport;
        this.info = info;
        this.reader = DataReader.create(this::read);
        TlsChannel tls = transport.tls();
        this.writer = tls == null ? context.dataWriter() : new TlsWriter(tls);
    }

    /// Null at the end of the stream, as Helidon has it.
    @SuppressWarnings("NullAway")
    private byte[] read() {
        byte[] first = prefix;
        if (first != null) {
            prefix = null;
            activity.frameEnded(System.nanoTime());
            return first;
        }
        try {
            byte[] bytes = bytes();
            activity.frameEnded(System.nanoTime());
            return bytes;
        } catch (UncheckedIOException e) {
            throw new ServerConnectionException("reading from the socket failed", e);
        }
    }

    /// Null at the end of the stream.
    private byte @Nullable [] bytes() {
        TlsChannel tls = transport.tls();
        if (tls == null) {
            return context.serverSocket().get();
        }
        ByteBuffer read = ByteBuffer.allocate(READ_BYTES);
        try {
            return tls.read(read) < 0 ? null : Arrays.copyOf(read.array(), read.position());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public DataReader dataReader() {
        return reader;
    }

    @Override
    public ListenerContext listenerContext() {
        return context.listenerContext();
    }

    @Override
    public ExecutorService executor() {
        return context.executor();
    }

    @Override
    public DataWriter dataWriter() {
        return writer;
    }

    @Override
    public Router router() {
        return context.router();
    }

    @Override
    public Optional<ProxyProtocolData> proxyProtocolData() {
        return context.proxyProtocolData();
    }

    @Override
    public HelidonSocket serverSocket() {
        return context.serverSocket();
    }

    @Override
    public PeerInfo remotePeer() {
        return transport.tls() == null
                ? context.remotePeer()
                : new SecurePeer(context.remotePeer(), info.certificate());
    }

    @Override
    public PeerInfo localPeer() {
        return context.localPeer();
    }

    @Override
    public boolean isSecure() {
        return info.secure();
    }

    @Override
    public String socketId() {
        return context.socketId();
    }

    @Override
    public String childSocketId() {
        return context.childSocketId();
    }

    /// The peer with the name that its certificate has.
    private record SecurePeer(PeerInfo peer, @Nullable String certificate) implements PeerInfo {
        @Override
        public java.net.SocketAddress address() {
            return peer.address();
        }

        @Override
        public String host() {
            return peer.host();
        }

        @Override
        public int port() {
            return peer.port();
        }

        @Override
        public Optional<Principal> tlsPrincipal() {
            return certificate == null
                    ? Optional.empty()
                    : Optional.of(new X500Principal(certificate));
        }

        @Override
        public Optional<Certificate[]> tlsCertificates() {
            return Optional.empty();
        }
    }

    /// Helidon's answers into TLS.
    private record TlsWriter(TlsChannel tls) implements DataWriter {
        @Override
        public void write(BufferData... buffers) {
            write(BufferData.create(buffers));
        }

        @Override
        public void write(BufferData buffer) {
            ByteBuffer bytes = ByteBuffer.wrap(buffer.readBytes());
            try {
                while (bytes.hasRemaining()) {
                    tls.write(bytes);
                }
            } catch (IOException e) {
                throw new ServerConnectionException("writing to the socket failed", e);
            }
        }

        @Override
        public void writeNow(BufferData... buffers) {
            write(buffers);
        }

        @Override
        public void writeNow(BufferData buffer) {
            write(buffer);
        }
    }
}
