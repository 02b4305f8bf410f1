package io.quafka.storage.index;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.DirectSlice;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/// A view of the rows between two bounds, frozen when the bounds are set.
///
/// Bounds keep a seek from walking over what was deleted behind them. The options, the bounds'
/// memory and the buffers are reused from one lookup to the next; the native iterator is not,
/// because it would hold on to memtables and files. One thread at a time.
final class Cursor implements AutoCloseable {
    private final Store store;
    private final RocksDB database;
    private final ByteBuffer lower = ByteBuffer.allocateDirect(Rows.PREFIX_BYTES);
    private final ByteBuffer upper = ByteBuffer.allocateDirect(Rows.PREFIX_BYTES);
    private final DirectSlice lowerSlice = new DirectSlice(lower, Rows.PREFIX_BYTES);
    private final DirectSlice upperSlice = new DirectSlice(upper, Rows.PREFIX_BYTES);
    private final ReadOptions options =
            new ReadOptions().setIterateLowerBound(lowerSlice).setIterateUpperBound(upperSlice);
    private final ByteBuffer target = ByteBuffer.allocateDirect(Rows.NUMBER_KEY_BYTES);
    private final ByteBuffer key = ByteBuffer.allocateDirect(Rows.NUMBER_KEY_BYTES);
    private final ByteBuffer value = ByteBuffer.allocateDirect(Rows.RUN_VALUE_BYTES);
    private @Nullable RocksIterator iterator;

    Cursor(Store store, RocksDB database) {
        this.store = store;
        this.database = database;
    }

    /// The rows of one kind of a partition.
    Cursor over(int shardId, PartitionKey partition, byte kind) {
        Rows.putPrefix(lower.clear(), shardId, partition, kind);
        Rows.putPrefix(upper.clear(), shardId, partition, (byte) (kind + 1));
        return open();
    }

    /// The rows of one of the shard's own kinds.
    Cursor overShard(int shardId, byte kind) {
        Rows.putShardPrefix(lower.clear(), shardId, kind);
        Rows.putShardPrefix(upper.clear(), shardId, kind + 1);
        return open();
    }

    /// All rows of all partitions of the shard.
    Cursor overPartitions(int shardId) {
        Rows.putShardPrefix(lower.clear(), shardId, Rows.KINDS_END);
        Rows.putShardPrefix(upper.clear(), shardId + 1, 0);
        return open();
    }

    /// All rows of the shard.
    Cursor overAll(int shardId) {
        Rows.putShardPrefix(lower.clear(), shardId, 0);
        Rows.putShardPrefix(upper.clear(), shardId + 1, 0);
        return open();
    }

    private Cursor open() {
        iterator = database.newIterator(options);
        return this;
    }

    boolean first() {
        iterator().seekToFirst();
        return valid();
    }

    boolean last() {
        iterator().seekToLast();
        return valid();
    }

    boolean next() {
        iterator().next();
        return valid();
    }

    boolean previous() {
        iterator().prev();
        return valid();
    }

    /// Moves to the first row whose number, in the rest of its key, is at least this.
    boolean atLeast(long number) {
        iterator().seek(target(number));
        return valid();
    }

    /// Moves to the last row whose number, in the rest of its key, is at most this.
    boolean atMost(long number) {
        iterator().seekForPrev(target(number));
        return valid();
    }

    /// Moves to the first row of a partition behind this one.
    boolean nextPartition(int shardId, PartitionKey partition) {
        target.clear();
        // One above the greatest partition sorts behind it, because keys compare without sign.
        Rows.putPrefix(target, shardId, partition.topicId(), partition.partition() + 1, 0);
        iterator().seek(target.flip());
        return valid();
    }

    private ByteBuffer target(long number) {
        target.clear();
        return target.put(0, lower, 0, Rows.PREFIX_BYTES)
                .position(Rows.PREFIX_BYTES)
                .putLong(number)
                .flip();
    }

    /// The current row's key. Valid until the next call.
    ByteBuffer key() {
        key.clear();
        iterator().key(key);
        return key;
    }

    /// The current row's key, whatever its length.
    byte[] rowKey() {
        return iterator().key();
    }

    /// The number in the rest of the current row's key.
    long number() {
        return key().getLong(Rows.PREFIX_BYTES);
    }

    Run run() {
        value.clear();
        iterator().value(value);
        return Rows.readRun(key(), value);
    }

    TieredRange range() {
        return Rows.readTiered(number(), value());
    }

    ByteBuffer value() {
        return ByteBuffer.wrap(iterator().value());
    }

    private boolean valid() {
        RocksIterator current = iterator();
        if (current.isValid()) {
            return true;
        }
        try {
            current.status();
        } catch (RocksDBException error) {
            throw store.failure(error);
        }
        return false;
    }

    private RocksIterator iterator() {
        RocksIterator current = iterator;
        if (current == null) {
            throw new IllegalStateException("no bounds were set");
        }
        return current;
    }

    @Override
    public void close() {
        if (iterator != null) {
            iterator.close();
            iterator = null;
        }
        store.giveBack(this);
    }

    void free() {
        options.close();
        lowerSlice.close();
        upperSlice.close();
    }
}
