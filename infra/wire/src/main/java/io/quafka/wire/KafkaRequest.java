package io.quafka.wire;

import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/// One parsed request.
///
/// Record bytes inside `body` are slices of the connection's pooled frame: they live until the
/// future that the handler returned completes, and not a moment longer.
///
/// @param header API key, version, correlation id, client id
/// @param body the generated request message of that API
/// @param size bytes of the frame, without its length field
/// @param connection who asks; the same object for all requests of a connection
/// @param receivedNanos `System.nanoTime()` when the frame was complete
/// @param principal whom the client was authenticated as
public record KafkaRequest(
        RequestHeader header,
        ApiMessage body,
        int size,
        ConnectionInfo connection,
        long receivedNanos,
        KafkaPrincipal principal) {
    /// A request of a client that nobody authenticated.
    public KafkaRequest(
            RequestHeader header,
            ApiMessage body,
            int size,
            ConnectionInfo connection,
            long receivedNanos) {
        this(header, body, size, connection, receivedNanos, KafkaPrincipal.ANONYMOUS);
    }

    /// The same request of a client that was authenticated.
    public KafkaRequest as(KafkaPrincipal authenticated) {
        return new KafkaRequest(header, body, size, connection, receivedNanos, authenticated);
    }

    /// The same request for something else.
    public KafkaRequest with(ApiMessage other) {
        return new KafkaRequest(header, other, size, connection, receivedNanos, principal);
    }

    public ApiKeys apiKey() {
        return header.apiKey();
    }

    public short version() {
        return header.apiVersion();
    }
}
