package io.quafka.storage.index;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// One shard's rows in the index.
///
/// Writes come in updates, from one thread at a time. Reads may come from any platform thread
/// beside the writer; each sees one moment between two updates. Reads go through JNI and may touch
/// the disk: not for virtual threads.
///
/// Every method throws [IndexException] when the disk fails, [IndexDamagedException] when a
/// checksum does not match, and [IllegalStateException] when the index is closed.
public final class ShardIndex {
    private final Store store;
    private final int shardId;
    private final AtomicReference<@Nullable Update> idleUpdate = new AtomicReference<>();
    private volatile long appliedPosition;
    private volatile long durablePosition;

    ShardIndex(Store store, int shardId) {
        this.store = store;
        this.shardId = shardId;
        appliedPosition = longAt(Rows.shardKey(shardId, Rows.APPLIED));
        durablePosition = appliedPosition;
    }

    int shardId() {
        return shardId;
    }

    /// The commit log position up to which the index includes everything; 0 when the shard is new.
    /// After a crash, replay starts here.
    public long appliedPosition() {
        return appliedPosition;
    }

    /// The applied position that a crash cannot take back: as it was found at open, or when the
    /// last [Index#flush] began. The commit log behind it is needed for replay.
    public long durablePosition() {
        return durablePosition;
    }

    /// Starts an update; the one before is committed or closed.
    public Update newUpdate() {
        Update idle = idleUpdate.getAndSet(null);
        return idle == null ? new Update(store, this, shardId) : idle.reopen();
    }

    /// All rows at this moment. To be closed.
    public RowSnapshot snapshot() {
        return new RowSnapshot(store, shardId);
    }

    /// Deletes all rows; not durable before [Index#flush]. Nobody else may use them meanwhile.
    public void clear() {
        newUpdate().deleteAll().commit();
        appliedPosition = 0;
        durablePosition = 0;
    }

    /// Takes rows over that another replica's [RowSnapshot] told.
    ///
    /// @param chunk all of it
    /// @param number that it should have
    /// @return whether it is the last
    /// @throws IndexException if it is not sound; nothing was changed
    public boolean restore(ByteBuffer chunk, int number) {
        ByteBuffer rows = chunk.slice();
        if (rows.remaining() < RowSnapshot.HEAD_BYTES
                || rows.getInt() != RowSnapshot.crc(chunk)
                || rows.getInt() != number) {
            throw new IndexException("rows of a replica do not check: chunk " + number);
        }
        boolean last = rows.get() != 0;
        Update update = newUpdate();
        while (rows.hasRemaining()) {
            byte[] key = new byte[Short.toUnsignedInt(rows.getShort())];
            byte[] value = new byte[rows.getInt()];
            rows.get(key).get(value);
            if (key.length < RowSnapshot.KEY_BYTES_MIN
                    || !RowSnapshot.isTold(key[RowSnapshot.KEY_BYTES_MIN - 1])) {
                update.close();
                throw new IndexException("rows of a replica do not check: no such row");
            }
            update.putRow(key, value);
        }
        update.commit();
        return last;
    }

    /// @return the caller's bytes, or null when there are none under this name
    public byte @Nullable [] getState(String name) {
        byte[] value = store.get(Rows.stateKey(shardId, name));
        return value == null ? null : Rows.readBytes(ByteBuffer.wrap(value));
    }

    /// The run that begins the partition. Right after a range delete it steps over the rows that
    /// are still in memory: where the first offset is known, [#runFor] is cheaper.
    public @Nullable Run firstRun(PartitionKey partition) {
        try (Cursor runs = runs(partition)) {
            return runs.first() ? runs.run() : null;
        }
    }

    public @Nullable Run lastRun(PartitionKey partition) {
        try (Cursor runs = runs(partition)) {
            return runs.last() ? runs.run() : null;
        }
    }

    /// The first run that ends at or behind the offset: the one that holds it, or where a gap in
    /// the offsets goes on.
    public @Nullable Run runFor(PartitionKey partition, long offset) {
        try (Cursor runs = runs(partition)) {
            return runs.atLeast(Math.max(0, offset)) ? runs.run() : null;
        }
    }

