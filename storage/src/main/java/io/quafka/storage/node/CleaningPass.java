package io.quafka.storage.node;

import io.quafka.controller.model.CompactionSettings;
import io.quafka.storage.batch.BatchCleaner;
import io.quafka.storage.batch.BatchHeader;
import io.quafka.storage.batch.CleanedTransactions;
import io.quafka.storage.batch.KeyOffsets;
import io.quafka.storage.batch.KeyOffsetsBuilder;
import io.quafka.storage.batch.UncleanableException;
import io.quafka.storage.index.Run;
import io.quafka.storage.shard.Dirt;
import io.quafka.storage.shard.Partition;
import io.quafka.storage.shard.RunCheck;
import io.quafka.storage.shard.Shard;
import io.quafka.storage.shard.ShardCompaction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/// One compaction of one partition:
///
/// 1. Note the latest offset of each key in the uncleaned part, as much of it as fits in memory.
/// 2. Go over the partition from its start up to there, and have each chunk of runs replaced by
///    what is left of them. Earlier offsets come first, so that what a tombstone deletes is gone
///    before the tombstone can go.
/// 3. Remember how far it went, and make the partition's sums true.
///
/// May be given up between any two chunks: each is whole in itself. Blocks on the disk and on the
/// shard's writer: for the cleaner's thread.
final class CleaningPass {
    /// Bytes of runs that are looked up at once.
    private static final long LOOKUP_BYTES = 16L << 20;

    private final Shard shard;
    private final Partition partition;
    private final Dirt dirt;
    private final CompactionSettings settings;
    private final long nowMs;
    private final CompactionConfig config;
    private final Pace pace;
    private ByteBuffer buffer = ByteBuffer.allocateDirect(256 << 10);
    private long bytesRead;
    private long bytesBefore;
    private long bytesAfter;

    /// What holds a pass back.
    interface Pace {
        /// Waits until these bytes may be read or written.
        ///
        /// @return false if the pass is to be given up
        boolean spend(long bytes) throws InterruptedException;
    }

    /// What a pass did.
    ///
    /// @param complete false if it was given up before its end
    /// @param cleanedTo offset up to which the partition is compacted now
    /// @param bytesBefore of the runs that were looked at
    /// @param bytesAfter of what is left of them
    record Result(
            boolean complete,
            long cleanedTo,
            long bytesRead,
            long bytesBefore,
            long bytesAfter,
            long recordsRead,
            long recordsKept,
            int keys) {}

    CleaningPass(
            Partition partition,
            Dirt dirt,
            CompactionSettings settings,
            long nowMs,
            CompactionConfig config,
            Pace pace) {
        this.shard = partition.shard();
        this.partition = partition;
        this.dirt = dirt;
        this.settings = settings;
        this.nowMs = nowMs;
        this.config = config;
        this.pace = pace;
    }

    /// @throws UncleanableException if a batch cannot be read, or not be written anew
    /// @throws IOException if the disk fails, or bytes are damaged
    Result run()
            throws IOException, UncleanableException, InterruptedException, ExecutionException {
        KeyOffsets keys = new KeyOffsets(config.keysBytes(), dirt.to() - dirt.from());
        boolean complete = noteKeys(keys);
        CleanedTransactions transactions = new CleanedTransactions();
        BatchCleaner cleaner =
                new BatchCleaner(
                        keys,
                        transactions,
                        Map.copyOf(shard.compaction().lastOfProducers(partition).get()),
                        nowMs,
                        settings.deleteRetentionMs());
        complete =
                complete
                        && keys.latestOffset() >= 0
                        && clean(cleaner, transactions, keys.latestOffset());
        long cleanedTo = keys.latestOffset() + 1;
        if (complete) {
            shard.compaction().noteCleaned(partition, cleanedTo).get();
        }
        for (long at = cleanedTo; at > 0; ) {
            at = shard.compaction().settleSums(partition, at).get();
        }
        return new Result(
                complete,
                cleanedTo,
                bytesRead,
                bytesBefore,
                bytesAfter,
                cleaner.recordsRead(),
                cleaner.recordsKept(),
                keys.size());
    }

