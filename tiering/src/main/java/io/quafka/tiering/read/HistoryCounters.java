package io.quafka.tiering.read;

import java.util.concurrent.atomic.LongAdder;

/// What a reader of history did since its start.
public final class HistoryCounters {
    final LongAdder hits = new LongAdder();
    final LongAdder misses = new LongAdder();
    final LongAdder loads = new LongAdder();
    final LongAdder loadedBytes = new LongAdder();
    final LongAdder prefetches = new LongAdder();
    final LongAdder prefetchWasted = new LongAdder();
    final LongAdder indexLoads = new LongAdder();
    final LongAdder overloads = new LongAdder();

    HistoryCounters() {}

    /// Blocks that were asked for and were there.
    public long hits() {
        return hits.sum();
    }

    /// Blocks that were asked for and were not there, or on their way.
    public long misses() {
        return misses.sum();
    }

    /// Blocks that were loaded, asked for or ahead.
    public long loads() {
        return loads.sum();
    }

    /// Bytes of blocks that were loaded.
    public long loadedBytes() {
        return loadedBytes.sum();
    }

    /// Loads that were begun ahead of a reader.
    public long prefetches() {
        return prefetches.sum();
    }

    /// Blocks that were loaded ahead and dropped before anybody read them.
    public long prefetchWasted() {
        return prefetchWasted.sum();
    }

    /// Indexes of objects that were loaded.
    public long indexLoads() {
        return indexLoads.sum();
    }

    /// Requests that were refused for want of memory or a turn.
    public long overloads() {
        return overloads.sum();
    }
}
