package io.quafka.testkit.faults;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// How often clients were told of which error. Safe on any thread.
final class ErrorCounts {
    private static final int KINDS_MAX = 200;

    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    void add(String client, Throwable error) {
        Throwable cause = error.getCause();
        String kind =
                client.replaceAll("-\\d+$", "")
                        + ": "
                        + error.getClass().getSimpleName()
                        + (cause == null ? "" : " by " + cause.getClass().getSimpleName());
        if (counts.size() < KINDS_MAX) {
            counts.computeIfAbsent(kind, _ -> new LongAdder()).increment();
        }
    }

    Map<String, Long> all() {
        Map<String, Long> all = new TreeMap<>();
        counts.forEach((kind, count) -> all.put(kind, count.sum()));
        return all;
    }
}
