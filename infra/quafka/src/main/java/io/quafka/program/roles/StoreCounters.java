package io.quafka.program.roles;

import io.quafka.tiering.store.StoreMeter;
import io.quafka.tiering.store.StoreOperation;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// Counts the requests to the object store, from which a bill can be reckoned.
final class StoreCounters implements StoreMeter {
    private record Counts(LongAdder requests, LongAdder failures, LongAdder bytes) {
        Counts() {
            this(new LongAdder(), new LongAdder(), new LongAdder());
        }
    }

    private final Map<StoreOperation, Counts> byOperation = new EnumMap<>(StoreOperation.class);

    StoreCounters() {
        for (StoreOperation operation : StoreOperation.values()) {
            byOperation.put(operation, new Counts());
        }
    }

    @Override
    public void request(StoreOperation operation, boolean succeeded, long bytes, long nanos) {
        Counts counts = byOperation.get(operation);
        if (counts == null) {
            throw new IllegalStateException("not counted: " + operation);
        }
        counts.requests().increment();
        counts.bytes().add(bytes);
        if (!succeeded) {
            counts.failures().increment();
        }
    }

    void write(PrometheusText text) {
        text.counters(
                "quafka_store_requests_total",
                "Requests to the object store, retries too, by operation.");
        byOperation.forEach((operation, counts) ->
                text.sample(
                        "quafka_store_requests_total",
                        "operation",
                        name(operation),
                        counts.requests().sum()));
        text.counters(
                "quafka_store_failures_total",
                "Such requests that were not answered as wished, by operation.");
        byOperation.forEach((operation, counts) ->
                text.sample(
                        "quafka_store_failures_total",
                        "operation",
                        name(operation),
                        counts.failures().sum()));
        text.counters(
                "quafka_store_bytes_total",
                "Bytes of objects that such requests sent or received, by operation.");
        byOperation.forEach((operation, counts) ->
                text.sample(
                        "quafka_store_bytes_total",
                        "operation",
                        name(operation),
                        counts.bytes().sum()));
    }

    private static String name(StoreOperation operation) {
        return operation.name().toLowerCase(Locale.ROOT);
    }
}
