package io.quafka.storage.shard;

import io.quafka.controller.model.TopicSettings;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.Run;
import io.quafka.storage.index.ShardIndex;
import io.quafka.storage.index.TieredRange;
import org.jspecify.annotations.Nullable;

/// How much of a partition compaction may look at now, and whether it is worth it, by Kafka's
/// rules. Read from the index alone, by a few lookups, so that idle partitions need not be in
/// memory.
///
/// What a Kafka broker has in a partition's active segment is here: what is among the newest
/// `segment.bytes` and younger than `segment.ms`. It is left alone, and so are the last run,
/// records younger than `min.compaction.lag.ms`, and what may still belong to an ongoing
/// transaction.
///
/// @param from offset of the first record that was not compacted yet
/// @param to offset of the first that must not be
/// @param cleanBytes before `from`
/// @param dirtyBytes from there up to `to`
/// @param overdue whether a record is older than `max.compaction.lag.ms`
/// @param minRatio the least share of dirty bytes that is worth it
/// @param lookAgainMs when time alone may have changed this; `Long.MAX_VALUE` if it cannot
public record Dirt(
        long from,
        long to,
        long cleanBytes,
        long dirtyBytes,
        boolean overdue,
        double minRatio,
        long lookAgainMs) {
    private static final long NEVER = Long.MAX_VALUE;

    /// Share of dirty bytes in all that may be compacted, 0 to 1.
    public double ratio() {
        return dirtyBytes == 0 ? 0 : (double) dirtyBytes / (cleanBytes + dirtyBytes);
    }

    public boolean isWorthCleaning() {
        return dirtyBytes > 0 && (overdue || ratio() > minRatio);
    }

    /// @param lastStableOffset of the partition
    /// @return null where nothing can be compacted until something is appended
    static @Nullable Dirt of(
            ShardIndex index,
            PartitionKey key,
            long lastStableOffset,
            TopicSettings settings,
            long nowMs) {
        Run last = index.lastRun(key);
        Run first = index.firstRun(key);
        if (first == null || last == null) {
            return null;
        }
        long from = Math.max(index.logStart(key), index.cleanedTo(key));
        from = from > last.lastOffset() + 1 ? first.baseOffset() : from;
        if (from >= last.baseOffset()) {
            return null;
        }
        Bound bound = Bound.of(index, key, last, settings, nowMs);
        long to = Math.min(Math.min(last.baseOffset(), lastStableOffset), bound.offset);
        Run firstDirty = index.runFor(key, from);
        Run lastDirty = index.runBefore(key, to);
        Run lastClean = index.runBefore(key, from);
        long clean =
                lastClean == null
                        ? 0
                        : lastClean.cumulativeBytes() - first.cumulativeBytes() + first.length();
        if (firstDirty == null || lastDirty == null || lastDirty.lastOffset() < from) {
            return new Dirt(from, to, clean, 0, false, 1, bound.lookAgainMs);
        }
        long dirty =
                lastDirty.cumulativeBytes() - firstDirty.cumulativeBytes() + firstDirty.length();
        long due = sum(firstDirty.maxTimestamp(), settings.compaction().maxLagMs());
        boolean overdue = firstDirty.maxTimestamp() >= 0 && due < nowMs;
        return new Dirt(
                from,
                to,
                clean,
                dirty,
                overdue,
                settings.compaction().minDirtyRatio(),
                overdue ? bound.lookAgainMs : Math.min(bound.lookAgainMs, sum(due, 1)));
    }

    /// The same of what lies in objects: whole ranges. What is sealed and tiered is not active any
    /// more, so `segment.bytes` and `segment.ms` say nothing here. Goes over the partition's
    /// ranges, if there are new ones.
    ///
    /// @param lastStableOffset of the partition
    /// @return null where nothing can be compacted until something is tiered
    static @Nullable Dirt ofRanges(
            ShardIndex index,
            PartitionKey key,
            long lastStableOffset,
            TopicSettings settings,
            long nowMs) {
        TieredRange last = index.lastRange(key);
        long from = Math.max(index.logStart(key), index.cleanedTo(key));
        if (last == null || from > last.lastOffset()) {
            return null;
        }
        RangeSums sums = new RangeSums(from);
        long youngest = sum(nowMs, -settings.compaction().minLagMs());
        index.scanRanges(
                key,
                index.logStart(key),
                range ->
                        range.lastOffset() < lastStableOffset
                                && (settings.compaction().minLagMs() == 0
                                        || range.maxTimestamp() <= youngest)
                                && sums.add(range));
        long due = sum(sums.firstDirtyMs, settings.compaction().maxLagMs());
        return new Dirt(
                from,
                sums.to,
                sums.clean,
                sums.dirty,
                sums.firstDirtyMs >= 0 && due < nowMs,
                settings.compaction().minDirtyRatio(),
                nowMs);
    }

    /// Bytes of ranges on either side of an offset; one that it lies in is dirty.
    private static final class RangeSums {
        private final long from;
        private long to;
        private long clean;
        private long dirty;
        private long firstDirtyMs = -1;

        RangeSums(long from) {
            this.from = from;
            this.to = from;
        }

        boolean add(TieredRange range) {
            if (range.lastOffset() < from) {
                clean += range.length();
                return true;
            }
            firstDirtyMs = dirty == 0 ? range.maxTimestamp() : firstDirtyMs;
            dirty += range.length();
            to = range.lastOffset() + 1;
            return true;
        }
    }

    /// What age allows.
    ///
    /// @param offset of the first record that is too young
    private record Bound(long offset, long lookAgainMs) {
        static Bound of(
                ShardIndex index, PartitionKey key, Run last, TopicSettings settings, long nowMs) {
            long activeMs = Math.min(settings.segmentMs(), settings.compaction().maxLagMs());
            Bound bound = youngerThan(index, key, activeMs, nowMs);
            Run newest =
                    index.firstByCumulativeBytes(
                            key, last.cumulativeBytes() - settings.segmentBytes());
            if (newest != null && newest.baseOffset() > bound.offset) {
                bound = new Bound(newest.baseOffset(), NEVER);
            }
            if (settings.compaction().minLagMs() > 0) {
                Bound lag = youngerThan(index, key, settings.compaction().minLagMs(), nowMs);
                bound =
                        new Bound(
                                Math.min(bound.offset, lag.offset),
                                Math.min(bound.lookAgainMs, lag.lookAgainMs));
            }
            return bound;
        }

        private static Bound youngerThan(
                ShardIndex index, PartitionKey key, long ageMs, long nowMs) {
            long youngest = nowMs - ageMs;
            Run young =
                    youngest == Long.MAX_VALUE || youngest < 0
                            ? index.firstRun(key)
                            : index.firstByCumulativeTimestamp(key, youngest + 1);
            return young == null
                    ? new Bound(Long.MAX_VALUE, NEVER)
                    : new Bound(
                            young.baseOffset(), sum(sum(young.cumulativeMaxTimestamp(), ageMs), 1));
        }
    }

    private static long sum(long a, long b) {
        long sum = a + b;
        return ((a ^ sum) & (b ^ sum)) < 0 ? NEVER : sum;
    }
}
