package io.quafka.storage.shard;

import io.quafka.storage.batch.BatchHeader;
import io.quafka.storage.index.Run;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;

/// Checks that bytes from the commit log are the batches that the index says lie there.
///
/// A batch's own checksum leaves out its base offset, length, epoch and format. The index knows
/// what these must be: offsets follow on from each other through a run, and fill it; where
/// compaction left gaps, it has a checksum of them.
public final class RunCheck {
    private RunCheck() {}

    /// @param end after the last batch that is sound; where the damage is, if there is some
    /// @param damaged false if the bytes just end there
    public record Result(int end, boolean damaged) {}

    /// @param runs whose bytes lie in the buffer from 0 on, one after the other
    /// @param start batches before are not to be served: their checksums are not computed
    /// @param end bytes after were not read
    public static Result of(List<Run> runs, ByteBuffer buffer, int start, int end) {
        int at = 0;
        for (Run run : runs) {
            int runEnd = at + run.length();
            if (run.mayHaveGaps()) {
                if (runEnd > end) {
                    return new Result(at, false);
                }
                if (!headsMatch(buffer, at, run)) {
                    return new Result(at, true);
                }
            }
            long offset = run.baseOffset();
            while (at < runEnd) {
                if (end - at < BatchHeader.BYTES) {
                    return new Result(at, runEnd <= end);
                }
                if (!follows(buffer, at, run, offset, runEnd)) {
                    return new Result(at, true);
                }
                int next = at + BatchHeader.sizeInBytes(buffer, at);
                if (next > end) {
                    return new Result(at, false);
                }
                if (at >= start && !BatchHeader.crcMatches(buffer, at)) {
                    return new Result(at, true);
                }
                offset = BatchHeader.lastOffset(buffer, at) + 1;
                at = next;
            }
        }
        return new Result(at, false);
    }

    /// Where compaction left gaps, offsets do not tell whether a batch is the right one: the
    /// checksum of all batches' first bytes does.
    private static boolean headsMatch(ByteBuffer buffer, int start, Run run) {
        CRC32C heads = new CRC32C();
        int end = start + run.length();
        int at = start;
        while (at < end) {
            int size = end - at < BatchHeader.BYTES ? -1 : BatchHeader.sizeInBytes(buffer, at);
            if (size < BatchHeader.BYTES || size > end - at) {
                return false;
            }
            heads.update(buffer.slice(at, Run.HEAD_BYTES));
            at += size;
        }
        return heads.getValue() == run.headsCrc();
    }

    private static boolean follows(ByteBuffer buffer, int at, Run run, long offset, int runEnd) {
        int size = BatchHeader.sizeInBytes(buffer, at);
        if (size < BatchHeader.BYTES || size > runEnd - at) {
            return false;
        }
        long last = BatchHeader.lastOffset(buffer, at);
        return BatchHeader.magic(buffer, at) == BatchHeader.MAGIC
                && (BatchHeader.baseOffset(buffer, at) == offset || run.mayHaveGaps())
                && BatchHeader.leaderEpoch(buffer, at) == run.leaderEpoch()
                && last >= offset
                && (size == runEnd - at ? last == run.lastOffset() : last < run.lastOffset());
    }
}
