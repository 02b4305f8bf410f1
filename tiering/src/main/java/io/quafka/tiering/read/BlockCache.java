package io.quafka.tiering.read;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.quafka.tiering.object.Block;
import io.quafka.tiering.object.ObjectDamagedException;
import io.quafka.tiering.object.ObjectReader;
import io.quafka.wire.BufferPool;
import io.quafka.wire.BufferPoolExhaustedException;
import io.quafka.wire.PooledBuffer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/// Blocks in memory, and loads of those that are not: one load of a block at a time, whoever waits.
/// Neighbours are loaded in one request, and come and go one by one after that.
///
/// Behind [RecentBlocks] is a cache that keeps what is read often, whatever passes through once.
final class BlockCache {
    private final ObjectReader reader;
    private final LoadQueue queue;
    private final BufferPool memory;
    private final Duration memoryWait;
    private final int requestBytes;
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
        this.requestBytes = config.requestBytes();
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

    /// Blocks of an object, each retained for the caller.
    ///
    /// @param wanted in the order in which they lie in the object; neighbours are loaded together
    List<CompletableFuture<CachedBlock>> get(String key, List<Block> wanted) {
        List<CompletableFuture<CachedBlock>> results = new ArrayList<>(wanted.size());
        List<BlockLoad> mine = new ArrayList<>();
        for (Block block : wanted) {
            BlockId id = new BlockId(key, block.position());
            CachedBlock cached = find(id);
            if (cached != null) {
                counters.hits.increment();
                results.add(CompletableFuture.completedFuture(cached));
            } else {
                counters.misses.increment();
                results.add(join(id, block, mine));
            }
        }
        submit(mine, false);
        return results;
    }

    /// Waits for the load of a block that is under way, or adds one to those to be begun.
    private CompletableFuture<CachedBlock> join(BlockId id, Block block, List<BlockLoad> begun) {
        CompletableFuture<CachedBlock> mine = new CompletableFuture<>();
        CompletableFuture<CachedBlock> running = loading.putIfAbsent(id, mine);
        if (running != null) {
            return running.thenCompose(loaded -> taken(id, block, loaded))
                    .exceptionallyCompose(e -> again(id, block, e));
        }
        begun.add(new BlockLoad(id, block, mine));
        return mine.thenCompose(loaded -> taken(id, block, loaded));
    }

    private CompletableFuture<CachedBlock> load(BlockId id, Block block) {
        List<BlockLoad> mine = new ArrayList<>();
        CompletableFuture<CachedBlock> result = join(id, block, mine);
        submit(mine, false);
        return result;
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

    /// Loads blocks ahead of who may want them, but for those that are here or on their way: unless
    /// others are waiting for their turn, or so few are missing that they can wait for each other.
    ///
    /// @param least that are worth a request; the first one is always
    void prefetch(String key, List<Block> blocks, int least) {
        if (!queue.isIdle()) {
            return;
        }
        List<Block> missing = new ArrayList<>();
        for (Block block : blocks) {
            if (!isHere(new BlockId(key, block.position()))) {
                missing.add(block);
            }
        }
        if (missing.isEmpty()) {
            return;
        }
        boolean near = missing.getFirst().equals(blocks.getFirst());
        if (!near && missing.size() < least) {
            return;
        }
        List<BlockLoad> mine = new ArrayList<>();
        for (Block block : missing) {
            BlockLoad load =
                    new BlockLoad(
                            new BlockId(key, block.position()), block, new CompletableFuture<>());
            if (loading.putIfAbsent(load.id(), load.result()) == null) {
                mine.add(load);
            }
        }
        counters.prefetches.add(mine.size());
        submit(mine, true);
    }

    /// Whether a block is in memory, where it stays for a while then, or on its way.
    private boolean isHere(BlockId id) {
        CachedBlock cached = recent.get(id);
        if (cached != null) {
            cached.release();
            return true;
        }
        return frequent.asMap().containsKey(id) || loading.containsKey(id);
    }

    /// Has blocks loaded, as many in one request as lie next to each other and may be.
    private void submit(List<BlockLoad> loads, boolean ahead) {
        for (int from = 0; from < loads.size(); ) {
            int end = from + 1;
            long bytes = loads.get(from).block().length();
            while (end < loads.size() && loads.get(end).follows(loads.get(end - 1))) {
                bytes += loads.get(end).block().length();
                if (bytes > requestBytes) {
                    break;
                }
                end++;
            }
            List<BlockLoad> neighbours = List.copyOf(loads.subList(from, end));
            queue.submit(() -> run(neighbours, ahead), refused -> fail(neighbours, refused));
            from = end;
        }
    }

    private void run(List<BlockLoad> neighbours, boolean ahead) {
        List<BlockLoad> left = neighbours;
        while (!left.isEmpty()) {
            left = left.subList(runSome(left, ahead), left.size());
        }
    }

    /// Loads as many blocks as there is memory for: one at least, or none ever.
    ///
    /// @return how many are done with
    private int runSome(List<BlockLoad> neighbours, boolean ahead) {
        List<PooledBuffer> buffers = new ArrayList<>();
        List<BlockLoad> now;
        List<@Nullable ObjectDamagedException> damages;
        try {
            acquire(neighbours, ahead, buffers);
            now = neighbours.subList(0, buffers.size());
            damages =
                    reader.readBlocks(
                            now.getFirst().id().key(),
                            now.stream().map(BlockLoad::block).toList(),
                            buffers.stream().map(PooledBuffer::buffer).toList());
        } catch (IOException | RuntimeException | Error e) {
            buffers.forEach(PooledBuffer::release);
            fail(neighbours, e);
            return neighbours.size();
        }
        for (int i = 0; i < now.size(); i++) {
            ObjectDamagedException damage = damages.get(i);
            if (damage == null) {
                deliver(now.get(i), buffers.get(i));
            } else {
                buffers.get(i).release();
                fail(List.of(now.get(i)), damage);
            }
        }
        return now.size();
    }

    /// Takes memory for the first block, and for those behind it as far as nobody has to wait.
    private void acquire(List<BlockLoad> neighbours, boolean ahead, List<PooledBuffer> buffers)
            throws IOException {
        try {
            for (BlockLoad each : neighbours) {
                int bytes = each.block().length();
                PooledBuffer buffer =
                        ahead || !buffers.isEmpty()
                                ? memory.tryAcquire(bytes)
                                : memory.acquire(bytes, memoryWait);
                if (buffer == null) {
                    break;
                }
                buffers.add(buffer);
            }
        } catch (BufferPoolExhaustedException e) {
            counters.overloads.increment();
            throw new HistoryOverloadedException("no memory for a block of history", e);
        }
        if (buffers.isEmpty()) {
            throw new NoMemoryAheadException();
        }
    }

    private void deliver(BlockLoad load, PooledBuffer buffer) {
        counters.loads.increment();
        counters.loadedBytes.add(load.block().length());
        CachedBlock loaded = new CachedBlock(load.block(), buffer);
        recent.put(load.id(), loaded);
        loading.remove(load.id(), load.result());
        // Those that wait retain it while it is completed.
        load.result().complete(loaded);
        loaded.release();
    }

    private void fail(List<BlockLoad> loads, Throwable failure) {
        for (BlockLoad each : loads) {
            loading.remove(each.id(), each.result());
            each.result().completeExceptionally(failure);
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

    /// A block that is being loaded for whoever waits for the result.
    private record BlockLoad(BlockId id, Block block, CompletableFuture<CachedBlock> result) {
        boolean follows(BlockLoad before) {
            return block.position() == before.block.position() + before.block.length();
        }
    }
}
