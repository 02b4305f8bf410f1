package io.quafka.gateway;

import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.concurrent.CompletableFuture;

/// One Kafka API as the gateway answers it.
///
/// Quotas and authorization wrap an `Api` from outside: none knows of them.
interface Api {
    /// As [io.quafka.wire.RequestHandler#handle]: returns at once, in the order of the connection's
    /// requests.
    CompletableFuture<KafkaResponse> handle(KafkaRequest request);
}
