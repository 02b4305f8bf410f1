package io.quafka.wire;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import io.helidon.webserver.ServerConnectionException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/// A connection as Helidon's HTTP sees it, with the bytes already read put back in front, and reads
/// under the reaper's eyes.
final class HttpContext implements ConnectionContext {
    private final ConnectionContext context;
    private final DataReader reader;
    private final Activity activity;
    private byte @Nullable [] prefix;

    HttpContext(ConnectionContext context, byte[] prefix, Activity activity) {
        this.context = context;
        this.prefix = prefix;
        this.activity = activity;
        this.reader = DataReader.create(this::read);
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
            byte[] bytes = context.serverSocket().get();
            activity.frameEnded(System.nanoTime());
            return bytes;
        } catch (UncheckedIOException e) {
            throw new ServerConnectionException("reading from the socket failed", e);
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
        return context.dataWriter();
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
        return context.remotePeer();
    }

    @Override
    public PeerInfo localPeer() {
        return context.localPeer();
    }

    @Override
    public boolean isSecure() {
        return context.isSecure();
    }

    @Override
    public String socketId() {
        return context.socketId();
    }

    @Override
    public String childSocketId() {
        return context.childSocketId();
    }
}
