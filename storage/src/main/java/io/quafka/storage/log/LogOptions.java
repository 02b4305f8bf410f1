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

    /// Below this the control headroom would not fit.
    public static final long MIN_SEGMENT_BYTES = 256 << 10;
}
