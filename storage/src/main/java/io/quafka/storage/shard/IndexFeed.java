package io.quafka.storage.shard;

import io.quafka.storage.index.AbortedTransaction;
import io.quafka.storage.index.IndexException;
import io.quafka.storage.index.ObjectState;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.Run;
import io.quafka.storage.index.ShardIndex;
import io.quafka.storage.index.TieredObject;
import io.quafka.storage.index.TieredRange;
import io.quafka.storage.index.Update;
import io.quafka.storage.log.CommitLog;
import io.quafka.storage.replication.EpochTable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings what the commit log says to the index, in bulk: rows are gathered over many groups and
/// committed together with the position up to which they are complete. Belongs to the shard's
/// writer (and, before it starts, to recovery).
final class IndexFeed {
    private static final Logger log = LoggerFactory.getLogger(IndexFeed.class);

    /// Rows gathered before they are committed even under load.
    static final int ROWS_MAX = 4096;

    /// Rows gathered while the index cannot take them (its disk is full, say); beyond, appends are
    /// refused.
    static final int ROWS_REFUSE = 200_000;

    /// State of the shard: start of the last group that the index includes, to tell at recovery
    /// whether log and index belong together.
    static final String LAST_GROUP = "last-group";

    /// State of the shard: where the epochs begin, of what the index includes.
    static final String EPOCHS = "epochs";

    /// State of the shard: why its manifest may lack something, if it may.
    static final String MANIFEST_DOUBT = "manifest-doubt";

    /// State of the shard: before which position the copy of its manifest has what the log tells of
    /// objects.
    static final String MANIFEST_COPIED = "manifest-copied";

    private final ShardIndex index;
    private final CommitLog commitLog;
    private final SegmentSpace space;
    private final TopicSpaces topics;
    private final EpochTable epochs;
    private final Set<Long> touchedSegments = new HashSet<>();
    private final List<Partition> touchedPartitions = new ArrayList<>();
    private final Map<Long, TieredObject> touchedObjects = new HashMap<>();
    private Update update;
    private long appliedTo;
    private long lastGroup = -1;
    private boolean failing;

    IndexFeed(
            ShardIndex index,
            CommitLog commitLog,
            SegmentSpace space,
            TopicSpaces topics,
            EpochTable epochs) {
        this.epochs = epochs;
        this.topics = topics;
        this.index = index;
        this.commitLog = commitLog;
        this.space = space;
        this.update = index.newUpdate();
        this.appliedTo = index.appliedPosition();
    }

    /// A partition's part of a group that is in the log: its runs, and what they changed in its
    /// producer table.
    void appended(Partition partition, List<Run> runs) {
        producers(partition);
        for (AbortedTransaction aborted : partition.takeAborted()) {
            update.putAborted(partition.key(), aborted);
        }
        for (Run run : runs) {
            update.putRun(partition.key(), run);
            account(partition.key(), run.position(), run.length());
            topics.of(partition.key().topicId()).appended(run.length());
        }
        touchedPartitions.add(partition);
    }

    /// Puts fresh runs where old ones were; as with [#logStart], nothing may be pending.
    void replaced(Partition partition, List<Run> old, List<Run> fresh) {
        for (Run run : old) {
            update.deleteRun(partition.key(), run.lastOffset());
            account(partition.key(), run.position(), -run.length());
        }
        for (Run run : fresh) {
            update.putRun(partition.key(), run);
            account(partition.key(), run.position(), run.length());
        }
    }

    /// No record is left of the aborted transactions that ended in a stretch of offsets: readers
    /// must not wait for their markers, which may be gone.
    void abortedCleaned(Partition partition, long firstOffset, long lastOffset) {
        index.scanAborted(
                partition.key(),
                firstOffset,
                aborted -> {
                    boolean within = aborted.lastOffset() <= lastOffset;
                    if (within) {
                        update.deleteAborted(partition.key(), aborted.lastOffset());
                    }
                    return within;
                });
    }

    /// Puts a run anew that lies where it did.
    void restated(Partition partition, Run run) {
        update.putRun(partition.key(), run);
    }

