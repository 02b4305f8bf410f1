package io.quafka.wire;

/// What all connections of a server share.
record ServerContext(
        RequestHandler handler,
        RequestParser parser,
        BufferPool pool,
        ServerLimits limits,
        ServerCounters counters) {}
