package io.quafka.storage.shard;

import io.quafka.storage.index.ObjectState;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.ShardIndex;
import io.quafka.storage.index.TieredObject;
import io.quafka.storage.index.TieredRange;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Brings a manifest that outlived a shard's index back into it, once the log was replayed and
/// before the writer starts. The log knows better what both know; doing it again changes nothing.
///
/// The index alone changes: if it is lost again, it is adopted again.
final class Adoption {
    private final Shard shard;
    private final IndexFeed feed;
    private final ShardIndex index;

    /// Ranges that were adopted, by objects of which the log says nothing.
    private final Map<Long, Integer> rangesOfUnknown = new HashMap<>();

    private final Map<PartitionKey, List<OngoingTransaction>> ongoing = new HashMap<>();
    private final Set<PartitionKey> adopted = new HashSet<>();

    Adoption(Shard shard, IndexFeed feed) {
        this.shard = shard;
        this.feed = feed;
        this.index = shard.index();
    }

    /// @return false if there is no copy of the manifest
    /// @throws IOException if it cannot be read: it must be tried again before the shard is used
    boolean run(ManifestSource source) throws IOException {
        feed.commit();
        if (!source.read(this::apply)) {
            return false;
        }
        feed.commit();
        ongoing.forEach(this::begin);
        feed.commit();
        // What is in memory of these was read before there was anything to read.
        adopted.forEach(key -> shard.forget(shard.partition(key)));
        return true;
    }

    private void apply(ManifestEntry entry) {
        switch (entry) {
            case ManifestEntry.Range(PartitionKey key, TieredRange range) -> range(key, range);
            case ManifestEntry.LogStart(PartitionKey key, long offset) -> logStart(key, offset);
            case ManifestEntry.Dropped(PartitionKey key) -> dropped(key);
            case ManifestEntry.Aborted(PartitionKey key, var aborted) -> {
                if (aborted.lastOffset() >= shard.partition(key).logStart()) {
                    feed.aborted(key, aborted);
                }
            }
            case ManifestEntry.Ongoing(PartitionKey key, var transactions) ->
                    ongoing.put(key, transactions);
            case ManifestEntry.Stored(TieredObject object) -> stored(object);
        }
        if (feed.isFull()) {
            feed.commit();
        }
    }

    private void range(PartitionKey key, TieredRange range) {
        Partition partition = shard.partition(key);
        if (range.lastOffset() < partition.logStart()) {
            return;
        }
        if (range.baseOffset() < partition.tieredEnd()) {
            feed.commit();
            TieredRange known = index.rangeFor(key, range.lastOffset());
            if (known != null && known.baseOffset() <= range.lastOffset()) {
                return;
            }
        }
        partition.tiered(range);
        feed.tiered(partition, range);
        count(range.object(), 1);
        adopted.add(key);
    }

    private void logStart(PartitionKey key, long offset) {
        Partition partition = shard.partition(key);
        if (offset <= partition.logStart()) {
            return;
        }
        feed.commit();
        uncount(key, offset);
        partition.raiseLogStart(offset);
        partition.staged.advanceTo(offset);
        feed.logStart(partition, offset);
        feed.commit();
        adopted.add(key);
    }

    private void dropped(PartitionKey key) {
        Partition partition = shard.partition(key);
        partition.load();
        feed.commit();
        uncount(key, Long.MAX_VALUE);
        partition.drop();
        feed.dropped(key);
        feed.commit();
        shard.forget(partition);
        adopted.remove(key);
        ongoing.remove(key);
    }

    private void uncount(PartitionKey key, long before) {
        index.scanRanges(
                key,
                0,
                range -> {
                    boolean goes = range.lastOffset() < before;
                    if (goes) {
                        count(range.object(), -1);
                    }
                    return goes;
                });
    }

    private void count(long object, int more) {
        Integer ranges = rangesOfUnknown.get(object);
        if (ranges != null || !isKnown(object)) {
            rangesOfUnknown.put(object, (ranges == null ? 0 : ranges) + more);
        }
    }

    private boolean isKnown(long object) {
        for (ObjectState state : ObjectState.values()) {
            if (index.object(state, object) != null) {
                return true;
            }
        }
        return false;
    }

    private void stored(TieredObject object) {
        Integer ranges = rangesOfUnknown.remove(object.number());
        if (ranges != null || !isKnown(object.number())) {
            feed.adopted(object.with(object.size(), ranges == null ? 0 : ranges));
        }
    }

    /// Transactions whose end nobody here knows go on, unless the log has newer records: then it
    /// told of them.
    private void begin(PartitionKey key, List<OngoingTransaction> transactions) {
        Partition partition = shard.partition(key);
        if (partition.isDropped() || index.lastRun(key) != null) {
            return;
        }
        for (OngoingTransaction each : transactions) {
            if (each.firstOffset() >= partition.logStart()) {
                ProducerUpdates.goesOn(partition, each);
            }
        }
        feed.producers(partition);
        adopted.add(key);
    }
}
