package io.quafka.wire;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/// A client's connection as handlers see it.
///
/// @param id unique in this process
/// @param remote the client's address
/// @param local the address it connected to
/// @param secure whether its bytes go through TLS
/// @param certificate the name in the certificate that the client showed (RFC 2253); null where it
///   showed none
public record ConnectionInfo(
        long id,
        InetSocketAddress remote,
        InetSocketAddress local,
        boolean secure,
        @Nullable String certificate) {
    /// A connection without TLS.
    public ConnectionInfo(long id, InetSocketAddress remote, InetSocketAddress local) {
        this(id, remote, local, false, null);
    }

    ConnectionInfo secured(@Nullable String shown) {
        return new ConnectionInfo(id, remote, local, true, shown);
    }
}
