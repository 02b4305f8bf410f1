package io.quafka.tiering.read;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.quafka.tiering.object.TieredPartition;
import java.time.Duration;

/// Tells sequential readers from others, and how far to load ahead of each.
///
/// Who reads a block is expected at the next one. Who comes where somebody is expected reads in
/// sequence: twice as far ahead as before, up to a bound which all readers share. Anybody else
/// begins anew. So readers of one partition are told apart by where they are.
final class ReadAhead {
    private static final int READERS_MAX = 10_000;
    private static final Duration READER_IDLE = Duration.ofSeconds(60);

    private final int blocksMax;
    private final long bytesMax;
    private final Cache<Place, Integer> expected;

    /// @param blocksMax ahead of one reader
    /// @param bytesMax ahead of all
    ReadAhead(int blocksMax, long bytesMax, Ticker ticker) {
        this.blocksMax = blocksMax;
        this.bytesMax = bytesMax;
        this.expected =
                Caffeine.newBuilder()
                        .maximumSize(READERS_MAX)
                        .expireAfterWrite(READER_IDLE)
                        .ticker(ticker)
                        .executor(Runnable::run)
                        .build();
    }

    /// Notes that a block is read.
    ///
    /// @param baseOffset of the block
    /// @param nextOffset at which the next block begins, or the next object
    /// @param blockBytes of the block
    /// @return how many blocks to load ahead
    int onRead(TieredPartition partition, long baseOffset, long nextOffset, int blockBytes) {
        Place next = new Place(partition, nextOffset);
        Integer before = expected.asMap().remove(new Place(partition, baseOffset));
        if (before == null) {
            // Where the reader is expected further on, it reads the same block once more.
            expected.asMap().putIfAbsent(next, 0);
            return 0;
        }
        int now = Math.min(Math.max(1, before * 2), bound(blockBytes));
        expected.put(next, now);
        return now;
    }

    private int bound(int blockBytes) {
        long readers = Math.max(1, expected.estimatedSize());
        return (int) Math.min(blocksMax, bytesMax / readers / Math.max(1, blockBytes));
    }

    private record Place(TieredPartition partition, long offset) {}
}
