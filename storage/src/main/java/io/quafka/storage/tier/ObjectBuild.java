package io.quafka.storage.tier;

import io.quafka.storage.index.AbortedTransaction;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.Run;
import io.quafka.storage.log.PositionGoneException;
import io.quafka.storage.shard.ObjectCommit.Placed;
import io.quafka.storage.shard.Partition;
import io.quafka.storage.shard.RunCheck;
import io.quafka.storage.shard.Shard;
import io.quafka.tiering.object.AbortedRange;
import io.quafka.tiering.object.ObjectWriter;
import io.quafka.tiering.object.TieredPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Copies runs of a shard's partitions into one object, each checked on the way.
final class ObjectBuild {
    private static final Logger log = LoggerFactory.getLogger(ObjectBuild.class);

    /// Runs looked up at a time.
    private static final int RUNS_MAX = 512;

    private static final int BUFFER_BYTES = 1 << 20;

    private final Shard shard;
    private final ObjectWriter writer;
    private final RangeBuilder ranges;
    private final BooleanSupplier stopped;
    private final long room;
    private ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

    /// @param room bytes that the batches may take
    /// @param stopped asked between runs; then what was copied so far must do
    ObjectBuild(Shard shard, long object, ObjectWriter writer, long room, BooleanSupplier stopped) {
        this.shard = shard;
        this.writer = writer;
        this.ranges = new RangeBuilder(object);
        this.room = room;
        this.stopped = stopped;
    }

    /// What became of a partition.
    enum Outcome {
        /// All that was to be copied was.
        WHOLE,
        /// The object is full, or somebody said to stop.
        FULL,
        /// A run does not check, or is gone: it and what follows stay where they are.
        STUCK
    }

    /// Copies a partition's runs from one on, as far as they lie before a position of the log.
    /// Partitions come in the order of [TieredPartition].
    Outcome append(PartitionKey key, Run from, long endPosition) throws IOException {
        TieredPartition target = new TieredPartition(key.topicId(), key.partition());
        long next = from.baseOffset();
        Outcome outcome = null;
        while (outcome == null) {
            List<Run> runs = new ArrayList<>();
            boolean[] more = {false};
            shard.scanRuns(
                    key,
                    next,
                    run -> {
                        more[0] = run.position() < endPosition;
                        if (more[0]) {
                            runs.add(run);
                        }
                        return more[0] && runs.size() < RUNS_MAX;
                    });
            for (Run run : runs) {
                if (stopped.getAsBoolean() || isFull(run)) {
                    outcome = Outcome.FULL;
                } else if (!copy(key, target, run)) {
                    outcome = Outcome.STUCK;
                }
                if (outcome != null) {
                    break;
                }
                next = run.lastOffset() + 1;
            }
            if (outcome == null && (runs.isEmpty() || !more[0])) {
                outcome = Outcome.WHOLE;
            }
        }
        if (next > from.baseOffset()) {
            aborted(shard.partition(key), from.baseOffset(), next);
        }
        return outcome;
    }

    private boolean isFull(Run next) {
        return size() >= TieringConfig.OBJECT_BYTES_MAX || size() + next.length() > room;
    }

    private boolean copy(PartitionKey key, TieredPartition target, Run run) throws IOException {
        if (buffer.capacity() < run.length()) {
            buffer = ByteBuffer.allocateDirect(run.length());
        }
        buffer.clear().limit(run.length());
        try {
            shard.read(run.position(), buffer);
        } catch (PositionGoneException | NoSuchFileException _) {
            return false;
        }
        buffer.flip();
        RunCheck.Result checked = RunCheck.of(List.of(run), buffer, 0, run.length());
        if (checked.end() < run.length()) {
            log.atError()
                    .addKeyValue("partition", key)
                    .addKeyValue("where", shard.describe(run.position() + checked.end()))
                    .log("damaged batch: it, and what follows in its partition, is not tiered");
            return false;
        }
        long position = size();
        writer.append(target, buffer);
        ranges.add(key, run, position);
        return true;
    }

    /// What is known by now of transactions that were aborted: with it, the object can be read
    /// without us. Readers that ask us get what is known then.
    private void aborted(Partition partition, long from, long to) {
        for (AbortedTransaction each : partition.abortedIn(from, to)) {
            writer.aborted(rangeOf(each));
        }
    }

    static AbortedRange rangeOf(AbortedTransaction aborted) {
        return new AbortedRange(
                aborted.producerId(),
                aborted.firstOffset(),
                aborted.lastOffset(),
                aborted.lastStableOffset());
    }

    long size() {
        return writer.size();
    }

    List<Placed> finish() {
        return ranges.finish();
    }
}
