package io.quafka.storage.log;

/// How a commit log keeps its files.
///
/// @param segmentBytes capacity of a full-grown segment; the first ones are smaller and double, so
///   that a small log stays small
/// @param firstSegmentBytes capacity of the first segment of a new log
/// @param reserveBytes free space on the disk that segments leave alone, for the index
/// @param fsync whether a group is forced to disk before it counts as written, or left to the
///   operating system
/// @param openSegmentsMax sealed segments whose files are held open at once
public record LogOptions(
        long segmentBytes,
        long firstSegmentBytes,
        long reserveBytes,
        boolean fsync,
        int openSegmentsMax) {
    public static final LogOptions DEFAULT =
            new LogOptions(128L << 20, 8L << 20, 256L << 20, true, 64);

    public LogOptions {
        if (segmentBytes < MIN_SEGMENT_BYTES || firstSegmentBytes < MIN_SEGMENT_BYTES) {
            throw new IllegalArgumentException(
                    "a segment has at least " + MIN_SEGMENT_BYTES + " bytes");
        }
        if (firstSegmentBytes > segmentBytes || reserveBytes < 0 || openSegmentsMax < 1) {
            throw new IllegalArgumentException("sizes out of range");
        }
    }

    /// Smaller segments where the disk is small: a log has one that is filled and one ahead of it,
    /// which must not be much of what there is.
    ///
    /// @param bytes that the logs of all shards together may take
    /// @param shards how many there are
    public LogOptions fittedTo(long bytes, int shards) {
        long most = Math.max(1L << 20, bytes / (SEGMENTS_PER_SHARD * Math.max(1, shards)));
        long segment = Math.min(segmentBytes, SegmentFile.wholePages(most));
        return new LogOptions(
                segment,
                Math.min(firstSegmentBytes, segment),
                reserveBytes,
                fsync,
                openSegmentsMax);
    }

    private static final long SEGMENTS_PER_SHARD = 16;

    /// Below this the control headroom would not fit.
    public static final long MIN_SEGMENT_BYTES = 256 << 10;
}
