package io.quafka.wire;

import io.helidon.common.buffers.BufferData;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import io.quafka.wire.AcceptedChannel.Endpoints;
import java.net.InetSocketAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The one protocol that Helidon is told of. Being the only one it gets every connection before a
/// byte is read, and so decides itself, with a time limit, what the connection speaks.
class PortSelector implements ServerConnectionSelector {
    private final ServerContext server;
    private final ConnectionRegistry registry;
    private final InputBuffers inputs;
    private final @Nullable ServerConnectionSelector http;

    /// @param http serves connections that speak HTTP, or null to refuse them
    PortSelector(
            ServerContext server,
            ConnectionRegistry registry,
            InputBuffers inputs,
            @Nullable ServerConnectionSelector http) {
        this.server = server;
        this.registry = registry;
        this.inputs = inputs;
        this.http = http;
    }

    @Override
    public int bytesToIdentifyConnection() {
        return 0;
    }

    @Override
    public Support supports(BufferData data) {
        return Support.SUPPORTED;
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
        return Set.of();
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
        Endpoints endpoints =
                new Endpoints(
                        (InetSocketAddress) context.remotePeer().address(),
                        (InetSocketAddress) context.localPeer().address());
        AcceptedChannel accepted = registry.find(endpoints);
        if (accepted == null) {
            throw new IllegalStateException("a connection was not captured when accepted");
        }
        if (context.dataReader().available() > 0) {
            throw new IllegalStateException("a connection was read before it was handed over");
        }
        return new PortConnection(this, accepted, context);
    }

    ServerContext server() {
        return server;
    }

    ConnectionRegistry registry() {
        return registry;
    }

    InputBuffers inputs() {
        return inputs;
    }

    @Nullable ServerConnectionSelector http() {
        return http;
    }
}