    /// The last run that ends before the offset.
    public @Nullable Run runBefore(PartitionKey partition, long offset) {
        try (Cursor runs = runs(partition)) {
            return offset > 0 && runs.atMost(offset - 1) ? runs.run() : null;
        }
    }

    /// Visits the runs that end before the offset, the last first, until the visitor says false.
    /// Sees one moment, as [#scan] does.
    public void scanBack(PartitionKey partition, long beforeOffset, Predicate<Run> visitor) {
        try (Cursor runs = runs(partition)) {
            boolean more = beforeOffset > 0 && runs.atMost(beforeOffset - 1);
            while (more && visitor.test(runs.run())) {
                more = runs.previous();
            }
        }
    }

    /// Visits runs in offset order, from [#runFor] on, until the visitor says false. The visitor
    /// sees one moment, however long it takes; while it runs, the index holds on to replaced rows
    /// and cannot be closed.
    public void scan(PartitionKey partition, long fromOffset, Predicate<Run> visitor) {
        try (Cursor runs = runs(partition)) {
            boolean more = runs.atLeast(Math.max(0, fromOffset));
            while (more && visitor.test(runs.run())) {
                more = runs.next();
            }
        }
    }

    /// The first run with a cumulative max timestamp of at least this: the first that can hold a
    /// record so late.
    public @Nullable Run firstByCumulativeTimestamp(PartitionKey partition, long timestamp) {
        try (Cursor runs = runs(partition)) {
            return RunSearch.firstWhere(
                    runs, Cursor::run, run -> run.cumulativeMaxTimestamp() >= timestamp);
        }
    }

    /// The first run with more cumulative bytes than this.
    public @Nullable Run firstByCumulativeBytes(PartitionKey partition, long bytes) {
        try (Cursor runs = runs(partition)) {
            return RunSearch.firstWhere(runs, Cursor::run, run -> run.cumulativeBytes() > bytes);
        }
    }

    /// The last run of an epoch no later than this.
    public @Nullable Run lastOfEpochAtMost(PartitionKey partition, int epoch) {
        try (Cursor runs = runs(partition)) {
            return RunSearch.lastBefore(runs, Cursor::run, run -> run.leaderEpoch() > epoch);
        }
    }

    /// The partition's log start offset; 0 when none was put.
    public long logStart(PartitionKey partition) {
        return longAt(Rows.key(shardId, partition, Rows.LOG_START));
    }

    /// The offset up to which the partition was compacted; 0 when none was put.
    public long cleanedTo(PartitionKey partition) {
        return longAt(Rows.key(shardId, partition, Rows.CLEANED));
    }

    /// By producer id, ascending.
    public List<ProducerEntry> producers(PartitionKey partition) {
        List<ProducerEntry> producers = new ArrayList<>();
        try (Cursor rows = store.cursor().over(shardId, partition, Rows.PRODUCER)) {
            for (boolean more = rows.first(); more; more = rows.next()) {
                producers.add(new ProducerEntry(rows.number(), Rows.readBytes(rows.value())));
            }
        }
        return producers;
    }

    /// Visits aborted transactions in the order of their markers, from the first whose marker lies
    /// at or behind the offset, until the visitor says false.
    public void scanAborted(
            PartitionKey partition, long fromOffset, Predicate<AbortedTransaction> visitor) {
        try (Cursor rows = store.cursor().over(shardId, partition, Rows.ABORTED)) {
            boolean more = rows.atLeast(Math.max(0, fromOffset));
            while (more && visitor.test(Rows.readAborted(rows.number(), rows.value()))) {
                more = rows.next();
            }
        }
    }

    /// The first range that ends at or behind the offset.
    public @Nullable TieredRange rangeFor(PartitionKey partition, long offset) {
        try (Cursor rows = ranges(partition)) {
            return rows.atLeast(Math.max(0, offset)) ? rows.range() : null;
        }
    }

    public @Nullable TieredRange lastRange(PartitionKey partition) {
        try (Cursor rows = ranges(partition)) {
            return rows.last() ? rows.range() : null;
        }
    }

