package io.quafka.storage.node;

import io.quafka.storage.batch.BatchHeader;
import io.quafka.storage.batch.RecordScan;
import io.quafka.storage.batch.RecordScan.TimestampedOffset;
import io.quafka.storage.index.Run;
import io.quafka.storage.index.TieredRange;
import io.quafka.storage.shard.Partition;
import io.quafka.storage.shard.RunCheck;
import io.quafka.wire.BufferPool;
import io.quafka.wire.PooledBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Finds offsets by time and by epoch. Reads index and disk: platform threads only.
final class OffsetQueries {
    private static final int ATTEMPTS_MAX = 3;

    private final BufferPool buffers;

    /// @param buffers not those of fetches, which clients may hold for long: each query gives its
    ///   one buffer back before it answers
    OffsetQueries(BufferPool buffers) {
        this.buffers = buffers;
    }

    /// @param epoch leader epoch of the batch that the offset lies in
    record Found(long offset, long timestampMs, int epoch) {}

    /// The first record that is not older than a time.
    @Nullable Found firstNotOlder(Partition partition, long timestampMs) throws IOException {
        return again(() -> firstNotOlderOnce(partition, timestampMs));
    }

    private @Nullable Found firstNotOlderOnce(Partition partition, long timestampMs)
            throws IOException {
        Run candidate = firstWithCumulative(partition, timestampMs);
        long from = candidate == null ? partition.committedEnd() : candidate.baseOffset();
        from = Math.max(from, partition.logStart());
        // Past runs may carry the maximum of records that retention has dropped: look on until a
        // run itself reaches the time.
        while (from < partition.committedEnd()) {
            List<Run> runs = partition.runsFrom(from, 1);
            if (runs.isEmpty()) {
                return null;
            }
            Run run = runs.getFirst();
            if (run.maxTimestamp() >= timestampMs) {
                Found found = firstIn(partition, run, timestampMs);
                if (found != null) {
                    return found;
                }
            }
            from = run.lastOffset() + 1;
        }
        return null;
    }

    private static @Nullable Run firstWithCumulative(Partition partition, long timestampMs) {
        Run indexed = partition.shard().firstByCumulativeTimestamp(partition.key(), timestampMs);
        if (indexed != null) {
            return indexed;
        }
        for (Run run : partition.recentRuns()) {
            if (run.cumulativeMaxTimestamp() >= timestampMs) {
                return run;
            }
        }
        return null;
    }

    private @Nullable Found firstIn(Partition partition, Run run, long timestampMs)
            throws IOException {
        long start = partition.logStart();
        return inBatches(
                partition,
                run,
                batch ->
                        BatchHeader.maxTimestamp(batch, batch.position()) < timestampMs
                                ? null
                                : RecordScan.firstNotOlder(batch, timestampMs, start));
    }

    /// The record with the largest timestamp; the first of several.
    @Nullable Found latest(Partition partition) throws IOException {
        return again(() -> latestOnce(partition));
    }

    private @Nullable Found latestOnce(Partition partition) throws IOException {
        // Compaction may have left the header of a batch without its records.
        Set<Long> withoutRecords = new HashSet<>();
        while (true) {
            Run best = latestRun(partition, withoutRecords);
            if (best == null) {
                return null;
            }
            long max = best.maxTimestamp();
            Found found =
                    inBatches(
                            partition,
                            best,
                            batch ->
                                    BatchHeader.maxTimestamp(batch, batch.position()) < max
                                            ? null
                                            : RecordScan.latest(batch));
            if (found != null) {
                return found;
            }
            withoutRecords.add(best.lastOffset());
        }
    }

