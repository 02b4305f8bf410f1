package io.quafka.storage.index;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A storage node's index: one RocksDB with the rows of all its shards.
///
/// The commit log is the write-ahead log. RocksDB is written without one of its own: a row may be
/// lost in a crash, and is then replayed from the commit log. Each update carries the position up
/// to which it includes the log, so that what is found after a crash says where replay must start.
///
/// That holds because everything lives in **one column family**, kinds and shards told apart by key
/// prefix. RocksDB puts a batch into one memtable, and makes memtables durable in the order they
/// were filled: what survives is all updates up to some moment, across kinds and shards, and none
/// after. Column families per kind would need atomic flushes to promise the same, a memtable, files
/// and a compaction each, and gain nothing here, since all rows are small and written at the same
/// rate.
///
/// Any platform thread.
public final class Index implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Index.class);

    private final Path directory;
    private final Tuning tuning;
    private final Store store;
    private final Map<Integer, ShardIndex> shards = new ConcurrentHashMap<>();

    private Index(Path directory, Tuning tuning, Store store) {
        this.directory = directory;
        this.tuning = tuning;
        this.store = store;
    }

    /// Opens the index in a directory, which is created if missing.
    ///
    /// @throws IndexInUseException when it is open elsewhere
    /// @throws IndexDamagedException when its files are damaged
    /// @throws IndexException when the disk fails or is full
    public static Index open(Path directory, IndexOptions options) {
        try {
            prepare(directory);
            requireWhole(directory);
        } catch (IOException error) {
            throw new IndexException(
                    "the index in " + directory + ": " + error.getMessage(), error);
        }
        Tuning tuning = new Tuning(options);
        try {
            RocksDB database = RocksDB.open(tuning.options(), directory.toString());
            log.atInfo().addKeyValue("directory", directory).log("index opened");
            return new Index(directory, tuning, new Store(directory, database));
        } catch (RocksDBException error) {
            tuning.close();
            throw Failures.atOpen(directory, error);
        }
    }

    /// Loads ahead of [#open] what that takes longest for. Any thread.
    ///
    /// @throws IOException when the disk fails or is full
    public static void prepare(Path directory) throws IOException {
        Files.createDirectories(directory);
        NativeLibrary.load(directory);
    }

    /// RocksDB would begin anew where its CURRENT file is gone, beside the tables of the old index.
    private static void requireWhole(Path directory) throws IOException {
        if (Files.exists(directory.resolve("CURRENT"))) {
            return;
        }
        try (Stream<Path> files = Files.list(directory)) {
            if (files.anyMatch(file -> file.getFileName().toString().endsWith(".sst"))) {
                throw new IndexDamagedException(directory, "there are tables, but no CURRENT file");
            }
        }
    }

    /// Deletes the index's files, but for the native library kept beside them; the index must not
    /// be open. Where there is no such directory, nothing happens.
    ///
    /// @throws IndexInUseException when it is open
    public static void destroy(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        NativeLibrary.load(directory);
        try (Options options = new Options()) {
            RocksDB.destroyDB(directory.toString(), options);
        } catch (RocksDBException error) {
            throw Failures.atOpen(directory, error);
        }
    }

    /// The rows of a shard, one object per shard however often it is asked for.
    ///
    /// @param shardId 0 or more
    public ShardIndex shard(int shardId) {
        if (shardId < 0) {
            throw new IllegalArgumentException("negative shard " + shardId);
        }
        return shards.computeIfAbsent(shardId, id -> new ShardIndex(store, id));
    }

    /// Makes every update durable that was committed before the call, of all shards at one moment.
    /// Waits for the disk.
    public void flush() {
        Map<ShardIndex, Long> applied = new HashMap<>();
        shards.values().forEach(shard -> applied.put(shard, shard.appliedPosition()));
        store.flush();
        applied.forEach(ShardIndex::durable);
    }

    /// Bytes of the index's files, and of the native library that is kept beside them.
    public long sizeOnDisk() {
        try {
            return FolderSize.of(directory);
        } catch (IOException error) {
            throw new IndexException(
                    "the index in " + directory + ": " + error.getMessage(), error);
        }
    }

    /// Bytes that its files may take beyond [#sizeOnDisk] without a further update: what lies in
    /// memory is flushed, and tables are written anew before the old ones go.
    public long bytesAhead() {
        return store.property("rocksdb.cur-size-all-mem-tables")
                + Math.min(
                        store.property("rocksdb.live-sst-files-size"), Tuning.COMPACTION_BYTES_MAX);
    }

    /// Bytes of native memory in memtables, block cache and open tables.
    public long memoryInUse() {
        return store.property("rocksdb.cur-size-all-mem-tables")
                + store.property("rocksdb.estimate-table-readers-mem")
                + store.property("rocksdb.block-cache-usage");
    }

    /// Flushes, waits for the calls inside, and closes. The second time it does nothing.
    @Override
    public void close() {
        if (store.closed()) {
            return;
        }
        try {
            flush();
        } catch (IndexException error) {
            log.atWarn().setCause(error).log("index closed without a flush; replay will be longer");
        }
        if (store.close()) {
            shards.values().forEach(ShardIndex::free);
            tuning.close();
            log.atInfo().addKeyValue("directory", directory).log("index closed");
        }
    }
}
