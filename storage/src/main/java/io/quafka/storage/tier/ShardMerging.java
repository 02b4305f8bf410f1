package io.quafka.storage.tier;

import io.quafka.storage.index.ObjectState;
import io.quafka.storage.index.TieredObject;
import io.quafka.storage.shard.IntendedObject;
import io.quafka.storage.shard.ObjectCommit.Placed;
import io.quafka.storage.shard.Shard;
import io.quafka.tiering.object.ObjectDamagedException;
import io.quafka.tiering.object.ObjectReader;
import io.quafka.tiering.object.ObjectWriter;
import io.quafka.tiering.object.WrittenObject;
import io.quafka.tiering.store.ObjectStore;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Merges one shard's objects, as uploads are made: the intent is logged, the object is completed,
/// the store is asked whether it has all of it, and the ranges are logged, each of which takes the
/// place of those that it was made of. Objects in which nothing lies any more after that are
/// deleted as others are. After a failure or a crash at any step there are the old objects, or the
/// new one, or, of partitions that were committed already, the new one beside the old.
///
/// Belongs to the node's merging thread.
final class ShardMerging {
    private static final Logger log = LoggerFactory.getLogger(ShardMerging.class);
    private static final SecureRandom NONCES = new SecureRandom();

    /// Small objects looked at, at a time: the oldest.
    private static final int CANDIDATES_MAX = 10_000;

    private final Shard shard;
    private final ObjectStore store;
    private final ObjectNames names;
    private final MergePolicy policy;
    private final TieringCounters counters;
    private final Set<Long> underWay;
    private final ObjectSpace space;
    private final BooleanSupplier stopped;

    /// Objects that are damaged: left as they are, for as long as this process runs.
    private final Set<Long> damaged = new HashSet<>();

    /// @param underWay nonces of objects that are being made; those that the tiering thread must
    ///   not take for given up
    /// @param space of the node's volume, for objects
    ShardMerging(
            Shard shard,
            ObjectStore store,
            ObjectNames names,
            MergePolicy policy,
            TieringCounters counters,
            Set<Long> underWay,
            ObjectSpace space,
            BooleanSupplier stopped) {
        this.shard = shard;
        this.store = store;
        this.names = names;
        this.policy = policy;
        this.counters = counters;
        this.underWay = underWay;
        this.space = space;
        this.stopped = stopped;
    }

    /// Merges the objects that the policy chooses, if any.
    ///
    /// @return whether there may be more
    boolean mergeNext(Pace pace) throws IOException, InterruptedException, ExecutionException {
        List<TieredObject> chosen = policy.choose(candidates());
        if (chosen.isEmpty()) {
            return false;
        }
        long bytes = chosen.stream().mapToLong(TieredObject::size).sum();
        if (space.left() / 2 < bytes) {
            // Uploads go first: nothing leaves the logs without them.
            return false;
        }
        long nonce = NONCES.nextLong();
        underWay.add(nonce);
        try (ObjectSpace.Room room = space.take(bytes)) {
            return merge(chosen, nonce, room, pace) && !stopped.getAsBoolean();
        } catch (ObjectDamagedException e) {
            chosen.stream()
                    .filter(object -> names.key(object).equals(e.key()))
                    .forEach(object -> damaged.add(object.number()));
            throw e;
        } finally {
            underWay.remove(nonce);
        }
    }

    private List<TieredObject> candidates() {
        Set<Long> unfinished = new HashSet<>();
        shard.manifest()
                .objects(ObjectState.INTENDED, Integer.MAX_VALUE)
                .forEach(object -> unfinished.add(object.number()));
        List<TieredObject> small = new ArrayList<>();
        shard.manifest()
                .scanObjects(
                        ObjectState.HELD,
                        object -> {
                            if (policy.isSmall(object)
                                    && !unfinished.contains(object.number())
                                    && !damaged.contains(object.number())) {
                                small.add(object);
                            }
                            return small.size() < CANDIDATES_MAX;
                        });
        return small;
    }

    /// @return whether ranges were merged
    private boolean merge(List<TieredObject> chosen, long nonce, ObjectSpace.Room room, Pace pace)
            throws IOException, InterruptedException, ExecutionException {
        long began = System.nanoTime();
        ObjectMerge merge = ObjectMerge.plan(shard, new ObjectReader(store), names, chosen);
        if (merge.isEmpty()) {
            return false;
        }
        IntendedObject intended = shard.manifest().intend(nonce).get();
        String key = names.key(intended.number(), intended.createdMs(), intended.nonce());
        List<Placed> placed;
        WrittenObject written;
        try (ObjectWriter writer =
                ObjectWriter.begin(
                        store, key, merge.origin(intended.epoch()), ObjectWriter.BLOCK_BYTES)) {
            placed = merge.copy(store, writer, intended.number(), pace, stopped);
            if (placed == null) {
                return false;
            }
            written = writer.commit();
        }
        long size = written.stored().size();
        room.filled(size);
        int accepted = new UploadCommit(shard, store).commit(intended, key, size, placed, true);
        counters.merges.increment();
        counters.mergedObjects.add(chosen.size());
        counters.mergedBytes.add(size);
        log.atInfo()
                .addKeyValue("shard", shard.id())
                .addKeyValue("objects", chosen.size())
                .addKeyValue("object", key)
                .addKeyValue("bytes", size)
                .addKeyValue("ranges", accepted)
                .addKeyValue("before", chosen.stream().mapToLong(TieredObject::ranges).sum())
                .addKeyValue("millis", (System.nanoTime() - began) / 1_000_000)
                .log("objects merged");
        return accepted > 0;
    }
}
