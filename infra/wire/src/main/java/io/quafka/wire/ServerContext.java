package io.quafka.wire;

import org.jspecify.annotations.Nullable;

/// What all connections of a server share.
///
/// @param tls null where it is not served
record ServerContext(
        RequestHandler handler,
        RequestParser parser,
        BufferPool pool,
        ServerLimits limits,
        ServerCounters counters,
        @Nullable PortTls tls) {}
