package io.quafka.program.roles;

import io.quafka.tiering.read.HistoryCounters;
import io.quafka.tiering.read.HistoryReader;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// The figures of what is read from the object store: zeros where nothing is.
final class HistoryMetrics {
    private HistoryMetrics() {}

    static void write(PrometheusText text, @Nullable HistoryReader reader) {
        text.counter(
                        "quafka_history_hits_total",
                        "Blocks of objects that were asked for and were in memory.",
                        of(reader, HistoryCounters::hits))
                .counter(
                        "quafka_history_misses_total",
                        "Blocks of objects that were asked for and were not.",
                        of(reader, HistoryCounters::misses))
                .counter(
                        "quafka_history_loaded_bytes_total",
                        "Bytes of blocks that were loaded from the object store.",
                        of(reader, HistoryCounters::loadedBytes))
                .counter(
                        "quafka_history_prefetches_total",
                        "Blocks that were loaded ahead of a reader.",
                        of(reader, HistoryCounters::prefetches))
                .counter(
                        "quafka_history_overloads_total",
                        "Reads of history that were put off for want of memory or a turn.",
                        of(reader, HistoryCounters::overloads))
                .gauge(
                        "quafka_history_memory_in_use_bytes",
                        "Memory outside the heap that blocks lie in.",
                        reader == null ? 0 : reader.memoryInUse());
    }

    private static long of(@Nullable HistoryReader reader, ToLongFunction<HistoryCounters> figure) {
        return reader == null ? 0 : figure.applyAsLong(reader.counters());
    }
}
