package io.quafka.storage.shard;

import io.quafka.storage.index.ObjectState;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.Run;
import io.quafka.storage.index.ShardIndex;
import io.quafka.storage.index.TieredObject;
import io.quafka.storage.index.TieredRange;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A shard's manifest: which object ranges make up the history of its partitions, and which objects
/// there are. What is read comes from the index, on any platform thread; what changes goes through
/// the shard's writer, which has [Manifest] do it.
public final class ShardManifest {
    private final Shard shard;
    private final ShardIndex index;
    private final ManifestChanges changes = new ManifestChanges();

    ShardManifest(Shard shard, ShardIndex index) {
        this.shard = shard;
        this.index = index;
    }

    /// The shard was opened: its log keeps what an earlier run of the process may not have brought
    /// into the copy.
    void restore(long logEnd) {
        boolean any = false;
        for (ObjectState state : ObjectState.values()) {
            any |= !objects(state, 1).isEmpty();
        }
        if (any) {
            byte[] copied = index.getState(IndexFeed.MANIFEST_COPIED);
            changes.restore(copied == null ? 0 : ByteBuffer.wrap(copied).getLong(), logEnd);
        }
    }

    /// Says that an object will be uploaded; durable when the future completes.
    ///
    /// @param nonce drawn at random, part of the object's name
    public CompletableFuture<IntendedObject> intend(long nonce) {
        CompletableFuture<IntendedObject> done = new CompletableFuture<>();
        shard.submit(new ShardTask.IntendObject(nonce, done));
        return done;
    }

    /// Makes ranges part of the manifest, whose object is in the store whole; durable when the
    /// future completes. Ranges that nobody needs any more are left out.
    ///
    /// @return how many became part of it; fails if the shard has another epoch by now
    public CompletableFuture<Integer> commit(ObjectCommit commit) {
        CompletableFuture<Integer> done = new CompletableFuture<>();
        shard.submit(new ShardTask.CommitObject(commit, done));
        return done;
    }

    /// Forgets a doomed object, which is gone from the store.
    public CompletableFuture<Boolean> drop(long number) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        shard.submit(new ShardTask.DropObject(number, done));
        return done;
    }

    /// Has records below an offset leave this disk, as far as they lie in objects. Their bytes come
    /// back when their segments are reclaimed.
    ///
    /// @return the local start after it
    public CompletableFuture<Long> dropLocal(Partition partition, long offset) {
        CompletableFuture<Long> done = new CompletableFuture<>();
        shard.submit(new ShardTask.DropLocal(partition, offset, done));
        return done;
    }

    /// The first range of a partition that ends at or behind the offset; null if there is none.
    /// Platform threads only, as with everything that reads the manifest.
    public @Nullable TieredRange rangeFor(PartitionKey key, long offset) {
        return index.rangeFor(key, offset);
    }

    /// The first run that does not lie in an object; null if there is none, but for the newest that
    /// are not in the index yet. Goes by the index alone.
    public @Nullable Run firstUntiered(PartitionKey key) {
        TieredRange last = index.lastRange(key);
        long start = index.logStart(key);
        return index.runFor(key, last == null ? start : Math.max(start, last.lastOffset() + 1));
    }

    /// See [ShardIndex#scanRanges].
    public void scanRanges(PartitionKey key, long fromOffset, Predicate<TieredRange> visitor) {
        index.scanRanges(key, fromOffset, visitor);
    }

    /// See [ShardIndex#firstRangeByCumulativeTimestamp].
    public @Nullable TieredRange firstRangeByCumulativeTimestamp(
            PartitionKey key, long timestampMs) {
        return index.firstRangeByCumulativeTimestamp(key, timestampMs);
    }

    /// See [ShardIndex#lastRangeOfEpochAtMost].
    public @Nullable TieredRange lastRangeOfEpochAtMost(PartitionKey key, int epoch) {
        return index.lastRangeOfEpochAtMost(key, epoch);
    }

    /// What is known of an object in a state; null if it is not in that state.
    public @Nullable TieredObject object(ObjectState state, long number) {
        return index.object(state, number);
    }

    /// The objects in a state, by number.
    ///
    /// @param max how many at most
    public List<TieredObject> objects(ObjectState state, int max) {
        List<TieredObject> found = new ArrayList<>();
        index.objects(
                state,
                object -> {
                    found.add(object);
                    return found.size() < max;
                });
        return found;
    }

    /// Visits the objects in a state by number, until the visitor says false.
    public void scanObjects(ObjectState state, Predicate<TieredObject> visitor) {
        index.objects(state, visitor);
    }

    /// Why the manifest may lack something, or null if it does not: then an object that is not in
    /// it may hold what nothing else does, and must not be deleted.
    public @Nullable String doubt() {
        byte[] why = index.getState(IndexFeed.MANIFEST_DOUBT);
        return why == null ? null : new String(why, StandardCharsets.UTF_8);
    }

    /// What changed in the manifest since its copy was written.
    public ManifestChanges changes() {
        return changes;
    }

    /// Before which position all commits of objects are noted in [#changes], and no intent is
    /// waiting for one.
    public long notedTo() {
        // In this order: an intent that is not in the index yet lies behind what is.
        long[] position = {index.appliedPosition()};
        index.objects(
                ObjectState.INTENDED,
                first -> {
                    position[0] = Math.min(position[0], first.number());
                    return false;
                });
        return position[0];
    }

    /// The copy of the manifest has all that the log tells of objects before a position: after a
    /// restart, the log need not be kept for it. Not logged; what a crash makes undone keeps more.
    public void copied(long position) {
        shard.submit(new ShardTask.NoteCopied(position, new CompletableFuture<>()));
    }

    /// Tells all of the manifest, to be followed by [#changes]. Platform threads only.
    public void tell(Consumer<ManifestEntry> to) {
        new ManifestSnapshot(shard).tell(to);
    }
}
