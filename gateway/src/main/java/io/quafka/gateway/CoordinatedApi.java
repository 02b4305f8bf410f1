package io.quafka.gateway;

import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.common.protocol.ApiMessage;

/// An API whose requests are of one key each: the key's coordinator answers as it stands.
final class CoordinatedApi implements Api {
    private final CoordinatorRoute route;
    private final Function<ApiMessage, String> key;

    private CoordinatedApi(CoordinatorRoute route, Function<ApiMessage, String> key) {
        this.route = route;
        this.key = key;
    }

    /// @param message the API's request
    static <T extends ApiMessage> CoordinatedApi of(
            CoordinatorRoute route, Class<T> message, Function<T, String> key) {
        return new CoordinatedApi(route, body -> key.apply(message.cast(body)));
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        return route.send(route.nodeOf(key.apply(request.body())), request, request.body())
                .thenApply(KafkaResponse::of);
    }
}
