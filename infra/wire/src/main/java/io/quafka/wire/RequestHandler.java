package io.quafka.wire;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.ApiKeys;

/// Answers Kafka requests: the gateway for clients, the storage role for gateways.
public interface RequestHandler {
    /// The APIs this handler answers, at every version that kafka-clients carries as stable. A
    /// request for any other closes the connection, as Kafka does; ApiVersions itself is always
    /// among them.
    Set<ApiKeys> apis();

    /// Called on the connection's virtual thread, one request at a time, in the order of arrival;
    /// the next request is read as soon as this returns. Responses are sent in the order of the
    /// requests, whatever the order in which the futures complete.
    ///
    /// A future that fails closes the connection with one log line; an error that Kafka has a code
    /// for belongs in the response.
    CompletableFuture<KafkaResponse> handle(KafkaRequest request);

    /// The largest request that a connection may send now, without its length field; less than the
    /// server's own limit for those that nobody knows yet. Asked on the connection's thread before
    /// each request.
    default int frameBytesMax(ConnectionInfo connection) {
        return Integer.MAX_VALUE;
    }

    /// Whether the next frame of a connection is a SASL token and nothing else, as it is after
    /// version 0 of SaslHandshake: it is handed on as SaslAuthenticate of version 0, and the token
    /// of the response is sent alone too. Asked on the connection's thread, of connections whose
    /// frames [#frameBytesMax] limits.
    default boolean expectsBareToken(ConnectionInfo connection) {
        return false;
    }

    /// The connection is gone; forget what was kept for it.
    default void closed(ConnectionInfo connection) {}
}
