package io.quafka.gateway.quota;

import io.quafka.controller.model.QuotaKey;
import io.quafka.wire.ConnectionInfo;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import io.quafka.wire.RequestHandler;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.jspecify.annotations.Nullable;

/// Has clients wait that use more than their quotas (KIP-13, KIP-124, KIP-219): the answer goes out
/// at once and says for how long, and the connection rests as long. Of several reasons to wait the
/// longest counts; the storage nodes may have one too.
public final class QuotaEnforcer implements RequestHandler {
    private final RequestHandler handler;
    private final ClientQuotas quotas;

    /// What binds one request.
    ///
    /// @param bytes of the request, or of its answer; null where nothing does
    /// @param time of this process' threads; null where nothing does
    private record Limits(@Nullable Limit bytes, @Nullable Limit time) {}

    public QuotaEnforcer(RequestHandler handler, ClientQuotas quotas) {
        this.handler = handler;
        this.quotas = quotas;
    }

    @Override
    public Set<ApiKeys> apis() {
        return handler.apis();
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        QuotaTable table = quotas.current();
        // Before it is known who asks, everybody would be the same user.
        if (table.isFreeOfRequests() || request.apiKey() == ApiKeys.API_VERSIONS) {
            return handler.handle(request);
        }
        Limits limits = limits(table, request);
        if (limits.bytes == null && limits.time == null) {
            return handler.handle(request);
        }
        if (limits.bytes != null && request.body() instanceof FetchRequestData fetch) {
            bound(fetch, ClientQuotas.burst(limits.bytes));
        }
        long began = System.nanoTime();
        CompletableFuture<KafkaResponse> answered = handler.handle(request);
        long took = System.nanoTime() - began;
        return answered.thenApply(response -> count(limits, request, response, took));
    }

    private static Limits limits(QuotaTable table, KafkaRequest request) {
        QuotaKey key =
                switch (request.apiKey()) {
                    case PRODUCE -> QuotaKey.PRODUCER_BYTE_RATE;
                    case FETCH -> QuotaKey.CONSUMER_BYTE_RATE;
                    default -> null;
                };
        return new Limits(
                key == null ? null : table.find(key, request),
                table.find(QuotaKey.REQUEST_PERCENTAGE, request));
    }

    /// No answer is larger than what may be used at once, a single batch apart.
    private static void bound(FetchRequestData fetch, double burst) {
        int bytesMax = (int) Math.clamp(burst, 1, Math.max(1, fetch.maxBytes()));
        fetch.setMaxBytes(bytesMax).setMinBytes(Math.min(fetch.minBytes(), bytesMax));
    }

    private KafkaResponse count(
            Limits limits, KafkaRequest request, KafkaResponse response, long tookNanos) {
        long wait = 0;
        if (limits.bytes != null) {
            wait = quotas.addBytes(limits.bytes, bytes(request, response.body()));
        }
        if (limits.time != null) {
            wait = Math.max(wait, quotas.addTime(limits.time, tookNanos));
        }
        return ThrottleTimes.delay(response, wait);
    }

    private static long bytes(KafkaRequest request, @Nullable ApiMessage answer) {
        if (request.apiKey() == ApiKeys.PRODUCE || answer == null) {
            return request.size();
        }
        return answer.size(new ObjectSerializationCache(), request.version());
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
