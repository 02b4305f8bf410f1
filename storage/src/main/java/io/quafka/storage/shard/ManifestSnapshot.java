package io.quafka.storage.shard;

import io.quafka.storage.index.AbortedTransaction;
import io.quafka.storage.index.ObjectState;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.ShardIndex;
import io.quafka.storage.index.TieredRange;
import java.util.function.Consumer;

/// Tells all of a shard's manifest, from its index, while it goes on changing: what changes
/// meanwhile must follow from [ManifestChanges]. In memory is one partition's ongoing transactions.
/// Platform threads only.
final class ManifestSnapshot {
    private final Shard shard;
    private final ShardIndex index;

    ManifestSnapshot(Shard shard) {
        this.shard = shard;
        this.index = shard.index();
    }

    /// Objects come last: each that a range names is told.
    void tell(Consumer<ManifestEntry> to) {
        index.partitions(key -> {
            partition(key, to);
            return true;
        });
        for (ObjectState state : new ObjectState[] {ObjectState.HELD, ObjectState.DOOMED}) {
            index.objects(
                    state,
                    object -> {
                        to.accept(new ManifestEntry.Stored(object));
                        return true;
                    });
        }
    }

    private void partition(PartitionKey key, Consumer<ManifestEntry> to) {
        TieredRange last = index.lastRange(key);
        if (last == null) {
            return;
        }
        long start = index.logStart(key);
        if (start > 0) {
            to.accept(new ManifestEntry.LogStart(key, start));
        }
        index.scanRanges(
                key,
                0,
                range -> {
                    to.accept(new ManifestEntry.Range(key, range));
                    return true;
                });
        index.scanAborted(
                key,
                0,
                aborted -> {
                    if (aborted.firstOffset() <= last.lastOffset()) {
                        to.accept(new ManifestEntry.Aborted(key, aborted));
                    }
                    return true;
                });
        if (!index.producers(key).isEmpty()) {
            Partition partition = shard.partition(key);
            partition.load();
            ongoing(partition, to);
        }
    }

    /// What a commit of ranges changed: told on the shard's writer.
    static void committed(Partition partition, TieredRange range, Consumer<ManifestEntry> to) {
        to.accept(new ManifestEntry.Range(partition.key(), range));
        for (AbortedTransaction aborted :
                partition.abortedIn(range.baseOffset(), range.lastOffset() + 1)) {
            to.accept(new ManifestEntry.Aborted(partition.key(), aborted));
        }
        ongoing(partition, to);
    }

    private static void ongoing(Partition partition, Consumer<ManifestEntry> to) {
        if (partition.hasTransactions()) {
            to.accept(
                    new ManifestEntry.Ongoing(
                            partition.key(), partition.ongoingBefore(partition.tieredEnd())));
        }
    }
}
