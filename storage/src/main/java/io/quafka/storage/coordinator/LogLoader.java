package io.quafka.storage.coordinator;

import io.quafka.storage.coordinator.CoordinatorLog.Chunk;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader;
import org.apache.kafka.coordinator.common.runtime.CoordinatorPlayback;
import org.apache.kafka.coordinator.common.runtime.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Replays a partition of the commit log, from its start to its end, into a coordinator. What
/// compaction took away leaves gaps, which are passed over. Memory: one chunk.
///
/// @param <U> the coordinator's record
final class LogLoader<U> implements CoordinatorLoader<U> {
    private static final Logger logger = LoggerFactory.getLogger(LogLoader.class);

    /// Read at once.
    static final int CHUNK_BYTES = 1 << 20;

    private final LedPartitions partitions;
    private final Deserializer<U> deserializer;
    private final Executor readers;

    /// @param readers whose threads may block on the disk; belongs to somebody else
    LogLoader(LedPartitions partitions, Deserializer<U> deserializer, Executor readers) {
        this.partitions = partitions;
        this.deserializer = deserializer;
        this.readers = readers;
    }

    @Override
    public CompletableFuture<LoadSummary> load(
            TopicPartition name, CoordinatorPlayback<U> coordinator) {
        long askedMs = System.currentTimeMillis();
        return partitions
                .close(name)
                .thenApplyAsync(_ -> replay(name, coordinator, askedMs), readers)
                .whenComplete((_, failure) -> {
                    if (failure != null) {
                        partitions.loadFailed(name);
                    }
                });
    }

    private LoadSummary replay(
            TopicPartition name, CoordinatorPlayback<U> coordinator, long askedMs) {
        CoordinatorLog log = partitions.find(name);
        if (log == null) {
            throw new NotLeaderOrFollowerException(name + " is not led here");
        }
        long begunMs = System.currentTimeMillis();
        Replay replay = new Replay(name, coordinator);
        long end = log.end();
        long next = log.start();
        try {
            while (next < end) {
                try (Chunk chunk = log.read(next, CHUNK_BYTES)) {
                    if (chunk == null) {
                        break;
                    }
                    next = replay.batches(MemoryRecords.readableRecords(chunk.batches()), next);
                }
            }
        } catch (IOException e) {
            throw new org.apache.kafka.common.errors.KafkaStorageException(e);
        }
        if (end > 0) {
            coordinator.updateLastWrittenOffset(end);
            coordinator.updateLastCommittedOffset(end);
        }
        partitions.open(name, log, end);
        return new LoadSummary(
                begunMs,
                System.currentTimeMillis(),
                begunMs - askedMs,
                replay.records,
                replay.bytes);
    }

    private final class Replay {
        private final TopicPartition name;
        private final CoordinatorPlayback<U> coordinator;
        long records;
        long bytes;

        Replay(TopicPartition name, CoordinatorPlayback<U> coordinator) {
            this.name = name;
            this.coordinator = coordinator;
        }

        /// @return the offset after the last batch
        long batches(MemoryRecords chunk, long from) {
            long next = from;
            for (MutableRecordBatch batch : chunk.batches()) {
                for (Record record : batch) {
                    if (record.offset() < from) {
                        continue;
                    }
                    records++;
                    if (batch.isControlBatch()) {
                        marker(batch, record);
                    } else {
                        record(batch, record);
                    }
                }
                next = batch.nextOffset();
            }
            bytes += chunk.sizeInBytes();
            return next;
        }

        private void marker(MutableRecordBatch batch, Record record) {
            ControlRecordType type = ControlRecordType.parse(record.key());
            if (type == ControlRecordType.COMMIT || type == ControlRecordType.ABORT) {
                coordinator.replayEndTransactionMarker(
                        batch.producerId(),
                        batch.producerEpoch(),
                        type == ControlRecordType.COMMIT
                                ? TransactionResult.COMMIT
                                : TransactionResult.ABORT);
            }
        }

        private void record(MutableRecordBatch batch, Record record) {
            U decoded;
            try {
                decoded = deserializer.deserialize(record.key(), record.value());
            } catch (Deserializer.UnknownRecordTypeException e) {
                logger.atWarn()
                        .addKeyValue("partition", name)
                        .addKeyValue("offset", record.offset())
                        .addKeyValue("type", e.unknownType())
                        .log("passed over a coordinator's record of a type unknown here");
                return;
            }
            coordinator.replay(record.offset(), batch.producerId(), batch.producerEpoch(), decoded);
        }
    }

    @Override
    public void close() {
        // Nothing of its own.
    }
}
