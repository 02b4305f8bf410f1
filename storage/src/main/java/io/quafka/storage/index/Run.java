package io.quafka.storage.index;

/// Batches of one partition that lie one after the other in the commit log.
///
/// The three fields at the end never decrease from one run of a partition to the next, and neither
/// does `leaderEpoch`: lookups by time, size and epoch are binary searches over the runs.
///
/// @param baseOffset first offset of the run
/// @param lastOffset last offset of the run; the key of its row
/// @param position where the first byte lies in the shard's commit log
/// @param length bytes of the run, `[position, position + length)` of the commit log
/// @param leaderEpoch epoch of all its batches
/// @param maxTimestamp greatest record timestamp in the run, milliseconds
/// @param cumulativeMaxTimestamp greatest timestamp in this run and all earlier ones of the
///   partition, milliseconds
/// @param cumulativeBytes bytes of the partition up to and including this run, since the partition
///   began, or more by what compaction has dropped since
/// @param headsCrc where the batches' offsets may have gaps: the CRC-32C of the first [#HEAD_BYTES]
///   of each batch, which its own CRC leaves out, as an unsigned number; else [#NO_GAPS], for then
///   the offsets tell
public record Run(
        long baseOffset,
        long lastOffset,
        long position,
        int length,
        int leaderEpoch,
        long maxTimestamp,
        long cumulativeMaxTimestamp,
        long cumulativeBytes,
        long headsCrc)
        implements OffsetSpan {
    public static final long NO_GAPS = -1;

    /// Bytes at the start of a batch that its own CRC does not cover.
    public static final int HEAD_BYTES = 21;

    public Run {
        if (baseOffset < 0 || lastOffset < baseOffset) {
            throw new IllegalArgumentException(
                    "no run of offsets " + baseOffset + ".." + lastOffset);
        }
        if (position < 0 || length < 0) {
            throw new IllegalArgumentException(
                    "no place at " + position + ", " + length + " bytes");
        }
    }

    /// A run whose batches follow each other without a gap.
    public Run(
            long baseOffset,
            long lastOffset,
            long position,
            int length,
            int leaderEpoch,
            long maxTimestamp,
            long cumulativeMaxTimestamp,
            long cumulativeBytes) {
        this(
                baseOffset,
                lastOffset,
                position,
                length,
                leaderEpoch,
                maxTimestamp,
                cumulativeMaxTimestamp,
                cumulativeBytes,
                NO_GAPS);
    }

    /// Whether compaction made this run, so that offsets may be missing in it.
    public boolean mayHaveGaps() {
        return headsCrc != NO_GAPS;
    }

    /// The same run with other sums.
    public Run withSums(long newCumulativeMaxTimestamp, long newCumulativeBytes) {
        return new Run(
                baseOffset,
                lastOffset,
                position,
                length,
                leaderEpoch,
                maxTimestamp,
                newCumulativeMaxTimestamp,
                newCumulativeBytes,
                headsCrc);
    }
}
