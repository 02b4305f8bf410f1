package io.quafka.storage.shard;

import io.quafka.storage.batch.BatchHeader;
import io.quafka.storage.index.Run;
import io.quafka.storage.index.ShardIndex;
import io.quafka.storage.index.TieredRange;
import java.util.ArrayList;
import java.util.List;

/// Brings the sums in a partition's runs up to date after compaction made runs smaller. Only the
/// index changes: what was not done yet when a crash came is a size that is told too large, until
/// the partition is compacted again. Belongs to the shard's writer (and, before it starts, to
/// recovery).
final class RunSums {
    /// Runs changed in one turn of the writer.
    static final int RUNS_MAX = 1024;

    private static final long DONE = -1;

    private final ShardIndex index;
    private final IndexFeed feed;

    RunSums(ShardIndex index, IndexFeed feed) {
        this.index = index;
        this.feed = feed;
    }

    /// Adds to the cumulative bytes of earlier runs what is missing up to the later ones', from the
    /// last back to the first, so that they are in order at any time.
    ///
    /// @param beforeOffset runs that end before it are looked at, a bounded number of them
    /// @return the offset to go on from; -1 if all is done
    long settle(Partition partition, long beforeOffset) {
        Run next = feed.tryCommit() ? index.runFor(partition.key(), beforeOffset) : null;
        if (next == null || partition.isDropped()) {
            return DONE;
        }
        List<Run> runs = new ArrayList<>();
        index.scanBack(
                partition.key(),
                next.lastOffset(),
                run -> {
                    runs.add(run);
                    return runs.size() < RUNS_MAX;
                });
        for (Run run : runs) {
            long bytes = next.cumulativeBytes() - next.length();
            Run settled = run.withSums(run.cumulativeMaxTimestamp(), bytes);
            if (!settled.equals(run)) {
                feed.restated(partition, settled);
            }
            next = settled;
        }
        return feed.tryCommit() && runs.size() == RUNS_MAX ? next.lastOffset() : DONE;
    }

    /// Gives ranges other sums, if they are what they were when they were read.
    boolean restate(Partition partition, List<ShardTask.RestatedRange> ranges) {
        if (!feed.tryCommit() || partition.isDropped()) {
            return false;
        }
        for (ShardTask.RestatedRange each : ranges) {
            TieredRange now = index.rangeFor(partition.key(), each.old().lastOffset());
            if (each.old().equals(now)) {
                feed.restated(partition, each.fresh());
            }
        }
        return feed.tryCommit();
    }

    /// Sums up all runs of a partition anew, while nobody reads it.
    void recompute(Partition partition) {
        long bytes = 0;
        long maxTimestamp = BatchHeader.NO_TIMESTAMP;
        long from = 0;
        while (true) {
            List<Run> runs = new ArrayList<>();
            index.scan(
                    partition.key(),
                    from,
                    run -> {
                        runs.add(run);
                        return runs.size() < RUNS_MAX;
                    });
            if (runs.isEmpty()) {
                break;
            }
            for (Run run : runs) {
                bytes += run.length();
                maxTimestamp = Math.max(maxTimestamp, run.maxTimestamp());
                feed.restated(partition, run.withSums(maxTimestamp, bytes));
            }
            feed.commit();
            from = runs.getLast().lastOffset() + 1;
        }
        partition.lastRunChanged();
    }
}
