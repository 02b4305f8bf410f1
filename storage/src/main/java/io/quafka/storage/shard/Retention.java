package io.quafka.storage.shard;

import io.quafka.controller.model.TopicSettings;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.Run;
import io.quafka.storage.index.ShardIndex;
import io.quafka.storage.index.TieredRange;
import org.jspecify.annotations.Nullable;

/// Decides where a partition's log should start by its topic's time and size limits. Reads the
/// index alone, so that idle partitions need not be in memory. A run goes when all of it is past a
/// limit, and so does a range that lies in an object alone; what has no timestamp does not expire
/// by time.
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
        End end = endOf(partition);
        return end == null
                ? KEEP
                : Math.max(
                        byTime(partition, settings.retentionMs(), nowMs, end),
                        bySize(partition, settings.retentionBytes(), end));
    }

    /// Where the log starts if it is to hold `bytes` at most, whatever the topic's own limits; or
    /// [#KEEP]. Of a partition with ranges in objects nothing goes: that would take history from
    /// readers which is not on this disk.
    long startKeeping(PartitionKey partition, long bytes) {
        return index.lastRange(partition) == null ? localStartKeeping(partition, bytes) : KEEP;
    }

    /// Where what is on this disk starts if it is to be `bytes` at most; or [#KEEP].
    long localStartKeeping(PartitionKey partition, long bytes) {
        Run first = index.firstRun(partition);
        Run last = index.lastRun(partition);
        if (first == null || last == null) {
            return KEEP;
        }
        long excess = last.cumulativeBytes() - bytes;
        if (first.cumulativeBytes() > excess) {
            return KEEP;
        }
        Run kept = index.firstByCumulativeBytes(partition, excess);
        return kept == null ? last.lastOffset() + 1 : kept.baseOffset();
    }

    /// The end of a partition, and where what is on this disk begins.
    private record End(long offset, long cumulativeBytes, long localStart) {}

    private @Nullable End endOf(PartitionKey partition) {
        Run last = index.lastRun(partition);
        TieredRange lastRange = index.lastRange(partition);
        if (last == null) {
            return lastRange == null
                    ? null
                    : new End(
                            lastRange.lastOffset() + 1,
                            lastRange.cumulativeBytes(),
                            Long.MAX_VALUE);
        }
        Run first = lastRange == null ? null : index.firstRun(partition);
        return new End(
                last.lastOffset() + 1,
                last.cumulativeBytes(),
                first == null ? 0 : first.baseOffset());
    }

    private long byTime(PartitionKey partition, long retentionMs, long nowMs, End end) {
        if (retentionMs < 0) {
            return KEEP;
        }
        long cutoff = nowMs - retentionMs;
        long[] start = {KEEP};
        boolean[] stopped = {false};
        index.scanRanges(
                partition,
                0,
                range -> {
                    if (range.lastOffset() >= end.localStart()) {
                        return false;
                    }
                    stopped[0] = isYoung(range.maxTimestamp(), cutoff);
                    start[0] = stopped[0] ? start[0] : range.lastOffset() + 1;
                    return !stopped[0];
                });
        if (stopped[0]) {
            return start[0];
        }
        index.scan(
                partition,
                0,
                run -> {
                    if (isYoung(run.maxTimestamp(), cutoff)) {
                        start[0] = start[0] == KEEP ? KEEP : run.baseOffset();
                        stopped[0] = true;
                        return false;
                    }
                    start[0] = run.lastOffset() + 1;
                    return true;
                });
        return start[0] != KEEP && !stopped[0] ? end.offset() : start[0];
    }

    private static boolean isYoung(long maxTimestamp, long cutoff) {
        return maxTimestamp < 0 || maxTimestamp >= cutoff;
    }

    private long bySize(PartitionKey partition, long retentionBytes, End end) {
        if (retentionBytes < 0) {
            return KEEP;
        }
        long excess = end.cumulativeBytes() - retentionBytes;
        TieredRange firstRange = index.rangeFor(partition, 0);
        if (firstRange != null && firstRange.lastOffset() < end.localStart()) {
            if (firstRange.cumulativeBytes() > excess) {
                return KEEP;
            }
            TieredRange kept = index.firstRangeByCumulativeBytes(partition, excess);
            if (kept != null && kept.lastOffset() < end.localStart()) {
                return kept.baseOffset();
            }
        } else {
            Run first = index.firstRun(partition);
            if (first == null || first.cumulativeBytes() > excess) {
                return KEEP;
            }
        }
        Run kept = index.firstByCumulativeBytes(partition, excess);
        return kept == null ? end.offset() : kept.baseOffset();
    }
}
