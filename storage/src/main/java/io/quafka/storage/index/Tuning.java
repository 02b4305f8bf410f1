package io.quafka.storage.index;

import java.util.Properties;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.Env;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.Priority;

/// How RocksDB is set up, and why.
///
/// - Runs come interleaved, but each partition's in order: RocksDB is told to remember, prefix by
///   prefix, where in the memtable it put the last row. A row then costs half.
/// - Small blocks: a lookup beside the cache reads, checks and unpacks one. LZ4 halves the files at
///   hardly any cost.
/// - No Bloom filters: lookups are seeks, which filters do not help, and the few point reads come
///   at start.
/// - Table files' own indexes live in the block cache, so that memory stays bounded as the index
///   grows.
/// - One thread flushes, one compacts, the latter at low CPU and I/O priority: a late compaction
///   costs reads a little, a late flush stops writers.
/// - Writers take turns at the memtable: updates are large and few, and RocksDB's parallel path
///   costs each row more.
/// - Nothing runs by the clock: no statistics are dumped or kept.
final class Tuning implements AutoCloseable {
    private static final int CACHE_SHARD_BITS = 3;
    private static final double CACHE_SHARE_OF_INDEXES = 0.5;
    private static final long BLOCK_BYTES = 4 << 10;
    private static final long TABLE_FILE_BYTES = 64 << 20;

    /// Tables rewritten at a time, all together, at most: beside the first level, which has 256 MiB
    /// and what was flushed since.
    static final long COMPACTION_BYTES_MAX = 16 * TABLE_FILE_BYTES;

    /// RocksDB keeps 4 MiB ready by default, which nobody counts, and lets the file grow to 1 GiB.
    private static final long MANIFEST_AHEAD_BYTES = 64 << 10;

    private static final long MANIFEST_BYTES_MAX = 4 << 20;
    private static final long INFO_LOG_BYTES = 1 << 20;
    private static final long SYNC_EVERY_BYTES = 1 << 20;

    /// Range deletes in a memtable before it is flushed: each slows all reads of the memtable a
    /// little.
    private static final int RANGE_DELETES_MAX = 4096;

    private final LRUCache blockCache;
    private final Options options = withInsertHints();

    Tuning(IndexOptions wanted) {
        blockCache =
                new LRUCache(
                        wanted.blockCacheBytes(), CACHE_SHARD_BITS, false, CACHE_SHARE_OF_INDEXES);
        tables();
        memory(wanted);
        background();
        infoLog();
    }

    /// The Java options lack this one; by its name it can be set.
    private static Options withInsertHints() {
        Properties named = new Properties();
        named.setProperty(
                "memtable_insert_with_hint_prefix_extractor", "fixed:" + Rows.PREFIX_BYTES);
        ColumnFamilyOptions rows = ColumnFamilyOptions.getColumnFamilyOptionsFromProps(named);
        if (rows == null) {
            throw new IllegalStateException("RocksDB knows no insert hints: " + named);
        }
        try (rows;
                DBOptions database = new DBOptions()) {
            return new Options(database, rows);
        }
    }

    Options options() {
        return options;
    }

    private void tables() {
        options.setTableFormatConfig(
                new BlockBasedTableConfig()
                        .setBlockCache(blockCache)
                        .setBlockSize(BLOCK_BYTES)
                        .setCacheIndexAndFilterBlocks(true)
                        .setCacheIndexAndFilterBlocksWithHighPriority(true)
                        .setPinL0FilterAndIndexBlocksInCache(true));
        options.setCompressionType(CompressionType.LZ4_COMPRESSION);
        options.setTargetFileSizeBase(TABLE_FILE_BYTES);
        options.setMaxCompactionBytes(COMPACTION_BYTES_MAX);
        options.setManifestPreallocationSize(MANIFEST_AHEAD_BYTES);
        options.setMaxManifestFileSize(MANIFEST_BYTES_MAX);
    }

    private void memory(IndexOptions wanted) {
        options.setCreateIfMissing(true);
        options.setWriteBufferSize(wanted.memtableBytes());
        options.setMaxWriteBufferNumber(IndexOptions.MEMTABLES_MAX);
        options.setMemtableMaxRangeDeletions(RANGE_DELETES_MAX);
        options.setAllowConcurrentMemtableWrite(false);
        options.setEnableWriteThreadAdaptiveYield(false);
        options.setMaxOpenFiles(wanted.openFilesMax());
    }

    private void background() {
        options.setMaxBackgroundJobs(2);
        options.setMaxSubcompactions(1);
        Env environment = options.getEnv();
        environment.setBackgroundThreads(1, Priority.HIGH);
        environment.setBackgroundThreads(1, Priority.LOW);
        environment.lowerThreadPoolCPUPriority(Priority.LOW);
        environment.lowerThreadPoolIOPriority(Priority.LOW);
        // Table files reach the disk as they are written: a sync at their end would hold up the
        // commit log's.
        options.setBytesPerSync(SYNC_EVERY_BYTES);
        options.setAvoidUnnecessaryBlockingIO(true);
        options.setMaxFileOpeningThreads(1);
        options.setSkipStatsUpdateOnDbOpen(true);
        options.setStatsDumpPeriodSec(0);
        options.setStatsPersistPeriodSec(0);
    }

    private void infoLog() {
        options.setInfoLogLevel(InfoLogLevel.WARN_LEVEL);
        options.setKeepLogFileNum(2);
        options.setMaxLogFileSize(INFO_LOG_BYTES);
    }

    @Override
    public void close() {
        options.close();
        blockCache.close();
    }
}
