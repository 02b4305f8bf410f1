package io.quafka.tiering.read;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.quafka.tiering.object.TieredPartition;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Tells sequential readers from others, and how far to load ahead of each.
///
/// Who reads a block is expected at the next one. Who comes where somebody is expected reads in
/// sequence: twice as far ahead as before, up to a bound which all sequential readers share.
/// Anybody else begins anew. So readers of one partition are told apart by where they are.
final class ReadAhead {
    private static final int READERS_MAX = 10_000;
    private static final Duration READER_IDLE = Duration.ofSeconds(60);

    private final int blocksMax;
    private final long bytesMax;

    /// Where those are expected who read one block so far.
    private final Cache<Place, Boolean> newcomers;

    /// Where those are expected who read in sequence, and how far was loaded ahead of them.
    private final Cache<Place, Integer> sequential;

    /// @param blocksMax ahead of one reader
    /// @param bytesMax ahead of all
    ReadAhead(int blocksMax, long bytesMax, Ticker ticker) {
        this.blocksMax = blocksMax;
        this.bytesMax = bytesMax;
        this.newcomers = places(ticker);
        this.sequential = places(ticker);
    }

    private static <T> Cache<Place, T> places(Ticker ticker) {
        return Caffeine.newBuilder()
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
        Place here = new Place(partition, baseOffset);
        Place next = new Place(partition, nextOffset);
        Integer before = expected(here);
        if (before == null) {
            // Who is expected further on already reads the same block once more.
            if (sequential.getIfPresent(next) == null) {
                newcomers.put(next, true);
            }
            return 0;
        }
        int now = Math.min(Math.max(1, before * 2), bound(blockBytes));
        sequential.put(next, now);
        return now;
    }

    /// @return how far was loaded ahead of who was expected here; null if nobody was
    private @Nullable Integer expected(Place place) {
        Integer before = sequential.asMap().remove(place);
        if (before != null) {
            return before;
        }
        return newcomers.asMap().remove(place) == null ? null : 0;
    }

    private int bound(int blockBytes) {
        long readers = sequential.estimatedSize() + 1;
        return (int) Math.min(blocksMax, bytesMax / readers / Math.max(1, blockBytes));
    }

    private record Place(TieredPartition partition, long offset) {}
}