    /// Visits a partition's ranges in objects in offset order, from [#rangeFor] on, until the
    /// visitor says false. Sees one moment, as [#scan] does.
    public void scanRanges(
            PartitionKey partition, long fromOffset, Predicate<TieredRange> visitor) {
        try (Cursor rows = ranges(partition)) {
            boolean more = rows.atLeast(Math.max(0, fromOffset));
            while (more && visitor.test(rows.range())) {
                more = rows.next();
            }
        }
    }

    /// The first range with a cumulative max timestamp of at least this.
    public @Nullable TieredRange firstRangeByCumulativeTimestamp(
            PartitionKey partition, long timestamp) {
        try (Cursor rows = ranges(partition)) {
            return RunSearch.firstWhere(
                    rows, Cursor::range, range -> range.cumulativeMaxTimestamp() >= timestamp);
        }
    }

    /// The first range with more cumulative bytes than this.
    public @Nullable TieredRange firstRangeByCumulativeBytes(PartitionKey partition, long bytes) {
        try (Cursor rows = ranges(partition)) {
            return RunSearch.firstWhere(
                    rows, Cursor::range, range -> range.cumulativeBytes() > bytes);
        }
    }

    /// The last range of an epoch no later than this.
    public @Nullable TieredRange lastRangeOfEpochAtMost(PartitionKey partition, int epoch) {
        try (Cursor rows = ranges(partition)) {
            return RunSearch.lastBefore(rows, Cursor::range, range -> range.leaderEpoch() > epoch);
        }
    }

    /// What is known of an object in a state; null if it is not in that state.
    public @Nullable TieredObject object(ObjectState state, long number) {
        byte[] value = store.get(Rows.objectKey(shardId, state, number));
        return value == null ? null : Rows.readObject(number, ByteBuffer.wrap(value));
    }

    /// Visits the objects in a state by number, ascending, until the visitor says false.
    public void objects(ObjectState state, Predicate<TieredObject> visitor) {
        try (Cursor rows = store.cursor().overShard(shardId, Rows.kind(state))) {
            for (boolean more = rows.first(); more; more = rows.next()) {
                if (!visitor.test(Rows.readObject(rows.number(), rows.value()))) {
                    return;
                }
            }
        }
    }

    /// Live bytes by segment base, ascending.
    public Map<Long, Long> segmentLive() {
        Map<Long, Long> live = new TreeMap<>();
        try (Cursor rows = store.cursor().overShard(shardId, Rows.SEGMENT)) {
            for (boolean more = rows.first(); more; more = rows.next()) {
                live.put(rows.number(), Rows.readLong(rows.value()));
            }
        }
        return live;
    }

    /// Visits every partition that has runs, a log start or producers, until the visitor says
    /// false. One seek per partition, however many runs it has.
    public void partitions(Predicate<PartitionKey> visitor) {
        try (Cursor rows = store.cursor().overPartitions(shardId)) {
            boolean more = rows.first();
            while (more) {
                PartitionKey partition = Rows.readPartition(rows.key());
                more = visitor.test(partition) && rows.nextPartition(shardId, partition);
            }
        }
    }

    private Cursor ranges(PartitionKey partition) {
        return store.cursor().over(shardId, partition, Rows.TIERED);
    }

    private Cursor runs(PartitionKey partition) {
        return store.cursor().over(shardId, partition, Rows.RUN);
    }

    private long longAt(byte[] key) {
        byte[] value = store.get(key);
        return value == null ? 0 : Rows.readLong(ByteBuffer.wrap(value));
    }

    /// The update's rows are in: readers may see its position.
    void applied(long position) {
        appliedPosition = position;
    }

    void durable(long position) {
        durablePosition = position;
    }

    /// Keeps the update's native memory for the next one.
    ///
    /// @return false when another is kept already
    boolean keep(Update update) {
        return idleUpdate.compareAndSet(null, update);
    }

    void free() {
        Update idle = idleUpdate.getAndSet(null);
        if (idle != null) {
            idle.free();
        }
    }
}
