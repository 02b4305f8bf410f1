package io.quafka.tiering.object;

/// A transaction that was aborted in a partition: readers of committed records leave out the
/// producer's from the first offset up to the marker.
///
/// @param firstOffset of its first batch in the partition
/// @param lastOffset of the marker that ended it
/// @param lastStableOffset of the partition once it was ended
public record AbortedRange(
        long producerId, long firstOffset, long lastOffset, long lastStableOffset) {
    /// Whether a reader of the offsets `[from, to)` must know of it.
    public boolean overlaps(long from, long to) {
        return lastOffset >= from && firstOffset < to;
    }
}
