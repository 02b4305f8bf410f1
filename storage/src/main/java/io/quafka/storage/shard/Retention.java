package io.quafka.storage.shard;

import io.quafka.controller.model.TopicSettings;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.Run;
import io.quafka.storage.index.ShardIndex;
import org.jspecify.annotations.Nullable;

/// Decides where a partition's log should start by its topic's time and size limits. Reads the
/// index alone, so that idle partitions need not be in memory. A run goes when all of it is past a
/// limit; what has no timestamp does not expire by time.
final class Retention {
    /// The log may start where it does.
    static final long KEEP = -1;

    private final ShardIndex index;

    Retention(ShardIndex index) {
        this.index = index;
    }

    /// @return the new log start offset, or [#KEEP]
    long decide(PartitionKey partition, TopicSettings settings, long nowMs) {
        if (!settings.deleted()) {
            return KEEP;
        }
        Run last = index.lastRun(partition);
        if (last == null) {
            return KEEP;
        }
        return Math.max(
                byTime(partition, settings.retentionMs(), nowMs, last),
                bySize(partition, settings.retentionBytes(), last));
    }

    private long byTime(PartitionKey partition, long retentionMs, long nowMs, Run last) {
        if (retentionMs < 0) {
            return KEEP;
        }
        long cutoff = nowMs - retentionMs;
        long[] start = {KEEP};
        boolean[] stopped = {false};
        index.scan(
                partition,
                0,
                run -> {
                    if (run.maxTimestamp() < 0 || run.maxTimestamp() >= cutoff) {
                        start[0] = start[0] == KEEP ? KEEP : run.baseOffset();
                        stopped[0] = true;
                        return false;
                    }
                    start[0] = run.lastOffset() + 1;
                    return true;
                });
        return start[0] != KEEP && !stopped[0] ? last.lastOffset() + 1 : start[0];
    }

    private long bySize(PartitionKey partition, long retentionBytes, Run last) {
        if (retentionBytes < 0) {
            return KEEP;
        }
        Run first = index.firstRun(partition);
        long excess = last.cumulativeBytes() - retentionBytes;
        if (first == null || first.cumulativeBytes() > excess) {
            return KEEP;
        }
        @Nullable Run kept = index.firstByCumulativeBytes(partition, excess);
        return kept == null ? last.lastOffset() + 1 : kept.baseOffset();
    }
}
