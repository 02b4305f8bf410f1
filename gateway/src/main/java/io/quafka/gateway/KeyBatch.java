package io.quafka.gateway;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;

/// How an API's requests are parted that name keys and nothing else for each of them.
///
/// @param keys what a request asks for
/// @param request a request like another one, for other keys
/// @param join adds one node's answer to another's, which grows
/// @param finish a last word on the answer, before the client has it
/// @param <Q> the request
/// @param <R> the answer
record KeyBatch<Q, R>(
        Function<Q, List<String>> keys,
        BiFunction<Q, List<String>, Q> request,
        BiConsumer<R, R> join,
        BiConsumer<Q, R> finish)
        implements CoordinatedBatchApi.Protocol<Q, String, R> {
    @Override
    public List<String> parts(Q request) {
        return keys.apply(request);
    }

    @Override
    public String key(String part) {
        return part;
    }

    @Override
    public Q request(Q like, List<String> parts) {
        return request.apply(like, parts);
    }

    @Override
    public void join(R into, R more) {
        join.accept(into, more);
    }

    @Override
    public void finish(Q request, R answer) {
        finish.accept(request, answer);
    }
}
