package io.quafka.storage.shard;

import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.ShardIndex;
import io.quafka.storage.index.TieredRange;
import java.util.HashMap;
import java.util.Map;

/// Says anew where partitions' local copies begin, once a log was replayed into an empty index and
/// before the writer starts.
///
/// That local copies left the disk is in the index alone. Of what had left, the log may hold some
/// still: runs come back that do not follow on from each other, and between them offsets lie in
/// objects only. What is in front of such a gap is given up, for objects have it; a reader would
/// take the run behind the gap for what it asked for.
final class LocalStarts {
    private final Shard shard;
    private final IndexFeed feed;
    private final ShardIndex index;

    LocalStarts(Shard shard, IndexFeed feed) {
        this.shard = shard;
        this.feed = feed;
        this.index = shard.index();
    }

    void restore() {
        feed.commit();
        Map<PartitionKey, Long> starts = new HashMap<>();
        index.partitions(key -> {
            TieredRange last = index.lastRange(key);
            if (last != null) {
                starts.put(key, start(key, last.lastOffset() + 1));
            }
            return true;
        });
        starts.forEach((key, start) -> {
            Partition partition = shard.partition(key);
            feed.localStart(partition, start);
            // What is in memory of it was read while there was nothing to read.
            shard.forget(partition);
        });
        feed.commit();
    }

    /// The offset from which on runs follow on from each other up to what is not tiered.
    private long start(PartitionKey key, long tieredEnd) {
        long[] start = {tieredEnd};
        long[] next = {-1};
        index.scan(
                key,
                0,
                run -> {
                    if (run.baseOffset() > tieredEnd) {
                        return false;
                    }
                    if (run.baseOffset() != next[0]) {
                        start[0] = run.baseOffset();
                    }
                    next[0] = run.lastOffset() + 1;
                    return true;
                });
        // Where the last run ends in objects' offsets, with nothing behind it, all may be gone.
        return next[0] < tieredEnd ? tieredEnd : start[0];
    }
}
