package io.quafka.wire;

import java.net.InetSocketAddress;

/// A client's connection as handlers see it.
///
/// @param id unique in this process
/// @param remote the client's address
/// @param local the address it connected to
public record ConnectionInfo(long id, InetSocketAddress remote, InetSocketAddress local) {}
