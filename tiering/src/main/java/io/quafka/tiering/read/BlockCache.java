package io.quafka.tiering.read;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.quafka.tiering.object.Block;
import io.quafka.tiering.object.ObjectReader;
import io.quafka.wire.BufferPool;
import io.quafka.wire.BufferPoolExhaustedException;
import io.quafka.wire.PooledBuffer;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/// Blocks in memory, and loads of those that are not: one load of a block at a time, whoever waits.
///
/// Behind [RecentBlocks] is a cache that keeps what is read often, whatever passes through once.
final class BlockCache {
    private final ObjectReader reader;
    private final LoadQueue queue;
    private final BufferPool memory;
    private final Duration memoryWait;
    private final HistoryCounters counters;
    private final RecentBlocks recent;
    private final Cache<BlockId, CachedBlock> frequent;
    private final ConcurrentMap<BlockId, CompletableFuture<CachedBlock>> loading =
            new ConcurrentHashMap<>();

    BlockCache(
            ObjectReader reader, LoadQueue queue, HistoryConfig config, HistoryCounters counters) {
        this.reader = reader;
        this.queue = queue;
        this.memory = new BufferPool(config.memoryBytes());
        this.memoryWait = config.memoryWait();
        this.counters = counters;
        this.recent = new RecentBlocks(config.recentBytes(), counters);
        this.frequent =
                Caffeine.newBuilder()
                        .maximumWeight(config.cacheBytes())
                        .weigher((BlockId id, CachedBlock block) -> block.memoryBytes())
                        .removalListener((id, block, cause) -> {
                            if (block != null) {
                                block.release();
                            }
                        })
                        .executor(Runnable::run)
                        .build();
    }

    /// The block, retained for the caller.
    CompletableFuture<CachedBlock> get(String key, Block block) {
        BlockId id = new BlockId(key, block.position());
        CachedBlock cached = find(id);
        if (cached != null) {
            counters.hits.increment();
            return CompletableFuture.completedFuture(cached);
        }
        counters.misses.increment();
        return load(id, block);
    }

    private CompletableFuture<CachedBlock> load(BlockId id, Block block) {
        CompletableFuture<CachedBlock> mine = new CompletableFuture<>();
        CompletableFuture<CachedBlock> running = loading.putIfAbsent(id, mine);
        if (running != null) {
            return running.thenCompose(loaded -> taken(id, block, loaded))
                    .exceptionallyCompose(e -> again(id, block, e));
        }
        CompletableFuture<CachedBlock> wanted =
                mine.thenCompose(loaded -> taken(id, block, loaded));
        start(id, mine, () -> memory.acquire(block.length(), memoryWait), block);
        return wanted;
    }

    /// What was given up because it was ahead of its reader is loaded for who wants it now.
    private CompletableFuture<CachedBlock> again(BlockId id, Block block, Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof NoMemoryAheadException
                ? load(id, block)
                : CompletableFuture.failedFuture(failure);
    }

    /// Whoever comes late may find it gone again, and loads once more.
    private CompletableFuture<CachedBlock> taken(BlockId id, Block block, CachedBlock loaded) {
        if (!loaded.retain()) {
            return load(id, block);
        }
        note(id, loaded);
        return CompletableFuture.completedFuture(loaded);
    }

    /// Loads a block ahead of who may want it, unless it is here, on its way, or others are waiting
    /// for memory or their turn.
    void prefetch(String key, Block block) {
        BlockId id = new BlockId(key, block.position());
        CachedBlock cached = recent.get(id);
        if (cached != null) {
            cached.release();
            return;
        }
        if (frequent.asMap().containsKey(id) || !queue.isIdle()) {
            return;
        }
        CompletableFuture<CachedBlock> mine = new CompletableFuture<>();
        if (loading.putIfAbsent(id, mine) == null) {
            counters.prefetches.increment();
            start(id, mine, () -> memory.tryAcquire(block.length()), block);
        }
    }

    private void start(
            BlockId id, CompletableFuture<CachedBlock> result, MemorySource source, Block block) {
        queue.submit(
                () -> run(id, result, source, block),
                refused -> {
                    loading.remove(id, result);
                    result.completeExceptionally(refused);
                });
    }

    private void run(
            BlockId id, CompletableFuture<CachedBlock> result, MemorySource source, Block block) {
        CachedBlock loaded = null;
        Throwable failure = null;
        try {
            loaded = read(id, source, block);
            recent.put(id, loaded);
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
        }
        loading.remove(id, result);
        if (loaded != null) {
            // Those that wait retain it while it is completed.
            result.complete(loaded);
            loaded.release();
        } else if (failure != null) {
            result.completeExceptionally(failure);
        }
    }

    private CachedBlock read(BlockId id, MemorySource source, Block block) throws IOException {
        PooledBuffer buffer;
        try {
            buffer = source.acquire();
        } catch (BufferPoolExhaustedException e) {
            counters.overloads.increment();
            throw new HistoryOverloadedException("no memory for a block of history", e);
        }
        if (buffer == null) {
            throw new NoMemoryAheadException();
        }
        boolean done = false;
        try {
            reader.readBlock(id.key(), block, buffer.buffer());
            counters.loads.increment();
            counters.loadedBytes.add(block.length());
            done = true;
            return new CachedBlock(block, buffer);
        } finally {
            if (!done) {
                buffer.release();
            }
        }
    }

    private @Nullable CachedBlock find(BlockId id) {
        CachedBlock often = frequent.getIfPresent(id);
        if (often != null && often.retain()) {
            return often;
        }
        CachedBlock found = recent.get(id);
        if (found != null) {
            note(id, found);
        }
        return found;
    }

    /// Offers a block that is read to those that are read often: each offer counts.
    private void note(BlockId id, CachedBlock block) {
        block.markRead();
        if (block.retain() && frequent.asMap().putIfAbsent(id, block) != null) {
            block.release();
        }
    }

    /// Bytes of memory that blocks lie in.
    long memoryInUse() {
        return memory.inUse();
    }

    void close() {
        recent.clear();
        frequent.invalidateAll();
        frequent.cleanUp();
    }

    /// No block is given up for one that nobody has asked for yet.
    private static final class NoMemoryAheadException extends IOException {}

    private interface MemorySource {
        @Nullable PooledBuffer acquire();
    }
}