    private static @Nullable Run latestRun(Partition partition, Set<Long> withoutRecords) {
        long from = partition.logStart();
        Run last = partition.lastRun();
        if (last == null) {
            return null;
        }
        Run candidate = firstWithCumulative(partition, last.cumulativeMaxTimestamp());
        if (withoutRecords.isEmpty()
                && candidate != null
                && candidate.maxTimestamp() == last.cumulativeMaxTimestamp()
                && candidate.baseOffset() >= from) {
            return candidate;
        }
        Run best = null;
        while (from < partition.committedEnd()) {
            List<Run> runs = partition.runsFrom(from, 64 << 20);
            if (runs.isEmpty()) {
                break;
            }
            for (Run run : runs) {
                if ((best == null || run.maxTimestamp() > best.maxTimestamp())
                        && !withoutRecords.contains(run.lastOffset())) {
                    best = run;
                }
            }
            from = runs.getLast().lastOffset() + 1;
        }
        return best;
    }

    private interface Query {
        @Nullable Found run() throws IOException;
    }

    /// Compaction may put other runs in the place of those that a query is about to read.
    private static @Nullable Found again(Query query) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                return query.run();
            } catch (IOException e) {
                if (attempt == ATTEMPTS_MAX) {
                    throw e;
                }
            }
        }
    }

    /// Goes over a run's sound batches until one gives an answer.
    private @Nullable Found inBatches(
            Partition partition, Run run, Function<ByteBuffer, @Nullable TimestampedOffset> look)
            throws IOException {
        PooledBuffer memory = buffers.acquire(run.length());
        try {
            ByteBuffer bytes = memory.buffer().clear().limit(run.length());
            partition.shard().read(run.position(), bytes);
            bytes.flip();
            RunCheck.Result checked = RunCheck.of(List.of(run), bytes, 0, bytes.limit());
            for (int at = 0; at < checked.end(); ) {
                int size = BatchHeader.sizeInBytes(bytes, at);
                TimestampedOffset found = look.apply(bytes.slice(at, size));
                if (found != null) {
                    return new Found(
                            found.offset(),
                            found.timestampMs(),
                            BatchHeader.leaderEpoch(bytes, at));
                }
                at += size;
            }
            if (checked.damaged()) {
                throw new IOException(
                        "damaged batch at "
                                + partition.shard().describe(run.position() + checked.end()));
            }
            return null;
        } finally {
            memory.release();
        }
    }

    /// Where an epoch ended.
    ///
    /// @param epoch the largest one that is not larger than what was asked
    /// @param endOffset where the next one starts, or the log's end
    record EpochEnd(int epoch, long endOffset) {}

    /// The end of the largest epoch that is not larger than `epoch`; null if there is no such
    /// epoch.
    static @Nullable EpochEnd epochEnd(Partition partition, int epoch) {
        List<Run> recent = partition.recentRuns();
        for (int i = recent.size() - 1; i >= 0; i--) {
            if (recent.get(i).leaderEpoch() <= epoch) {
                return endOf(partition, recent.get(i));
            }
        }
        Run last = partition.shard().lastOfEpochAtMost(partition.key(), epoch);
        return last == null ? tieredEpochEnd(partition, epoch) : endOf(partition, last);
    }

    private static @Nullable EpochEnd tieredEpochEnd(Partition partition, int epoch) {
        TieredRange last =
                partition.shard().manifest().lastRangeOfEpochAtMost(partition.key(), epoch);
        if (last == null) {
            return null;
        }
        TieredRange behind =
                partition.shard().manifest().rangeFor(partition.key(), last.lastOffset() + 1);
        long end = behind == null ? firstLocal(partition, last) : behind.baseOffset();
        return new EpochEnd(last.leaderEpoch(), end);
    }

    private static long firstLocal(Partition partition, TieredRange last) {
        List<Run> behind = partition.runsFrom(last.lastOffset() + 1, 1);
        return behind.isEmpty() ? partition.committedEnd() : behind.getFirst().baseOffset();
    }

    /// The next epoch's first run tells, for compaction may have dropped the end of this one.
    private static EpochEnd endOf(Partition partition, Run last) {
        List<Run> behind = partition.runsFrom(last.lastOffset() + 1, 1);
        long end = behind.isEmpty() ? partition.committedEnd() : behind.getFirst().baseOffset();
        return new EpochEnd(last.leaderEpoch(), end);
    }
}
