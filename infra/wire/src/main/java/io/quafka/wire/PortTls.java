package io.quafka.wire;

import io.quafka.wire.tls.TlsEngines;

/// TLS on a [KafkaServer]'s port, beside plain connections: the first byte tells them apart.
///
/// @param engines for each connection one; closed by whoever opened them
/// @param required whether plain Kafka connections are refused; over plain HTTP only
///   [HttpEndpoint#isPublic] is served then
public record PortTls(TlsEngines engines, boolean required) {}