    /// Puts a range anew that lies where it did.
    void restated(Partition partition, TieredRange range) {
        update.putRange(partition.key(), range);
    }

    void cleanedTo(Partition partition, long offset) {
        update.putCleanedTo(partition.key(), offset);
    }

    private void account(PartitionKey key, long position, long bytes) {
        topics.of(key.topicId()).add(bytes);
        long base = commitLog.segmentOf(position);
        space.add(base, bytes);
        touchedSegments.add(base);
    }

    /// Takes over what changed in a partition's producer table. Nothing may be in the table that is
    /// not in the log: a batch that the index alone remembers would be taken for a duplicate when
    /// it is sent again.
    void producers(Partition partition) {
        for (long producerId : partition.producers.takeChanged()) {
            byte[] state = partition.producers.encode(producerId);
            if (state == null) {
                update.deleteProducer(partition.key(), producerId);
            } else {
                update.putProducer(partition.key(), producerId, state);
            }
        }
    }

    /// Drops runs that end before an offset, and says so to the space accounts. Nothing may be
    /// pending, for the index is read: [#tryCommit] comes first. Doing it again after a crash
    /// changes nothing.
    void logStart(Partition partition, long offset) {
        freeRuns(partition.key(), offset);
        update.deleteRunsBefore(partition.key(), offset);
        if (freeRanges(partition.key(), offset)) {
            update.deleteRangesBefore(partition.key(), offset);
        }
        boolean[] any = {false};
        index.scanAborted(
                partition.key(),
                0,
                aborted -> {
                    any[0] = aborted.lastOffset() < offset;
                    return false;
                });
        if (any[0]) {
            update.deleteAbortedBefore(partition.key(), offset);
        }
        update.putLogStart(partition.key(), offset);
    }

    /// Drops all rows of a partition; as with [#logStart], nothing may be pending.
    void dropped(PartitionKey key) {
        freeRuns(key, Long.MAX_VALUE);
        freeRanges(key, Long.MAX_VALUE);
        update.deletePartition(key);
    }

    /// Drops the rows of runs that end before an offset, and nothing else; as with [#logStart],
    /// nothing may be pending.
    void localStart(Partition partition, long offset) {
        freeRuns(partition.key(), offset);
        update.deleteRunsBefore(partition.key(), offset);
    }

    void objectIntended(TieredObject object) {
        update.putObject(ObjectState.INTENDED, object);
    }

    /// Adds a range to the manifest; as with [#logStart], nothing may be pending.
    void tiered(Partition partition, TieredRange range) {
        update.putRange(partition.key(), range);
        countRanges(range.object(), 1);
    }

    /// Takes ranges out of the manifest whose offsets lie within those of another; as with
    /// [#logStart], nothing may be pending.
    void rangesGone(Partition partition, TieredRange within) {
        index.scanRanges(
                partition.key(),
                within.baseOffset(),
                range -> {
                    if (range.lastOffset() > within.lastOffset()) {
                        return false;
                    }
                    update.deleteRange(partition.key(), range.lastOffset());
                    countRanges(range.object(), -1);
                    return true;
                });
    }

    /// @param size bytes of the object; 0 if it was never stored
    /// @param last whether its ranges were all added by now
    void objectCommitted(long number, long size, boolean last) {
        TieredObject object = objectOf(number);
        if (object == null) {
            return;
        }
        touchedObjects.put(number, object.with(Math.max(size, object.size()), object.ranges()));
        if (last) {
            update.deleteObject(ObjectState.INTENDED, number);
        }
    }

    void objectDropped(long number) {
        touchedObjects.remove(number);
        for (ObjectState state : ObjectState.values()) {
            update.deleteObject(state, number);
        }
    }

    /// See [ShardManifest#copied].
    void manifestCopied(long position) {
        update.putState(MANIFEST_COPIED, ByteBuffer.allocate(Long.BYTES).putLong(position).array());
    }

    /// The log cannot tell all of the manifest: see [ShardManifest#doubt].
    void manifestDoubt(String why) {
        update.putState(MANIFEST_DOUBT, why.getBytes(StandardCharsets.UTF_8));
    }

