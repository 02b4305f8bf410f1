package io.quafka.storage.shard;

import io.quafka.storage.batch.BatchHeader;
import io.quafka.storage.index.Run;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/// Cuts batches that compaction left, which lie one after the other, into runs: of one epoch each,
/// and of about [StagedRuns#RUN_BYTES_MAX]. The same bytes give the same runs, when they are
/// written and when they are replayed.
final class CleanedRuns {
    private final List<Run> runs = new ArrayList<>();
    private final byte[] head = new byte[Run.HEAD_BYTES];
    private final CRC32C headsCrc = new CRC32C();
    private long cumulativeMaxTimestamp;
    private long cumulativeBytes;
    private long position;
    private int length;
    private long baseOffset;
    private long lastOffset;
    private int epoch;
    private boolean gaps;
    private long maxTimestamp;
    private long maxTimestampOfEmpty;

    private CleanedRuns(long position, long cumulativeMaxTimestamp, long cumulativeBytes) {
        this.position = position;
        this.cumulativeMaxTimestamp = cumulativeMaxTimestamp;
        this.cumulativeBytes = cumulativeBytes;
    }

    /// @param bytes whole batches, from position to limit
    /// @param position where the first lies in the commit log
    /// @param cumulativeMaxTimestamp of the run before
    /// @param cumulativeBytes of the run before
    static List<Run> cut(
            ByteBuffer bytes, long position, long cumulativeMaxTimestamp, long cumulativeBytes) {
        CleanedRuns cutter = new CleanedRuns(position, cumulativeMaxTimestamp, cumulativeBytes);
        for (int at = bytes.position(); at < bytes.limit(); ) {
            cutter.add(bytes, at);
            at += BatchHeader.sizeInBytes(bytes, at);
        }
        cutter.cut();
        return cutter.runs;
    }

    private void add(ByteBuffer bytes, int at) {
        int size = BatchHeader.sizeInBytes(bytes, at);
        int batchEpoch = BatchHeader.leaderEpoch(bytes, at);
        if (length > 0 && (batchEpoch != epoch || length + size > StagedRuns.RUN_BYTES_MAX)) {
            cut();
        }
        long first = BatchHeader.baseOffset(bytes, at);
        if (length == 0) {
            baseOffset = first;
            epoch = batchEpoch;
            gaps = false;
            maxTimestamp = BatchHeader.NO_TIMESTAMP;
            maxTimestampOfEmpty = BatchHeader.NO_TIMESTAMP;
            headsCrc.reset();
        } else {
            gaps |= first != lastOffset + 1;
        }
        length += size;
        lastOffset = BatchHeader.lastOffset(bytes, at);
        bytes.get(at, head, 0, head.length);
        headsCrc.update(head, 0, head.length);
        long timestamp = BatchHeader.maxTimestamp(bytes, at);
        if (BatchHeader.recordCount(bytes, at) > 0) {
            maxTimestamp = Math.max(maxTimestamp, timestamp);
        } else {
            maxTimestampOfEmpty = Math.max(maxTimestampOfEmpty, timestamp);
        }
    }

    private void cut() {
        if (length == 0) {
            return;
        }
        // Without any record, the time that retention goes by is that of the records there were.
        long timestamp =
                maxTimestamp == BatchHeader.NO_TIMESTAMP ? maxTimestampOfEmpty : maxTimestamp;
        cumulativeBytes += length;
        cumulativeMaxTimestamp = Math.max(cumulativeMaxTimestamp, timestamp);
        runs.add(
                new Run(
                        baseOffset,
                        lastOffset,
                        position,
                        length,
                        epoch,
                        timestamp,
                        cumulativeMaxTimestamp,
                        cumulativeBytes,
                        gaps ? headsCrc.getValue() : Run.NO_GAPS));
        position += length;
        length = 0;
    }
}
