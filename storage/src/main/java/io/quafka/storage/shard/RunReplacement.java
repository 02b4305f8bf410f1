package io.quafka.storage.shard;

import io.quafka.storage.batch.BatchHeader;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.Run;
import io.quafka.storage.index.ShardIndex;
import io.quafka.storage.log.CommitLog;
import io.quafka.storage.log.GroupBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Puts what compaction left in the place of what was there: logged first, then changed in the
/// index in one update. Until that is in, readers find the old runs; after a crash, replay does the
/// same again from the log. Belongs to the shard's writer (and, before it starts, to recovery).
final class RunReplacement {
    private final ShardIndex index;
    private final IndexFeed feed;
    private final CommitLog log;
    private final ShardLog groups;
    private final GroupBuilder group = new GroupBuilder();

    RunReplacement(Shard shard, IndexFeed feed) {
        this.index = shard.index();
        this.feed = feed;
        this.log = shard.log();
        this.groups = shard.groups();
    }

    /// @throws IOException when the state of the disk is unknown: the shard must stop
    void write(ShardTask.ReplaceRuns task, int epoch) throws IOException, InterruptedException {
        Partition partition = task.partition();
        Replacement replacement = task.replacement();
        ByteBuffer cleaned = replacement.cleaned();
        if (!isCurrent(partition, replacement)
                || !log.ensureRoom(GroupBuilder.sizeBound(1, cleaned.remaining()), false)) {
            task.done().complete(false);
            return;
        }
        PartitionKey key = partition.key();
        group.clear();
        group.openCleaned(
                key.topicId(),
                key.partition(),
                replacement.firstOffset(),
                replacement.lastOffset());
        BatchHeader.split(cleaned).forEach(group::addBatch);
        long position = log.end();
        groups.append(group, epoch);
        apply(
                partition,
                replacement.firstOffset(),
                replacement.lastOffset(),
                cleaned,
                position + group.payloadOffset());
        feed.groupApplied(position, log.end());
        feed.tryCommit();
        task.done().complete(true);
    }

    /// Whether the runs are still what they were when they were read, and none of them is the last.
    private boolean isCurrent(Partition partition, Replacement replacement) {
        partition.load();
        if (partition.isDropped() || partition.isCompactedInStore() || !feed.tryCommit()) {
            return false;
        }
        Run last = partition.lastRun();
        return last != null
                && replacement.lastOffset() < last.baseOffset()
                && runsIn(partition, replacement.firstOffset(), replacement.lastOffset())
                        .equals(replacement.old());
    }

    private List<Run> runsIn(Partition partition, long firstOffset, long lastOffset) {
        List<Run> runs = new ArrayList<>();
        index.scan(
                partition.key(),
                firstOffset,
                run -> {
                    boolean within = run.lastOffset() <= lastOffset;
                    if (within) {
                        runs.add(run);
                    }
                    return within;
                });
        return runs;
    }

    /// Changes the index as the log says. Nothing may be pending, for the index is read.
    ///
    /// @param cleaned the batches
    /// @param position where they lie
    /// @return false if the runs' sums are not in order any more, as where the old runs are gone
    ///   from the log: [RunSums#recompute] must follow
    boolean apply(
            Partition partition,
            long firstOffset,
            long lastOffset,
            ByteBuffer cleaned,
            long position) {
        List<Run> old = runsIn(partition, firstOffset, lastOffset);
        Run before = index.runBefore(partition.key(), firstOffset);
        Run behind = index.runFor(partition.key(), lastOffset + 1);
        long cumulativeMaxTimestamp =
                before == null ? BatchHeader.NO_TIMESTAMP : before.cumulativeMaxTimestamp();
        List<Run> fresh =
                CleanedRuns.cut(
                        cleaned, position, cumulativeMaxTimestamp, bytesBefore(before, old));
        feed.replaced(partition, old, fresh);
        feed.abortedCleaned(partition, firstOffset, lastOffset);
        partition.endsPast(lastOffset);
        return !old.isEmpty() && inOrder(fresh.getLast(), behind);
    }

    private static long bytesBefore(@Nullable Run before, List<Run> old) {
        if (before != null) {
            return before.cumulativeBytes();
        }
        return old.isEmpty() ? 0 : old.getFirst().cumulativeBytes() - old.getFirst().length();
    }

    private static boolean inOrder(Run last, @Nullable Run behind) {
        return behind == null
                || (last.cumulativeBytes() <= behind.cumulativeBytes() - behind.length()
                        && last.cumulativeMaxTimestamp() <= behind.cumulativeMaxTimestamp());
    }
}
