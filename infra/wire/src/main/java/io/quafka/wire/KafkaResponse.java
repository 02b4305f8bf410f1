package io.quafka.wire;

import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;

/// What a handler answers.
///
/// @param body the generated response message, serialized at the request's version; null sends
///   nothing (Produce with acks=0)
/// @param onSent called exactly once when the response's bytes are written or dropped: gives back
///   the memory they lie in
/// @param closeAfter true closes the connection after this response
/// @param muteMillis for so long after this response is complete, no further request of the
///   connection is handed on; none for 0
public record KafkaResponse(
        @Nullable ApiMessage body, Runnable onSent, boolean closeAfter, int muteMillis) {
    private static final Runnable NOTHING = () -> {};

    public KafkaResponse(@Nullable ApiMessage body, Runnable onSent, boolean closeAfter) {
        this(body, onSent, closeAfter, 0);
    }

    /// The same response, with a rest for the connection after it.
    public KafkaResponse muting(int millis) {
        return new KafkaResponse(body, onSent, closeAfter, millis);
    }

    public static KafkaResponse of(ApiMessage body) {
        return new KafkaResponse(body, NOTHING, false);
    }

    public static KafkaResponse of(ApiMessage body, Runnable onSent) {
        return new KafkaResponse(body, onSent, false);
    }

    public static KafkaResponse none() {
        return new KafkaResponse(null, NOTHING, false);
    }

    public static KafkaResponse close() {
        return new KafkaResponse(null, NOTHING, true);
    }
}