    /// The manifest lacks nothing any more.
    void manifestWhole() {
        update.deleteState(MANIFEST_DOUBT);
    }

    /// An aborted transaction of which something lies in objects.
    void aborted(PartitionKey key, AbortedTransaction aborted) {
        update.putAborted(key, aborted);
    }

    /// An object that the log does not tell of.
    void adopted(TieredObject object) {
        touchedObjects.put(object.number(), object);
    }

    /// The index includes the log up to its end, though it holds nothing.
    void caughtUp(long end) {
        appliedTo = Math.max(appliedTo, end);
    }

    private void countRanges(long number, int more) {
        TieredObject object = objectOf(number);
        if (object != null) {
            touchedObjects.put(number, object.with(object.size(), object.ranges() + more));
        }
    }

    private @Nullable TieredObject objectOf(long number) {
        TieredObject object = touchedObjects.get(number);
        if (object != null) {
            return object;
        }
        object = index.object(ObjectState.HELD, number);
        object = object != null ? object : index.object(ObjectState.DOOMED, number);
        return object != null ? object : index.object(ObjectState.INTENDED, number);
    }

    /// @return whether there were any
    private boolean freeRanges(PartitionKey key, long before) {
        boolean[] any = {false};
        index.scanRanges(
                key,
                0,
                range -> {
                    if (range.lastOffset() >= before) {
                        return false;
                    }
                    countRanges(range.object(), -1);
                    any[0] = true;
                    return true;
                });
        return any[0];
    }

    private void freeRuns(PartitionKey key, long before) {
        index.scan(
                key,
                0,
                run -> {
                    if (run.lastOffset() >= before) {
                        return false;
                    }
                    account(key, run.position(), -run.length());
                    return true;
                });
    }

    void segmentGone(long base) {
        space.forget(base);
        touchedSegments.remove(base);
        update.deleteSegment(base);
    }

    /// Everything up to the end of the group that starts at `group` was handed over.
    void groupApplied(long group, long end) {
        lastGroup = group;
        appliedTo = end;
    }

    /// Up to where everything was handed over.
    long appliedTo() {
        return appliedTo;
    }

    boolean isFull() {
        return update.size() >= ROWS_MAX;
    }

    boolean isEmpty() {
        return update.size() == 0 && appliedTo == index.appliedPosition();
    }

    /// True while so much waits for the index that no more may be taken on.
    boolean mustRefuse() {
        return update.size() >= ROWS_REFUSE;
    }

    /// Commits what was gathered. On failure it is kept and tried again with the next call.
    ///
    /// @return false if the index did not take it
    boolean tryCommit() {
        try {
            commit();
            if (failing) {
                failing = false;
                log.atWarn().log("the index takes updates again");
            }
            return true;
        } catch (IndexException e) {
            if (!failing) {
                failing = true;
                log.atError().setCause(e).log("the index does not take updates: kept in memory");
            }
            return false;
        }
    }

    /// @throws IndexException if the index does not take it; nothing is lost
    void commit() {
        for (long base : touchedSegments) {
            update.putSegmentLive(base, space.live(base));
        }
        touchedSegments.clear();
        touchedObjects.values().forEach(this::putObject);
        if (lastGroup >= 0) {
            update.putState(LAST_GROUP, ByteBuffer.allocate(8).putLong(lastGroup).array());
        }
        if (epochs.takeChanged()) {
            update.putState(EPOCHS, epochs.encode());
        }
        update.appliedTo(appliedTo);
        update.commit();
        update = index.newUpdate();
        touchedObjects.clear();
        touchedPartitions.forEach(Partition::trimRecent);
        touchedPartitions.clear();
    }

    private void putObject(TieredObject object) {
        boolean held = object.ranges() > 0;
        update.putObject(held ? ObjectState.HELD : ObjectState.DOOMED, object)
                .deleteObject(held ? ObjectState.DOOMED : ObjectState.HELD, object.number());
    }

    void close() {
        update.close();
    }
}
