package io.quafka.gateway.access;

import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import io.quafka.wire.RequestHandler;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractRequest;

/// What one API's callers need, and what those who lack it are told. The parts of a request that
/// are refused do not reach who answers the rest.
@FunctionalInterface
interface Rule {
    CompletableFuture<KafkaResponse> apply(
            Caller caller, KafkaRequest request, RequestHandler next);

    /// Everybody may.
    Rule OPEN = (_, request, next) -> next.handle(request);

    /// A request that is refused as a whole, or not at all.
    ///
    /// @param check NONE, or why not
    static <Q extends ApiMessage> Rule whole(
            Class<Q> message, BiFunction<Caller, Q, Errors> check) {
        return (caller, request, next) -> {
            Errors error = check.apply(caller, message.cast(request.body()));
            return error == Errors.NONE ? next.handle(request) : refused(request, error);
        };
    }

    /// This, with a last look at the answer.
    default <R extends ApiMessage> Rule then(Class<R> message, BiConsumer<Caller, R> look) {
        return (caller, request, next) ->
                apply(caller, request, next)
                        .thenApply(response -> {
                            if (response.body() != null) {
                                look.accept(caller, message.cast(response.body()));
                            }
                            return response;
                        });
    }

    static Errors unless(boolean allowed, Errors error) {
        return allowed ? Errors.NONE : error;
    }

    static CompletableFuture<KafkaResponse> refused(KafkaRequest request, Errors error) {
        return CompletableFuture.completedFuture(
                KafkaResponse.of(refusal(request, request.body(), error)));
    }

    /// The answer that refuses a request and each of its parts, as Kafka's own would.
    static ApiMessage refusal(KafkaRequest like, ApiMessage body, Errors error) {
        AbstractRequest request =
                AbstractRequest.parseRequest(
                                like.apiKey(),
                                like.version(),
                                MessageUtil.toByteBufferAccessor(body, like.version()))
                        .request;
        return request.getErrorResponse(0, error.exception()).data();
    }
}
