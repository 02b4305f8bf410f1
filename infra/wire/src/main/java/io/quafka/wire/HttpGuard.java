package io.quafka.wire;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// Decides who is answered over HTTP. Asked on the connection's virtual thread, may block.
@FunctionalInterface
public interface HttpGuard {
    /// Answers everybody.
    HttpGuard OPEN = (_, _) -> null;

    /// Who asks.
    ///
    /// @param address where from
    /// @param secure whether over TLS
    /// @param certificate the name in the certificate that was shown (RFC 2253), or null
    /// @param authorization the header of that name, or null
    record Caller(
            InetAddress address,
            boolean secure,
            @Nullable String certificate,
            @Nullable String authorization) {}

    /// What to answer instead of the endpoint, or null to let it answer.
    HttpEndpoint.@Nullable Answer refuse(HttpEndpoint endpoint, Caller caller);
}
