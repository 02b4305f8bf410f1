package io.quafka.storage.shard;

import io.quafka.storage.batch.BatchHeader;
import io.quafka.storage.index.Run;
import io.quafka.storage.index.TieredRange;
import io.quafka.storage.log.Stretch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The end of a partition as its writer sees it: what was given an offset, durable or not. The same
/// code follows batches when they are appended and when they are replayed. One thread at a time.
final class StagedRuns {
    /// A run is split at the first batch boundary past this, so that a reader that starts in its
    /// middle skips little.
    static final int RUN_BYTES_MAX = 256 << 10;

    private long nextOffset;
    private long cumulativeBytes;
    private long cumulativeMaxTimestamp = BatchHeader.NO_TIMESTAMP;

    private final List<ByteBuffer> batches = new ArrayList<>(1);

    void startAfter(@Nullable Run last, long logStart) {
        batches.clear();
        if (last == null) {
            nextOffset = logStart;
            cumulativeBytes = 0;
            cumulativeMaxTimestamp = BatchHeader.NO_TIMESTAMP;
        } else {
            nextOffset = Math.max(logStart, last.lastOffset() + 1);
            cumulativeBytes = last.cumulativeBytes();
            cumulativeMaxTimestamp = last.cumulativeMaxTimestamp();
        }
    }

    /// Everything up to the end of a range was given out once, whether its runs are still known or
    /// not.
    void startAfter(TieredRange range) {
        nextOffset = Math.max(nextOffset, range.lastOffset() + 1);
        cumulativeBytes = Math.max(cumulativeBytes, range.cumulativeBytes());
        cumulativeMaxTimestamp = Math.max(cumulativeMaxTimestamp, range.cumulativeMaxTimestamp());
    }

    long nextOffset() {
        return nextOffset;
    }

    /// The log starts at an offset now: nothing below it is given out any more.
    void advanceTo(long offset) {
        nextOffset = Math.max(nextOffset, offset);
    }

    /// Gives a batch the next offsets, in place, and keeps it for the group being built.
    void stage(ByteBuffer batch, int epoch) {
        int at = batch.position();
        BatchHeader.setBaseOffset(batch, at, nextOffset);
        BatchHeader.setLeaderEpoch(batch, at, epoch);
        nextOffset += BatchHeader.lastOffsetDelta(batch, at) + 1L;
        batches.add(batch);
    }

    boolean isEmpty() {
        return batches.isEmpty();
    }

    /// The staged batches, in offset order.
    List<ByteBuffer> batches() {
        return batches;
    }

    void clear() {
        batches.clear();
    }

    /// Cuts batches that lie one after the other, from a log position on, into runs.
    ///
    /// @param bytes whole batches, from position to limit
    List<Run> runsOf(ByteBuffer bytes, long position, int epoch) {
        RunCutter cutter = new RunCutter(position, epoch);
        for (int at = bytes.position(); at < bytes.limit(); ) {
            at += cutter.add(bytes, at);
        }
        return cutter.finish();
    }

    /// Makes runs of what is left of a damaged one; each stretch that does not check is a run of
    /// its own, so that its offsets are there to be read, and fail.
    ///
    /// @param writtenMs when the run was written
    List<Run> runsOf(
            ByteBuffer bytes, List<Stretch> stretches, long position, int epoch, long writtenMs) {
        RunCutter cutter = new RunCutter(position, epoch);
        for (Stretch stretch : stretches) {
            if (stretch.sound()) {
                cutter.add(bytes, bytes.position() + stretch.at());
            } else {
                cutter.addDamaged(stretch, writtenMs);
            }
        }
        return cutter.finish();
    }

    /// The staged batches as runs, as they will lie from a log position on.
    List<Run> stagedRuns(long position, int epoch) {
        RunCutter cutter = new RunCutter(position, epoch);
        for (ByteBuffer batch : batches) {
            cutter.add(batch, batch.position());
        }
        return cutter.finish();
    }

    private final class RunCutter {
        private final List<Run> runs = new ArrayList<>(1);
        private final int epoch;
        private long position;
        private int length;
        private long baseOffset;
        private long lastOffset;
        private long maxTimestamp;

        RunCutter(long position, int epoch) {
            this.position = position;
            this.epoch = epoch;
        }

        /// @return the batch's size
        int add(ByteBuffer buffer, int at) {
            int size = BatchHeader.sizeInBytes(buffer, at);
            if (length > 0 && length + size > RUN_BYTES_MAX) {
                cut();
            }
            if (length == 0) {
                baseOffset = BatchHeader.baseOffset(buffer, at);
                maxTimestamp = BatchHeader.NO_TIMESTAMP;
            }
            length += size;
            lastOffset = BatchHeader.lastOffset(buffer, at);
            maxTimestamp = Math.max(maxTimestamp, BatchHeader.maxTimestamp(buffer, at));
            return size;
        }

        /// The row covers no more bytes than a run has: enough for a reader to see that they do not
        /// check. The time is the partition's latest so far, which makes the damaged run neither
        /// expire before its neighbours nor hold up those that follow.
        void addDamaged(Stretch stretch, long writtenMs) {
            finish();
            int covered = Math.min(stretch.length(), RUN_BYTES_MAX);
            baseOffset = stretch.baseOffset();
            lastOffset = stretch.lastOffset();
            length = covered;
            maxTimestamp =
                    cumulativeMaxTimestamp == BatchHeader.NO_TIMESTAMP
                            ? writtenMs
                            : cumulativeMaxTimestamp;
            cut();
            position += stretch.length() - covered;
        }

        private void cut() {
            cumulativeBytes += length;
            cumulativeMaxTimestamp = Math.max(cumulativeMaxTimestamp, maxTimestamp);
            runs.add(
                    new Run(
                            baseOffset,
                            lastOffset,
                            position,
                            length,
                            epoch,
                            maxTimestamp,
                            cumulativeMaxTimestamp,
                            cumulativeBytes));
            position += length;
            length = 0;
            nextOffset = Math.max(nextOffset, lastOffset + 1);
        }

        List<Run> finish() {
            if (length > 0) {
                cut();
            }
            return runs;
        }
    }
}
