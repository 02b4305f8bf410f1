package io.quafka.storage.index;

import java.nio.ByteBuffer;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/// Rows of one shard that become visible, and survive a crash, together or not at all.
///
/// The calls take effect in their order: what is put after a delete stays. Nothing is read, so an
/// update sees no state. One thread at a time, and one open update per shard. [#commit] or [#close]
/// ends it; it must not be used afterwards.
///
/// An update is held in memory until it is committed: keep it below [#BYTES_ADVISED].
public final class Update implements AutoCloseable {
    /// The size at which a writer best commits and starts the next: rows cost no less in larger
    /// ones.
    public static final long BYTES_ADVISED = 1 << 20;

    private static final long NO_POSITION = -1;

    private final Store store;
    private final ShardIndex shard;
    private final int shardId;
    private final WriteBatch batch = new WriteBatch();
    private final ByteBuffer key = ByteBuffer.allocateDirect(Rows.NUMBER_KEY_BYTES);
    private final ByteBuffer value = ByteBuffer.allocateDirect(Rows.VALUE_BYTES_MAX);
    private long position = NO_POSITION;
    private boolean open = true;

    Update(Store store, ShardIndex shard, int shardId) {
        this.store = store;
        this.shard = shard;
        this.shardId = shardId;
    }

    /// Adds a run. A run is known by its last offset: to change where a run ends, delete the old
    /// row too.
    public Update putRun(PartitionKey partition, Run run) {
        key(partition, Rows.RUN).putLong(run.lastOffset());
        Rows.putRun(value.clear(), run);
        return put();
    }

    /// Deletes the run that ends at this offset, if there is one.
    public Update deleteRun(PartitionKey partition, long lastOffset) {
        key(partition, Rows.RUN).putLong(lastOffset);
        return delete();
    }

    /// Deletes the runs that end before the offset; the one that holds it stays.
    ///
    /// This and the two deletes below are range deletes: cheap however many rows they cover, but
    /// the first read after a commit sorts all recent ones. To trim thousands of partitions, put
    /// them in one update rather than one update each.
    public Update deleteRunsBefore(PartitionKey partition, long offset) {
        return deleteRange(
                Rows.key(shardId, partition, Rows.RUN),
                Rows.key(shardId, partition, Rows.RUN, Math.max(0, offset)));
    }

    /// Deletes the runs that end at or behind the offset, as when the log's end is cut; what is
    /// left of the run that held it, the caller puts again.
    public Update deleteRunsFrom(PartitionKey partition, long offset) {
        return deleteRange(
                Rows.key(shardId, partition, Rows.RUN, Math.max(0, offset)),
                Rows.key(shardId, partition, Rows.RUN + 1));
    }

    /// Deletes all rows of the partition.
    public Update deletePartition(PartitionKey partition) {
        return deleteRange(
                Rows.key(shardId, partition, 0), Rows.key(shardId, partition, Rows.KINDS_END));
    }

    /// Adds an aborted transaction, known by the offset of its marker.
    public Update putAborted(PartitionKey partition, AbortedTransaction aborted) {
        key(partition, Rows.ABORTED).putLong(requireNotNegative(aborted.lastOffset()));
        Rows.putAborted(value.clear(), aborted);
        return put();
    }

    /// Deletes the aborted transaction whose marker lies at the offset.
    public Update deleteAborted(PartitionKey partition, long lastOffset) {
        key(partition, Rows.ABORTED).putLong(requireNotNegative(lastOffset));
        return delete();
    }

    /// Deletes the aborted transactions whose markers lie before the offset.
    public Update deleteAbortedBefore(PartitionKey partition, long offset) {
        return deleteRange(
                Rows.key(shardId, partition, Rows.ABORTED),
                Rows.key(shardId, partition, Rows.ABORTED, Math.max(0, offset)));
    }

    /// Adds a range of a partition that lies in an object, known by its last offset.
    public Update putRange(PartitionKey partition, TieredRange range) {
        key(partition, Rows.TIERED).putLong(range.lastOffset());
        Rows.putTiered(value.clear(), range);
        return put();
    }

    /// Deletes the range that ends at this offset, if there is one.
    public Update deleteRange(PartitionKey partition, long lastOffset) {
        key(partition, Rows.TIERED).putLong(lastOffset);
        return delete();
    }

    /// Deletes the ranges that end before the offset.
    public Update deleteRangesBefore(PartitionKey partition, long offset) {
        return deleteRange(
                Rows.key(shardId, partition, Rows.TIERED),
                Rows.key(shardId, partition, Rows.TIERED, Math.max(0, offset)));
    }

    /// Puts what is known of an object, under one of its states.
    public Update putObject(ObjectState state, TieredObject object) {
        shardKey(Rows.kind(state)).putLong(requireNotNegative(object.number()));
        Rows.putObject(value.clear(), object);
        return put();
    }

    public Update deleteObject(ObjectState state, long number) {
        shardKey(Rows.kind(state)).putLong(number);
        return delete();
    }

    /// @param offset 0 or more
    public Update putLogStart(PartitionKey partition, long offset) {
        key(partition, Rows.LOG_START);
        Rows.putLong(value.clear(), requireNotNegative(offset));
        return put();
    }