    private boolean noteKeys(KeyOffsets keys)
            throws IOException, UncleanableException, InterruptedException {
        CleanedTransactions transactions = new CleanedTransactions();
        KeyOffsetsBuilder builder = new KeyOffsetsBuilder(keys, transactions, dirt.from());
        long next = dirt.from();
        while (next < dirt.to()) {
            List<Run> runs = partition.runsFrom(next, LOOKUP_BYTES);
            if (runs.isEmpty()) {
                return true;
            }
            noteAborted(transactions, runs);
            for (Run run : runs) {
                if (run.lastOffset() >= dirt.to()) {
                    return true;
                }
                if (!read(run)) {
                    return false;
                }
                for (ByteBuffer batch : BatchHeader.split(buffer)) {
                    if (!builder.add(batch)) {
                        return true;
                    }
                }
                next = run.lastOffset() + 1;
            }
        }
        return true;
    }

    /// @param latestOffset runs that begin behind it stay as they are
    private boolean clean(BatchCleaner cleaner, CleanedTransactions transactions, long latestOffset)
            throws IOException, UncleanableException, InterruptedException, ExecutionException {
        long start = partition.logStart();
        CleanedChunk chunk = new CleanedChunk(start);
        long next = start;
        while (true) {
            List<Run> runs = partition.runsFrom(next, LOOKUP_BYTES);
            noteAborted(transactions, runs);
            for (Run run : runs) {
                if (run.baseOffset() > latestOffset || run.lastOffset() >= dirt.to()) {
                    return replace(chunk, run.baseOffset() - 1);
                }
                if (chunk.isFullFor(run) && !replace(chunk, run.baseOffset() - 1)) {
                    return false;
                }
                if (!read(run)) {
                    return false;
                }
                bytesBefore += run.length();
                chunk.add(run, BatchHeader.split(buffer), cleaner);
                next = run.lastOffset() + 1;
            }
            if (runs.isEmpty()) {
                return replace(chunk, next - 1);
            }
        }
    }

    /// Makes the aborted transactions known that have batches in these runs.
    private void noteAborted(CleanedTransactions transactions, List<Run> runs) {
        if (runs.isEmpty() || runs.getFirst().baseOffset() >= dirt.to()) {
            return;
        }
        long to = Math.min(runs.getLast().lastOffset() + 1, dirt.to());
        ShardCompaction.noteAborted(partition, runs.getFirst().baseOffset(), to, transactions);
    }

    private boolean replace(CleanedChunk chunk, long lastOffset)
            throws InterruptedException, ExecutionException {
        boolean going = true;
        if (chunk.isWorthWriting()) {
            going =
                    pace.spend(chunk.bytes())
                            && shard.compaction()
                                    .replaceRuns(partition, chunk.replacement(lastOffset))
                                    .get();
        }
        bytesAfter += chunk.bytesLeft();
        chunk.clear(lastOffset + 1);
        return going;
    }

    /// Fills the buffer with a run's bytes.
    private boolean read(Run run) throws IOException, InterruptedException {
        if (!pace.spend(run.length())) {
            return false;
        }
        if (buffer.capacity() < run.length()) {
            buffer = ByteBuffer.allocateDirect(run.length());
        }
        buffer.clear().limit(run.length());
        shard.read(run.position(), buffer);
        buffer.flip();
        bytesRead += run.length();
        RunCheck.Result checked = RunCheck.of(List.of(run), buffer, 0, run.length());
        if (checked.damaged() || checked.end() < run.length()) {
            throw new IOException(
                    "damaged batch at " + shard.describe(run.position() + checked.end()));
        }
        return true;
    }
}
