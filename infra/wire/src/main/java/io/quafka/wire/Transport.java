package io.quafka.wire;

import io.quafka.wire.tls.TlsChannel;
import java.io.IOException;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ScatteringByteChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How a connection's bytes come and go: by its socket as it is, or in TLS over it.
///
/// @param tls null for the socket as it is
record Transport(SocketChannel socket, @Nullable TlsChannel tls) {
    private static final Logger LOG = LoggerFactory.getLogger(Transport.class);

    static Transport plain(SocketChannel socket) {
        return new Transport(socket, null);
    }

    ScatteringByteChannel input() {
        return tls == null ? socket : tls;
    }

    GatheringByteChannel output() {
        return tls == null ? socket : tls;
    }

    /// Says farewell where the protocol has one, to a peer that may have gone; nothing may be on
    /// its way. Blocks as a write does.
    void end() {
        if (tls == null || !tls.isOpen()) {
            return;
        }
        try {
            tls.end();
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("the peer left without farewell");
        }
    }
}