    /// Says that the partition was compacted up to an offset.
    ///
    /// @param offset 0 or more
    public Update putCleanedTo(PartitionKey partition, long offset) {
        key(partition, Rows.CLEANED);
        Rows.putLong(value.clear(), requireNotNegative(offset));
        return put();
    }

    /// @param producerId 0 or more
    /// @param state copied
    public Update putProducer(PartitionKey partition, long producerId, byte[] state) {
        byte[] row = Rows.key(shardId, partition, Rows.PRODUCER, requireNotNegative(producerId));
        return put(row, Rows.versioned(state));
    }

    public Update deleteProducer(PartitionKey partition, long producerId) {
        key(partition, Rows.PRODUCER).putLong(producerId);
        return delete();
    }

    /// @param segmentBase position of the segment's first byte, 0 or more
    /// @param liveBytes bytes of the segment that some partition still needs
    public Update putSegmentLive(long segmentBase, long liveBytes) {
        shardKey(Rows.SEGMENT).putLong(requireNotNegative(segmentBase));
        Rows.putLong(value.clear(), liveBytes);
        return put();
    }

    public Update deleteSegment(long segmentBase) {
        shardKey(Rows.SEGMENT).putLong(segmentBase);
        return delete();
    }

    /// Puts small state of the shard's own under a name.
    ///
    /// @param state copied
    public Update putState(String name, byte[] state) {
        return put(Rows.stateKey(shardId, name), Rows.versioned(state));
    }

    public Update deleteState(String name) {
        requireOpen();
        try {
            batch.delete(Rows.stateKey(shardId, name));
        } catch (RocksDBException error) {
            throw store.failure(error);
        }
        return this;
    }

    /// Puts a row as [RowSnapshot] tells it.
    ///
    /// @param rest of the key, behind the shard
    Update putRow(byte[] rest, byte[] rowValue) {
        byte[] row =
                ByteBuffer.allocate(Integer.BYTES + rest.length).putInt(shardId).put(rest).array();
        return put(row, rowValue);
    }

    /// Deletes all rows of the shard.
    Update deleteAll() {
        return deleteRange(Rows.shardKey(shardId, (byte) 0), Rows.shardKey(shardId + 1, (byte) 0));
    }

    /// Says up to where in the commit log the index includes everything once this update is
    /// committed. It goes back only when the log's end is cut: then [Index#flush] before the log is
    /// written anew from there.
    public Update appliedTo(long appliedPosition) {
        requireOpen();
        position = requireNotNegative(appliedPosition);
        return this;
    }

    /// Rows put and deletes so far.
    public int size() {
        requireOpen();
        return batch.count();
    }

    /// Bytes held so far.
    public long bytes() {
        requireOpen();
        return batch.getDataSize();
    }

    /// Makes the rows visible, all at once, and ends the update. They are durable after
    /// [Index#flush], or some time later.
    ///
    /// Waits while memtables are being flushed.
    ///
    /// @throws IndexException when nothing was written; the update stays open and may be committed
    ///   again
    public void commit() {
        requireOpen();
        if (position != NO_POSITION) {
            shardKey(Rows.APPLIED);
            Rows.putLong(value.clear(), position);
            put();
        }
        store.write(batch);
        if (position != NO_POSITION) {
            shard.applied(position);
        }
        close();
    }

    /// Ends the update; what was not committed is dropped.
    @Override
    public void close() {
        if (!open) {
            return;
        }
        open = false;
        boolean large = batch.getDataSize() > BYTES_ADVISED;
        batch.clear();
        position = NO_POSITION;
        if (large || !shard.keep(this)) {
            free();
        }
    }

    Update reopen() {
        open = true;
        return this;
    }

    void free() {
        batch.close();
    }

    private ByteBuffer key(PartitionKey partition, byte kind) {
        return Rows.putPrefix(key.clear(), shardId, partition, kind);
    }

    private ByteBuffer shardKey(byte kind) {
        return Rows.putShardPrefix(key.clear(), shardId, kind);
    }

    private Update put() {
        requireOpen();
        try {
            batch.put(key.flip(), value.flip());
        } catch (RocksDBException error) {
            throw store.failure(error);
        }
        return this;
    }

    private Update put(byte[] rowKey, byte[] rowValue) {
        requireOpen();
        try {
            batch.put(rowKey, rowValue);
        } catch (RocksDBException error) {
            throw store.failure(error);
        }
        return this;
    }

    private Update delete() {
        requireOpen();
        try {
            batch.delete(key.flip());
        } catch (RocksDBException error) {
            throw store.failure(error);
        }
        return this;
    }

    private Update deleteRange(byte[] from, byte[] to) {
        requireOpen();
        try {
            batch.deleteRange(from, to);
        } catch (RocksDBException error) {
            throw store.failure(error);
        }
        return this;
    }

    private void requireOpen() {
        if (!open) {
            throw new IllegalStateException("the update has ended");
        }
    }

    private static long requireNotNegative(long number) {
        if (number < 0) {
            throw new IllegalArgumentException("negative: " + number);
        }
        return number;
    }
}
