package io.quafka.storage.tier;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.TopicSettings;
import io.quafka.storage.backup.BackupNames;
import io.quafka.storage.index.ObjectState;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.Run;
import io.quafka.storage.index.TieredObject;
import io.quafka.storage.log.CommitLog.SealedSegment;
import io.quafka.storage.shard.IntendedObject;
import io.quafka.storage.shard.LocalCopies;
import io.quafka.storage.shard.ObjectCommit;
import io.quafka.storage.shard.ObjectCommit.Placed;
import io.quafka.storage.shard.Shard;
import io.quafka.storage.shard.ShardCompaction;
import io.quafka.tiering.object.ObjectOrigin;
import io.quafka.tiering.object.ObjectWriter;
import io.quafka.tiering.object.TieredPartition;
import io.quafka.tiering.object.WrittenObject;
import io.quafka.tiering.store.ObjectStore;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One shard's way into the object store, step by step. After a failure at any step, or the death
/// of the process, the next call goes on with what the manifest says. Belongs to the node's tiering
/// thread.
///
/// A segment becomes one object:
///
/// 1. the intent is logged,
/// 2. the partitions' runs are copied, partition after partition, and the object is completed,
/// 3. the store is asked whether it has all of it,
/// 4. the ranges are logged. Only what is in the manifest may leave the disk.
///
/// What was intended and not committed is closed by the next call and, with all that nobody needs
/// any more, deleted.
final class ShardTiering {
    private static final Logger log = LoggerFactory.getLogger(ShardTiering.class);
    private static final SecureRandom NONCES = new SecureRandom();

    /// Objects deleted at a time.
    private static final int DELETIONS_MAX = 500;

    private static final Comparator<PartitionKey> OBJECT_ORDER =
            Comparator.comparing(key -> new TieredPartition(key.topicId(), key.partition()));

    private final Shard shard;
    private final ObjectStore store;
    private final ObjectNames names;
    private final Function<Uuid, @Nullable TopicSettings> settings;
    private final ShardBackup backup;
    private final TieringCounters counters;
    private final Set<Long> mergesUnderWay;
    private final BooleanSupplier stopped;
    private final ObjectSpace space;
    private final LocalCopies copies;

    /// Where a partition cannot go on, by the offset that it stopped at.
    private final Map<PartitionKey, Long> stuck = new HashMap<>();

    /// When an object was first seen in which nothing lies any more: at most as many as are looked
    /// at at a time.
    private final Map<Long, Long> doomedSinceMs = new HashMap<>();

    /// Segments that end here or before were tiered, or had nothing to tier.
    private volatile long doneTo = -1;

    /// Whether objects had no room when last asked.
    private boolean full;

    private long activeBase = -1;
    private long activeSinceMs;

    /// @param mergesUnderWay nonces of objects that another thread is making
    /// @param space of the node's volume, for objects
    /// @param clock for people who read copies, by it
    ShardTiering(
            Shard shard,
            ObjectStore store,
            ObjectNames names,
            Function<Uuid, @Nullable TopicSettings> settings,
            TieringCounters counters,
            Set<Long> mergesUnderWay,
            BooleanSupplier stopped,
            ObjectSpace space,
            InstantSource clock) {
        this.shard = shard;
        this.store = store;
        this.names = names;
        this.backup =
                new ShardBackup(
                        shard,
                        store,
                        new BackupNames(names.clusterId()),
                        new ShardBackup.Environment(this::untieredBytes, stopped, clock));
        this.settings = settings;
        this.counters = counters;
        this.mergesUnderWay = mergesUnderWay;
        this.stopped = stopped;
        this.space = space;
        this.copies = new LocalCopies(shard);
    }

    /// Tiers the oldest segment that has something to tier.
    ///
    /// @return whether there may be more
    boolean tierNext() throws IOException, InterruptedException, ExecutionException {
        closeIntents();
        shard.feedIndex().get();
        if (doneTo < 0) {
            doneTo = firstUntieredPosition();
        }
        for (SealedSegment segment : shard.sealedSegments()) {
            if (segment.end() <= doneTo) {
                continue;
            }
            if (takesCompactionOver()) {
                // Behind this, the writer replaces no run of theirs any more.
                shard.feedIndex().get();
            }
            SortedMap<PartitionKey, Run> backlog = backlog(segment.end());
            if (!backlog.isEmpty()) {
                try (ObjectSpace.Room room = space.take(bytes(backlog, segment))) {
                    if (!hasRoomFor(backlog, room)) {
                        return false;
                    }
                    if (upload(backlog, segment, room)) {
                        doneTo = segment.end();
                    }
                }
                return !stopped.getAsBoolean();
            }
            doneTo = segment.end();
        }
        return false;
    }

