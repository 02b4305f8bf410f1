package io.quafka.wire;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.apache.kafka.common.protocol.ApiKeys;

/// A handler whose answers a test decides.
final class ScriptedHandler implements RequestHandler {
    final List<KafkaRequest> requests = new CopyOnWriteArrayList<>();
    final List<ConnectionInfo> closed = new CopyOnWriteArrayList<>();
    private final Set<ApiKeys> apis;
    private final Function<KafkaRequest, CompletableFuture<KafkaResponse>> script;

    ScriptedHandler(
            Set<ApiKeys> apis, Function<KafkaRequest, CompletableFuture<KafkaResponse>> script) {
        this.apis = EnumSet.copyOf(apis);
        this.script = script;
    }

    static CompletableFuture<KafkaResponse> done(KafkaResponse response) {
        return CompletableFuture.completedFuture(response);
    }

    @Override
    public Set<ApiKeys> apis() {
        return apis;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        requests.add(request);
        if (request.apiKey() == ApiKeys.API_VERSIONS) {
            return done(KafkaResponse.of(SupportedApis.response(apis)));
        }
        return script.apply(request);
    }

    @Override
    public void closed(ConnectionInfo connection) {
        closed.add(connection);
    }
}
