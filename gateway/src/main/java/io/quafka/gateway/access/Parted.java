package io.quafka.gateway.access;

import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import io.quafka.wire.RequestHandler;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/// An API whose requests have parts that are allowed or refused one by one.
///
/// @param <Q> the request
/// @param <P> a part: of one topic, group or other resource
/// @param <R> the answer
/// @param parts of a request
/// @param check NONE, or why a part is refused
/// @param with a request like another one, for these parts alone
/// @param join adds to an answer another one's parts
record Parted<Q extends ApiMessage, P, R extends ApiMessage>(
        Class<Q> message,
        Class<R> reply,
        Function<Q, Collection<P>> parts,
        BiFunction<Caller, P, Errors> check,
        BiFunction<Q, List<P>, Q> with,
        BiConsumer<R, R> join)
        implements Rule {
    @Override
    public CompletableFuture<KafkaResponse> apply(
            Caller caller, KafkaRequest request, RequestHandler next) {
        Q asked = message.cast(request.body());
        Map<Errors, List<P>> refused = new EnumMap<>(Errors.class);
        List<P> allowed = new ArrayList<>();
        for (P part : parts.apply(asked)) {
            Errors error = check.apply(caller, part);
            (error == Errors.NONE
                            ? allowed
                            : refused.computeIfAbsent(error, _ -> new ArrayList<>()))
                    .add(part);
        }
        if (refused.isEmpty()) {
            return next.handle(request);
        }
        List<R> refusals = new ArrayList<>();
        refused.forEach((error, these) ->
                refusals.add(reply.cast(Rule.refusal(request, with.apply(asked, these), error))));
        if (allowed.isEmpty()) {
            R first = refusals.getFirst();
            refusals.subList(1, refusals.size()).forEach(more -> join.accept(first, more));
            return CompletableFuture.completedFuture(KafkaResponse.of(first));
        }
        return next.handle(request.with(with.apply(asked, allowed)))
                .thenApply(response -> {
                    R answer = reply.cast(response.body());
                    refusals.forEach(refusal -> join.accept(answer, refusal));
                    return response;
                });
    }

    /// Adds copies to a collection of Kafka's that is linked through its elements: each of them can
    /// be in one only.
    static <P, C extends Collection<P>> C copied(
            C into, Collection<P> parts, UnaryOperator<P> copy) {
        parts.forEach(part -> into.add(copy.apply(part)));
        return into;
    }

    static <T> List<T> joined(Collection<T> some, Collection<T> more) {
        List<T> all = new ArrayList<>(some.size() + more.size());
        all.addAll(some);
        all.addAll(more);
        return all;
    }
}
