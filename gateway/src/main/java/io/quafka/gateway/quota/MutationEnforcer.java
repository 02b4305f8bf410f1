package io.quafka.gateway.quota;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.QuotaKey;
import io.quafka.wire.ConnectionInfo;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import io.quafka.wire.RequestHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/// Bounds how many partitions clients make and drop (KIP-599). Who has a debt is refused topic by
/// topic, where its version knows the error; else it is served and waits after that. What was not
/// done does not count.
public final class MutationEnforcer implements RequestHandler {
    private final RequestHandler handler;
    private final ClientQuotas quotas;
    private final Supplier<ClusterImage> image;

    private record Counted<T>(T topic, int changes) {}

    /// @param image of the topics that are there
    public MutationEnforcer(
            RequestHandler handler, ClientQuotas quotas, Supplier<ClusterImage> image) {
        this.handler = handler;
        this.quotas = quotas;
        this.image = image;
    }

    @Override
    public Set<ApiKeys> apis() {
        return handler.apis();
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        TopicChanges<?> changes = TopicChanges.of(request.apiKey(), request.version());
        if (changes == null || changes.isDry(request.body())) {
            return handler.handle(request);
        }
        Limit limit = quotas.current().find(QuotaKey.CONTROLLER_MUTATION_RATE, request);
        return limit == null ? handler.handle(request) : bounded(request, changes, limit);
    }

    private <T> CompletableFuture<KafkaResponse> bounded(
            KafkaRequest request, TopicChanges<T> changes, Limit limit) {
        boolean strict = request.version() >= changes.strictSince();
        ClusterImage before = image.get();
        List<Counted<T>> counted = new ArrayList<>();
        List<T> refused = new ArrayList<>();
        ApiMessage asked = (ApiMessage) request.body().duplicate();
        changes.topics(asked)
                .removeIf(topic -> {
                    int count = changes.changes(topic, before);
                    if (count > 0 && !quotas.takeChanges(limit, count, strict)) {
                        refused.add(topic);
                        return true;
                    }
                    counted.add(new Counted<>(topic, count));
                    return false;
                });
        return handler.handle(request.with(asked))
                .thenApply(response -> {
                    ApiMessage answer = response.body();
                    if (answer != null) {
                        giveBack(changes, limit, counted, answer);
                        refused.forEach(topic -> changes.refuse(answer, topic));
                    }
                    return strict && refused.isEmpty()
                            ? response
                            : ThrottleTimes.delay(response, quotas.debtOfChanges(limit));
                });
    }

    private <T> void giveBack(
            TopicChanges<T> changes, Limit limit, List<Counted<T>> counted, ApiMessage answer) {
        int undone = 0;
        Set<Object> done = changes.done(answer);
        for (Counted<T> each : counted) {
            if (!done.contains(changes.name(each.topic))) {
                undone += each.changes;
            }
        }
        if (undone > 0) {
            quotas.giveChangesBack(limit, undone);
        }
    }

    @Override
    public int frameBytesMax(ConnectionInfo connection) {
        return handler.frameBytesMax(connection);
    }

    @Override
    public boolean expectsBareToken(ConnectionInfo connection) {
        return handler.expectsBareToken(connection);
    }

    @Override
    public void closed(ConnectionInfo connection) {
        handler.closed(connection);
    }
}
