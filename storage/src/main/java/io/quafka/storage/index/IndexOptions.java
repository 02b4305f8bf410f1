package io.quafka.storage.index;

/// How much memory and how many files the index may use.
///
/// @param blockCacheBytes cache of the table files' blocks, their own indexes included; 1 MiB or
///   more
/// @param memtableBytes size at which rows in memory are written to a table file; 1 MiB or more. Up
///   to [#MEMTABLES_MAX] exist at a time, then writers wait
/// @param openFilesMax table files held open at a time; 16 or more
public record IndexOptions(long blockCacheBytes, long memtableBytes, int openFilesMax) {
    /// Memtables that may exist at a time: one filling, the others being flushed.
    public static final int MEMTABLES_MAX = 3;

    /// For a node whose whole process is to stay below 300 MiB when idle.
    public static final IndexOptions DEFAULTS = new IndexOptions(48L << 20, 16L << 20, 100);

    private static final long BYTES_MIN = 1L << 20;
    private static final int OPEN_FILES_MIN = 16;

    public IndexOptions {
        if (blockCacheBytes < BYTES_MIN || memtableBytes < BYTES_MIN) {
            throw new IllegalArgumentException("cache and memtables have 1 MiB or more");
        }
        if (openFilesMax < OPEN_FILES_MIN) {
            throw new IllegalArgumentException("open files are " + OPEN_FILES_MIN + " or more");
        }
    }
}
