package io.quafka.storage.index;

/// A transaction of one partition that was aborted: readers who asked not to see such records leave
/// out the producer's from the first offset up to the marker.
///
/// @param firstOffset of the transaction's first batch in the partition
/// @param lastOffset of the marker that ended it; the key of its row
/// @param lastStableOffset of the partition once it was ended: no transaction that ended later has
///   an offset below it
public record AbortedTransaction(
        long producerId, long firstOffset, long lastOffset, long lastStableOffset) {
    /// Whether a reader of the offsets `[from, to)` must know of it.
    public boolean overlaps(long from, long to) {
        return lastOffset >= from && firstOffset < to;
    }
}
