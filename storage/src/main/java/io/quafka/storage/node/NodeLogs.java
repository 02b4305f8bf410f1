package io.quafka.storage.node;

import io.quafka.storage.coordinator.CoordinatorLog;
import io.quafka.storage.coordinator.CoordinatorLogs;
import io.quafka.storage.shard.AppendItem;
import io.quafka.storage.shard.AppendRequest;
import io.quafka.storage.shard.Partition;
import io.quafka.wire.BufferPool;
import io.quafka.wire.PooledBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// The partitions of this node's shards as coordinators use them, read into memory that readers of
/// records cannot take away.
final class NodeLogs implements CoordinatorLogs {
    private final Shards shards;
    private final ReadMemory memory = new ReadMemory(new BufferPool(BufferPool.BUFFER_BYTES_MAX));
    private final PartitionReader reader = new PartitionReader(memory);

    NodeLogs(Shards shards) {
        this.shards = shards;
    }

    @Override
    public @Nullable CoordinatorLog find(String topic, int partition) {
        return switch (shards.byName(topic, partition)) {
            case Resolved.Missing _ -> null;
            case Resolved.Here here -> new Log(here);
        };
    }

    private final class Log implements CoordinatorLog {
        private final Partition partition;
        private final int maxBatchBytes;

        Log(Resolved.Here here) {
            this.partition = here.partition();
            this.maxBatchBytes = here.topic().settings().maxMessageBytes();
        }

        @Override
        public long start() {
            return partition.logStart();
        }

        @Override
        public long end() {
            return partition.committedEnd();
        }

        @Override
        public @Nullable Chunk read(long offset, int maxBytes) throws IOException {
            PartitionReader.Read read =
                    reader.read(
                            partition,
                            new PartitionReader.Range(offset, Long.MAX_VALUE),
                            new PartitionReader.Amount(maxBytes, true, false));
            if (read.error() != Errors.NONE) {
                throw new IOException(partition.key() + " at " + offset + ": " + read.error());
            }
            if (read.starved()) {
                throw new IOException("no memory to read " + partition.key() + " into");
            }
            PooledBuffer buffer = read.memory();
            return buffer == null
                    ? null
                    : new Batches(read.bytes(), () -> memory.release(List.of(buffer)));
        }

        @Override
        public void append(ByteBuffer batch, long expectedOffset, Done done) {
            AppendItem item = AppendItem.at(partition, batch, expectedOffset);
            partition
                    .shard()
                    .append(
                            new AppendRequest(
                                    List.of(item),
                                    batch.remaining(),
                                    () -> done.done(item.error(), item.message())));
        }

        @Override
        public int maxBatchBytes() {
            return maxBatchBytes;
        }
    }

    private record Batches(ByteBuffer batches, Runnable release) implements CoordinatorLog.Chunk {
        @Override
        public void close() {
            release.run();
        }
    }
}
