package io.quafka.tiering.read;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.quafka.tiering.object.ObjectIndex;
import io.quafka.tiering.object.ObjectReader;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// Indexes of objects in memory; each is loaded once, whoever waits for it.
final class IndexCache {
    private final ObjectReader reader;
    private final LoadQueue queue;
    private final HistoryCounters counters;
    private final Cache<String, ObjectIndex> indexes;
    private final ConcurrentMap<String, CompletableFuture<ObjectIndex>> loading =
            new ConcurrentHashMap<>();

    IndexCache(ObjectReader reader, LoadQueue queue, long bytesMax, HistoryCounters counters) {
        this.reader = reader;
        this.queue = queue;
        this.counters = counters;
        this.indexes =
                Caffeine.newBuilder()
                        .maximumWeight(bytesMax)
                        .weigher((String key, ObjectIndex index) -> index.heapBytes())
                        .executor(Runnable::run)
                        .build();
    }

    CompletableFuture<ObjectIndex> get(ObjectRange range) {
        ObjectIndex cached = indexes.getIfPresent(range.key());
        if (cached != null) {
            return CompletableFuture.completedFuture(cached);
        }
        CompletableFuture<ObjectIndex> mine = new CompletableFuture<>();
        CompletableFuture<ObjectIndex> running = loading.putIfAbsent(range.key(), mine);
        if (running != null) {
            return running;
        }
        queue.submit(
                () -> load(range, mine),
                refused -> {
                    loading.remove(range.key(), mine);
                    mine.completeExceptionally(refused);
                });
        return mine;
    }

    private void load(ObjectRange range, CompletableFuture<ObjectIndex> result) {
        ObjectIndex loaded = null;
        Throwable failure = null;
        try {
            counters.indexLoads.increment();
            loaded = reader.index(range.key(), range.size());
            indexes.put(range.key(), loaded);
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
        }
        loading.remove(range.key(), result);
        if (failure == null) {
            result.complete(loaded);
        } else {
            result.completeExceptionally(failure);
        }
    }
}