    /// What an object may be made of, at most.
    private static long bytes(SortedMap<PartitionKey, Run> backlog, SealedSegment segment) {
        long first = backlog.values().stream().mapToLong(Run::position).min().orElseThrow();
        return Math.min(TieringConfig.OBJECT_BYTES_MAX, segment.end() - first);
    }

    /// Whether there is room for the next run at least; tells the log when that changes.
    private boolean hasRoomFor(SortedMap<PartitionKey, Run> backlog, ObjectSpace.Room room) {
        boolean fits = room.bytes() >= backlog.values().iterator().next().length();
        if (fits == full) {
            full = !fits;
            log.atWarn()
                    .addKeyValue("shard", shard.id())
                    .addKeyValue("bytes", space.used())
                    .addKeyValue("bytesMax", space.limit())
                    .log(
                            full
                                    ? "objects have filled what they may take of this volume: nothing more is tiered until"
                                            + " some expire, or tiering.directory.percent is raised"
                                    : "objects have room again: tiering goes on");
        }
        return fits;
    }

    /// Nobody is uploading what was intended: whoever began it failed, or is dead.
    private void closeIntents() throws InterruptedException, ExecutionException {
        for (TieredObject intended :
                shard.manifest().objects(ObjectState.INTENDED, Integer.MAX_VALUE)) {
            if (!mergesUnderWay.contains(intended.nonce())) {
                shard.manifest()
                        .commit(ObjectCommit.nothingMore(intended.number(), shard.epoch()))
                        .get();
            }
        }
    }

    private long firstUntieredPosition() {
        long first = Long.MAX_VALUE;
        for (PartitionKey key : shard.partitions()) {
            Run run = isTiered(key) ? shard.manifest().firstUntiered(key) : null;
            first = run == null ? first : Math.min(first, run.position());
        }
        return first == Long.MAX_VALUE ? 0 : first;
    }

    /// Compacted partitions that are tiered are compacted in the store alone, from before their
    /// first run is copied: of two that are copied, none may have been compacted in between.
    ///
    /// @return whether there is a new one
    private boolean takesCompactionOver() {
        boolean any = false;
        for (PartitionKey key : shard.partitions()) {
            TopicSettings topic = settings.apply(key.topicId());
            if (topic != null && topic.compacted() && isTiered(key)) {
                any |= shard.partition(key).leaveCompactionToStore();
            }
        }
        return any;
    }

    private boolean isTiered(PartitionKey key) {
        TopicSettings topic = settings.apply(key.topicId());
        return topic != null
                && (topic.tiered()
                        || (topic.compacted()
                                && ShardCompaction.isInStore(shard.partition(key), false)));
    }

    /// The first run to copy of each partition that has one before a position of the log, in the
    /// order that an object has partitions in.
    private SortedMap<PartitionKey, Run> backlog(long endPosition) {
        SortedMap<PartitionKey, Run> backlog = new TreeMap<>(OBJECT_ORDER);
        for (PartitionKey key : shard.partitions()) {
            Run run = isTiered(key) ? shard.manifest().firstUntiered(key) : null;
            if (run != null
                    && run.position() < endPosition
                    && stuck.getOrDefault(key, -1L) != run.baseOffset()) {
                backlog.put(key, run);
            }
        }
        return backlog;
    }

    /// @return whether all of the backlog was copied, or cannot be
    private boolean upload(
            SortedMap<PartitionKey, Run> backlog, SealedSegment segment, ObjectSpace.Room room)
            throws IOException, InterruptedException, ExecutionException {
        long began = System.nanoTime();
        IntendedObject intended = shard.manifest().intend(NONCES.nextLong()).get();
        String key = names.key(intended.number(), intended.createdMs(), intended.nonce());
        ObjectOrigin origin =
                new ObjectOrigin(shard.id(), intended.epoch(), segment.base(), segment.end());
        boolean whole = true;
        List<Placed> placed;
        WrittenObject written;
        try (ObjectWriter writer =
                ObjectWriter.begin(store, key, origin, ObjectWriter.BLOCK_BYTES)) {
            ObjectBuild build =
                    new ObjectBuild(shard, intended.number(), writer, room.bytes(), stopped);
            for (var first : backlog.entrySet()) {
                ObjectBuild.Outcome outcome =
                        build.append(first.getKey(), first.getValue(), segment.end());
                if (outcome == ObjectBuild.Outcome.STUCK) {
                    noteStuck(first.getKey());
                }
                if (outcome == ObjectBuild.Outcome.FULL) {
                    whole = false;
                    break;
                }
            }
            placed = build.finish();
            if (placed.isEmpty()) {
                return whole;
            }
            written = writer.commit();
        }
        long size = written.stored().size();
        room.filled(size);
        new UploadCommit(shard, store).commit(intended, key, size, placed, false);
        counters.uploads.increment();
        counters.uploadedBytes.add(size);
        log.atInfo()
                .addKeyValue("shard", shard.id())
                .addKeyValue("segment", segment.base())
                .addKeyValue("object", key)
                .addKeyValue("bytes", size)
                .addKeyValue("ranges", placed.size())
                .addKeyValue("millis", (System.nanoTime() - began) / 1_000_000)
                .log("segment tiered");
        return whole;
    }

