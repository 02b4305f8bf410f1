package io.quafka.storage.shard;

import io.quafka.controller.model.TopicSettings;
import io.quafka.storage.batch.BatchCleaner;
import io.quafka.storage.batch.CleanedTransactions;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.ShardIndex;
import io.quafka.storage.index.TieredRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/// What compaction learns of a shard's partitions, and has its writer do. Any thread, where nothing
/// else is said.
public final class ShardCompaction {
    private final Shard shard;
    private final ShardIndex index;

    /// Partitions that something was appended to since they were last asked for.
    private final Set<PartitionKey> grown = ConcurrentHashMap.newKeySet();

    ShardCompaction(Shard shard, ShardIndex index) {
        this.shard = shard;
        this.index = index;
    }

    void noteGrown(PartitionKey key) {
        grown.add(key);
    }

    /// The partitions that something was appended to since the last call.
    public Set<PartitionKey> takeGrown() {
        Set<PartitionKey> taken = Set.copyOf(grown);
        for (PartitionKey key : taken) {
            grown.remove(key);
            Partition partition = shard.known(key);
            if (partition != null) {
                partition.takeGrown();
            }
        }
        return taken;
    }

    /// Whether compaction goes over a partition's ranges in objects, and leaves its runs as they
    /// are: where the topic is tiered, and wherever anything of it lies in objects. A tombstone
    /// that went from a run while what it deletes lies in an object would bring that back. Platform
    /// threads only.
    ///
    /// @param partition of a compacted topic
    /// @param tiered whether the topic is tiered, and there is a store
    public static boolean isInStore(Partition partition, boolean tiered) {
        return tiered
                || partition.isCompactedInStore()
                || partition.tieredEnd() > partition.logStart();
    }

    /// Makes the aborted transactions known that have batches between two offsets, the second
    /// excluded.
    public static void noteAborted(
            Partition partition, long from, long to, CleanedTransactions transactions) {
        transactions.add(
                partition.abortedIn(from, to).stream()
                        .map(aborted ->
                                new CleanedTransactions.Aborted(
                                        aborted.producerId(),
                                        aborted.firstOffset(),
                                        aborted.lastOffset()))
                        .toList());
    }

    /// What compaction could do with a partition, as far as the index knows by now; null where
    /// there is nothing until something is appended. Platform threads only.
    public @Nullable Dirt dirt(Partition partition, TopicSettings settings, long nowMs) {
        Dirt dirt = Dirt.of(index, partition.key(), Long.MAX_VALUE, settings, nowMs);
        return dirt == null || !dirt.isWorthCleaning()
                ? dirt
                : Dirt.of(index, partition.key(), partition.lastStableOffset(), settings, nowMs);
    }

    /// The same of what of a partition lies in objects.
    public @Nullable Dirt dirtInStore(Partition partition, TopicSettings settings, long nowMs) {
        return Dirt.ofRanges(index, partition.key(), partition.lastStableOffset(), settings, nowMs);
    }

    /// Puts what compaction left in the place of what was there; durable when the future completes.
    ///
    /// @return false if other runs lie there by now, or there is no room: nothing was changed
    public CompletableFuture<Boolean> replaceRuns(Partition partition, Replacement replacement) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        shard.submit(new ShardTask.ReplaceRuns(partition, replacement, done));
        return done;
    }

    /// Makes true what the index says of a partition's size after compaction, a bounded number of
    /// runs at a time.
    ///
    /// @param beforeOffset runs that end before it are looked at
    /// @return the offset to go on from; -1 if all is done
    public CompletableFuture<Long> settleSums(Partition partition, long beforeOffset) {
        CompletableFuture<Long> done = new CompletableFuture<>();
        shard.submit(new ShardTask.SettleSums(partition, beforeOffset, done));
        return done;
    }

    /// Makes true what the index says of the size of what lies in objects, after compaction made it
    /// smaller: adds to the cumulative bytes of earlier ranges what is missing up to the later
    /// ones', from the last back to the first, so that they are in order at any time.
    public void settleRangeSums(Partition partition)
            throws InterruptedException, ExecutionException {
        List<TieredRange> ranges = new ArrayList<>();
        index.scanRanges(
                partition.key(),
                0,
                range -> {
                    ranges.add(range);
                    return true;
                });
        List<ShardTask.RestatedRange> restated = new ArrayList<>();
        TieredRange next = null;
        for (TieredRange range : ranges.reversed()) {
            TieredRange fresh =
                    next == null
                            ? range
                            : range.withCumulativeBytes(next.cumulativeBytes() - next.length());
            if (!fresh.equals(range)) {
                restated.add(new ShardTask.RestatedRange(range, fresh));
            }
            if (restated.size() == RunSums.RUNS_MAX) {
                restate(partition, restated);
                restated.clear();
            }
            next = fresh;
        }
        restate(partition, restated);
    }

    private void restate(Partition partition, List<ShardTask.RestatedRange> ranges)
            throws InterruptedException, ExecutionException {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        shard.submit(new ShardTask.RestateRanges(partition, List.copyOf(ranges), done));
        done.get();
    }

    /// Remembers up to where a partition was compacted, until a crash at worst.
    public CompletableFuture<Boolean> noteCleaned(Partition partition, long toOffset) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        shard.submit(new ShardTask.NoteCleaned(partition, toOffset, done));
        return done;
    }

    /// What compaction must leave of a partition's producers, by id.
    public CompletableFuture<Map<Long, BatchCleaner.LastOfProducer>> lastOfProducers(
            Partition partition) {
        CompletableFuture<Map<Long, BatchCleaner.LastOfProducer>> done = new CompletableFuture<>();
        shard.submit(new ShardTask.LastOfProducers(partition, done));
        return done;
    }
}
