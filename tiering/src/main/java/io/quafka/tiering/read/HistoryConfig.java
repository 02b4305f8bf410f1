package io.quafka.tiering.read;

import java.time.Duration;

/// What a [HistoryReader] may take at most.
///
/// @param memoryBytes outside the heap, of all blocks: cached, being loaded, and held by readers;
///   four times the largest batch at least
/// @param indexBytes of heap, of objects' indexes, about
/// @param requestBytes of neighbouring blocks that one request asks for, at most; a single block
///   may be larger
/// @param loads requests to the store at once
/// @param queuedLoads that wait for their turn; more are refused
/// @param prefetchBlocks that are loaded ahead of one sequential reader, at most
/// @param memoryWait how long a load waits for memory that readers hold
public record HistoryConfig(
        long memoryBytes,
        long indexBytes,
        int requestBytes,
        int loads,
        int queuedLoads,
        int prefetchBlocks,
        Duration memoryWait) {
    public static final HistoryConfig DEFAULT =
            new HistoryConfig(128 << 20, 16 << 20, 4 << 20, 32, 256, 16, Duration.ofSeconds(5));

    public HistoryConfig {
        if (memoryBytes < 1 || indexBytes < 1 || requestBytes < 1 || loads < 1 || queuedLoads < 1) {
            throw new IllegalArgumentException("limits are 1 and more");
        }
        if (prefetchBlocks < 0) {
            throw new IllegalArgumentException("prefetch of " + prefetchBlocks);
        }
    }

    /// Of batches that one read gives, at most, but for a first one that is larger.
    int readBytes() {
        return (int) Math.min(memoryBytes / 16, Integer.MAX_VALUE);
    }

    /// Of what was read before; the frequently read stay.
    long cacheBytes() {
        return memoryBytes / 2;
    }

    /// Of what was loaded last, read already or ahead.
    long recentBytes() {
        return memoryBytes / 4;
    }
}