    private void noteStuck(PartitionKey partition) {
        // What was copied of it is not in the manifest yet: it is looked at once more, in vain.
        Run next = shard.manifest().firstUntiered(partition);
        if (next != null) {
            stuck.put(partition, next.baseOffset());
        }
    }

    /// Deletes objects in which nothing lies that anybody needs.
    ///
    /// @param delayMs how long they are kept for who was told of them before
    /// @return whether there may be more
    boolean deleteDoomed(long nowMs, long delayMs)
            throws IOException, InterruptedException, ExecutionException {
        List<TieredObject> doomed = shard.manifest().objects(ObjectState.DOOMED, DELETIONS_MAX);
        List<TieredObject> due = new ArrayList<>();
        doomedSinceMs.keySet().retainAll(doomed.stream().map(TieredObject::number).toList());
        for (TieredObject object : doomed) {
            long sinceMs = doomedSinceMs.computeIfAbsent(object.number(), _ -> nowMs);
            if (nowMs - sinceMs >= delayMs && !mergesUnderWay.contains(object.nonce())) {
                due.add(object);
            }
        }
        if (due.isEmpty() || !shard.feedIndex().get()) {
            return false;
        }
        // A merge that has ended since it was listed may have put ranges into it.
        due.removeIf(
                object -> shard.manifest().object(ObjectState.DOOMED, object.number()) == null);
        if (due.isEmpty() || !backup.forgets()) {
            return false;
        }
        space.delete(store, due.stream().map(names::key).toList());
        for (TieredObject object : due) {
            shard.manifest().drop(object.number()).get();
            doomedSinceMs.remove(object.number());
            counters.deletions.increment();
        }
        return due.size() == DELETIONS_MAX;
    }

    /// Copies to the store what else is on the disk alone.
    void backUp(ClusterImage image, long nowMs)
            throws IOException, InterruptedException, ExecutionException {
        backup.write(image, nowMs);
    }

    /// Has local copies leave the disk that are past their topics' local limits.
    void dropLocalCopies(long nowMs) throws InterruptedException, ExecutionException {
        copies.leave(settings, nowMs);
    }

    /// Seals the active segment once records to tier have lain in it for so long.
    void sealAged(long nowMs, long ageMs) throws InterruptedException, ExecutionException {
        long base = shard.activeBase();
        if (base != activeBase || shard.activeBytes() == 0) {
            activeBase = base;
            activeSinceMs = nowMs;
            return;
        }
        if (nowMs - activeSinceMs < ageMs) {
            return;
        }
        activeSinceMs = nowMs;
        shard.feedIndex().get();
        for (PartitionKey key : shard.partitions()) {
            if (isTiered(key) && hasNewerThan(key, base)) {
                shard.seal().get();
                return;
            }
        }
    }

    private boolean hasNewerThan(PartitionKey key, long position) {
        Run last = shard.lastRun(key);
        return last != null && last.position() >= position;
    }

    /// Deletes objects in the store that no manifest knows and that are old enough to be nobody's.
    ///
    /// @param bornBeforeMs objects intended since are left alone
    void sweep(long bornBeforeMs) throws IOException {
        new OrphanSweep(shard, store, names, backup, space, counters).run(bornBeforeMs, stopped);
    }

    /// Bytes of the log that are in no object: at most so many would be lost with the disk.
    private long untieredBytes() {
        return Math.max(0, shard.logEnd() - Math.max(doneTo, 0));
    }

    /// Bytes of sealed segments that were not tiered yet. Any thread.
    long backlogBytes() {
        long bytes = 0;
        for (SealedSegment segment : shard.sealedSegments()) {
            bytes += Math.max(0, segment.end() - Math.max(doneTo, segment.base()));
        }
        return bytes;
    }
}
