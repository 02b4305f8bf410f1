package io.quafka.storage.index;

/// Consecutive offsets of a partition whose batches lie in an object: a line of the manifest. The
/// ranges of a partition follow on from each other, from its oldest offset on, in the order of
/// their offsets.
///
/// @param lastOffset last offset of the range; the key of its row
/// @param object the object's number, unique in its shard
/// @param position where the partition's batches begin in the object
/// @param length bytes of the range's batches
/// @param leaderEpoch epoch of all its batches
/// @param maxTimestamp greatest record timestamp in the range, milliseconds
/// @param cumulativeMaxTimestamp greatest timestamp in this range and everything before it in the
///   partition, milliseconds
/// @param cumulativeBytes bytes of the partition up to and including this range, since the
///   partition began, as in [Run#cumulativeBytes]
public record TieredRange(
        long baseOffset,
        long lastOffset,
        long object,
        long position,
        long length,
        int leaderEpoch,
        long maxTimestamp,
        long cumulativeMaxTimestamp,
        long cumulativeBytes)
        implements OffsetSpan {
    public TieredRange {
        if (baseOffset < 0 || lastOffset < baseOffset) {
            throw new IllegalArgumentException(
                    "no range of offsets " + baseOffset + ".." + lastOffset);
        }
        if (object < 0 || position < 0 || length < 0) {
            throw new IllegalArgumentException(
                    "no place in object %d at %d, %d bytes".formatted(object, position, length));
        }
    }

    /// The same with another sum of bytes.
    public TieredRange withCumulativeBytes(long bytes) {
        return new TieredRange(
                baseOffset,
                lastOffset,
                object,
                position,
                length,
                leaderEpoch,
                maxTimestamp,
                cumulativeMaxTimestamp,
                bytes);
    }
}
