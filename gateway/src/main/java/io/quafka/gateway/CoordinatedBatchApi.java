package io.quafka.gateway;

import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.ApiMessage;

/// An API whose requests are of several keys: each coordinator is asked for its own, and the
/// answers are joined.
///
/// @param <Q> the request
/// @param <P> the request's part for a key
/// @param <R> the answer
final class CoordinatedBatchApi<Q extends ApiMessage, P, R extends ApiMessage> implements Api {
    /// What an API makes of several keys.
    interface Protocol<Q, P, R> {
        /// The parts that may go to different nodes; none if the request cannot be parted.
        List<P> parts(Q request);

        String key(P part);

        /// A request like another one, for these parts alone.
        Q request(Q like, List<P> parts);

        /// Adds one node's answer to another's, which grows.
        void join(R into, R more);

        /// A last word on the answer, before the client has it.
        default void finish(Q request, R answer) {}
    }

    private final CoordinatorRoute route;
    private final Class<Q> message;
    private final Class<R> reply;
    private final Protocol<Q, P, R> protocol;

    CoordinatedBatchApi(
            CoordinatorRoute route, Class<Q> message, Class<R> reply, Protocol<Q, P, R> protocol) {
        this.route = route;
        this.message = message;
        this.reply = reply;
        this.protocol = protocol;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        Q asked = message.cast(request.body());
        Map<Integer, List<P>> byNode = new LinkedHashMap<>();
        for (P part : protocol.parts(asked)) {
            byNode.computeIfAbsent(route.nodeOf(protocol.key(part)), _ -> new ArrayList<>())
                    .add(part);
        }
        List<CompletableFuture<ApiMessage>> answers = new ArrayList<>(byNode.size());
        if (byNode.isEmpty()) {
            answers.add(route.send(route.nodeOf(null), request, asked));
        } else if (byNode.size() == 1) {
            answers.add(route.send(byNode.keySet().iterator().next(), request, asked));
        } else {
            byNode.forEach((node, parts) ->
                    answers.add(route.send(node, request, protocol.request(asked, parts))));
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(_ -> KafkaResponse.of(joined(asked, answers)));
    }

    private R joined(Q asked, List<CompletableFuture<ApiMessage>> answers) {
        R whole = reply.cast(answers.getFirst().join());
        for (CompletableFuture<ApiMessage> answer : answers.subList(1, answers.size())) {
            protocol.join(whole, reply.cast(answer.join()));
        }
        protocol.finish(asked, whole);
        return whole;
    }
}
