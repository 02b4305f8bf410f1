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

    /// Objects that the copy tells of, by their numbers.
    private final Map<Long, TieredObject> stored = new HashMap<>();

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
        countRanges();
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
            case ManifestEntry.Stored(TieredObject object) ->
                    stored.merge(object.number(), object, Adoption::larger);
        }
        if (feed.isFull()) {
            feed.commit();
        }
    }

    /// Of two ranges that hold the same offsets, the one in the younger object stands: the other
    /// was merged into it.
    private void range(PartitionKey key, TieredRange range) {
        Partition partition = shard.partition(key);
        if (range.lastOffset() < partition.logStart()) {
            return;
        }
        if (range.baseOffset() < partition.tieredEnd()) {
            feed.commit();
            TieredRange known = index.rangeFor(key, range.lastOffset());
            if (known != null
                    && known.baseOffset() <= range.lastOffset()
                    && known.object() >= range.object()) {
                return;
            }
            feed.rangesGone(partition, range);
        }
        partition.tiered(range);
        feed.tiered(partition, range);
        adopted.add(key);
    }

    private void logStart(PartitionKey key, long offset) {
        Partition partition = shard.partition(key);
        if (offset <= partition.logStart()) {
            return;
        }
        feed.commit();
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
        partition.drop();
        feed.dropped(key);
        feed.commit();
        shard.forget(partition);
        adopted.remove(key);
        ongoing.remove(key);
    }

    /// Counts all ranges anew, for log and copy each tell of some: an object whose intent only one
    /// of them knows, and whose ranges only the other.
    private void countRanges() {
        Map<Long, Integer> ranges = new HashMap<>();
        index.partitions(key -> {
            index.scanRanges(
                    key,
                    0,
                    range -> {
                        ranges.merge(range.object(), 1, Integer::sum);
                        return true;
                    });
            return true;
        });
        for (ObjectState state : new ObjectState[] {ObjectState.HELD, ObjectState.DOOMED}) {
            index.objects(
                    state,
                    object -> {
                        stored.merge(object.number(), object, Adoption::larger);
                        return true;
                    });
        }
        for (TieredObject object : stored.values()) {
            int count = ranges.getOrDefault(object.number(), 0);
            // Of what was intended and came to nothing, the log takes care.
            if (count > 0 || index.object(ObjectState.INTENDED, object.number()) == null) {
                feed.adopted(object.with(object.size(), count));
            }
        }
    }

    /// One that was not committed yet where it was heard of has no size.
    private static TieredObject larger(TieredObject one, TieredObject other) {
        return one.size() >= other.size() ? one : other;
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
