package io.quafka.tiering.read;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The blocks that were loaded or read last, within a number of bytes.
///
/// In front of the cache, which may turn away what was seen only once: what was loaded ahead of a
/// reader, or of which a reader took the first half, is worth keeping until the reader is past it.
final class RecentBlocks {
    private final long bytesMax;
    private final HistoryCounters counters;
    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<BlockId, CachedBlock> blocks = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    RecentBlocks(long bytesMax, HistoryCounters counters) {
        this.bytesMax = bytesMax;
        this.counters = counters;
    }

    /// The block, retained for the caller; null if it is not here.
    @Nullable CachedBlock get(BlockId id) {
        lock.lock();
        try {
            CachedBlock found = blocks.get(id);
            return found != null && found.retain() ? found : null;
        } finally {
            lock.unlock();
        }
    }

    /// Keeps a block, and holds it while it does.
    void put(BlockId id, CachedBlock block) {
        if (!block.retain()) {
            return;
        }
        List<CachedBlock> dropped = new ArrayList<>();
        lock.lock();
        try {
            CachedBlock before = blocks.put(id, block);
            bytes += block.memoryBytes();
            if (before != null) {
                bytes -= before.memoryBytes();
                dropped.add(before);
            }
            Iterator<Map.Entry<BlockId, CachedBlock>> oldest = blocks.entrySet().iterator();
            while (bytes > bytesMax && oldest.hasNext()) {
                CachedBlock victim = oldest.next().getValue();
                oldest.remove();
                bytes -= victim.memoryBytes();
                dropped.add(victim);
            }
        } finally {
            lock.unlock();
        }
        drop(dropped);
    }

    void clear() {
        List<CachedBlock> dropped;
        lock.lock();
        try {
            dropped = List.copyOf(blocks.values());
            blocks.clear();
            bytes = 0;
        } finally {
            lock.unlock();
        }
        drop(dropped);
    }

    private void drop(List<CachedBlock> dropped) {
        for (CachedBlock each : dropped) {
            if (!each.wasRead()) {
                counters.prefetchWasted.increment();
            }
            each.release();
        }
    }
}
