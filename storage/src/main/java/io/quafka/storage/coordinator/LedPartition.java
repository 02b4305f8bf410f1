package io.quafka.storage.coordinator;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.coordinator.common.runtime.PartitionWriter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The end of a coordinator's partition, from one loading to the next.
///
/// Offsets are given out here, ahead of the log, which takes a batch only at the offset that it was
/// given. So the first refusal refuses all that follow: the coordinator's state is ahead of its log
/// then, and has to be loaded anew.
final class LedPartition {
    private static final Logger logger = LoggerFactory.getLogger(LedPartition.class);

    private final TopicPartition name;
    private final CoordinatorLog log;
    private final Runnable broken;
    private final CompletableFuture<Void> settled = new CompletableFuture<>();
    private long next;
    private long committed;
    private int inFlight;
    private boolean closed;
    private PartitionWriter.@Nullable Listener listener;

    /// @param end where the log ends
    /// @param broken called once when an append was refused
    LedPartition(TopicPartition name, CoordinatorLog log, long end, Runnable broken) {
        this.name = name;
        this.log = log;
        this.next = end;
        this.committed = end;
        this.broken = broken;
    }

    CoordinatorLog log() {
        return log;
    }

    synchronized void listen(PartitionWriter.@Nullable Listener to) {
        listener = to;
    }

    /// @return the offset after the batch, at once
    /// @throws NotLeaderOrFollowerException if nothing can be appended any more
    synchronized long append(MemoryRecords records) {
        if (closed) {
            throw new NotLeaderOrFollowerException(name + " takes no more of this coordinator");
        }
        RecordBatch batch = records.batchIterator().next();
        if (batch.sizeInBytes() != records.sizeInBytes()) {
            throw new IllegalArgumentException("a coordinator appends one batch at a time");
        }
        // The coordinator uses its buffer again when this returns.
        ByteBuffer copy = ByteBuffer.allocate(records.sizeInBytes());
        copy.put(records.buffer().duplicate()).flip();
        long at = next;
        next += batch.lastOffset() - batch.baseOffset() + 1;
        long end = next;
        inFlight++;
        log.append(copy, at, (error, message) -> done(end, error, message));
        return end;
    }

    private void done(long end, Errors error, @Nullable String message) {
        PartitionWriter.Listener told = null;
        boolean broke = false;
        synchronized (this) {
            inFlight--;
            if (error != Errors.NONE) {
                broke = !closed;
                closed = true;
            } else if (end > committed) {
                committed = end;
                told = listener;
            }
        }
        if (told != null) {
            tell(told, end);
        }
        if (broke) {
            logger.atWarn()
                    .addKeyValue("partition", name)
                    .addKeyValue("error", error)
                    .addKeyValue("reason", message)
                    .log("a coordinator's log refused a write: its state is loaded anew");
            broken.run();
        }
        settleIfDone();
    }

    /// A coordinator that is closing takes no news any more, which must not look like a failed
    /// write.
    private void tell(PartitionWriter.Listener told, long end) {
        try {
            told.onHighWatermarkUpdated(name, end);
        } catch (NotCoordinatorException e) {
            logger.atDebug()
                    .setCause(e)
                    .addKeyValue("partition", name)
                    .log("closing: a coordinator was not told how far its log is");
        }
    }

    /// Takes no more appends.
    ///
    /// @return completes when none is on its way any more
    CompletableFuture<Void> close() {
        synchronized (this) {
            closed = true;
            listener = null;
        }
        settleIfDone();
        return settled;
    }

    private void settleIfDone() {
        boolean done;
        synchronized (this) {
            done = closed && inFlight == 0;
        }
        if (done) {
            settled.complete(null);
        }
    }
}
