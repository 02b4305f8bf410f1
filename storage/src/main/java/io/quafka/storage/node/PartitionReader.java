package io.quafka.storage.node;

import io.quafka.storage.batch.BatchHeader;
import io.quafka.storage.index.Run;
import io.quafka.storage.log.PositionGoneException;
import io.quafka.storage.shard.Partition;
import io.quafka.storage.shard.Shard;
import io.quafka.wire.BufferPool;
import io.quafka.wire.BufferPoolExhaustedException;
import io.quafka.wire.PooledBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads batches of one partition from the local log into pooled memory and checks each before
/// anybody sees it. Blocks on the disk: platform threads only.
final class PartitionReader {
    private static final Logger log = LoggerFactory.getLogger(PartitionReader.class);

    /// How long a read waits for memory when it has nothing to answer with yet.
    private static final Duration MEMORY_WAIT = Duration.ofSeconds(1);

    private final BufferPool buffers;

    PartitionReader(BufferPool buffers) {
        this.buffers = buffers;
    }

    /// What was read.
    ///
    /// @param bytes whole batches, the first one holding the offset asked for; empty if there are
    ///   none
    /// @param memory what they lie in, to be released; null if empty
    record Read(ByteBuffer bytes, @Nullable PooledBuffer memory, Errors error) {
        private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

        static Read nothing(Errors error) {
            return new Read(NOTHING, null, error);
        }
    }

    /// @param maxBytes not exceeded, but by a first batch that is larger, if `atLeastOne`
    Read read(Partition partition, long offset, int maxBytes, boolean atLeastOne) {
        if (maxBytes <= 0 && !atLeastOne) {
            return Read.nothing(Errors.NONE);
        }
        List<Run> runs = partition.runsFrom(offset, Math.max(maxBytes, 1L));
        if (runs.isEmpty()) {
            return Read.nothing(Errors.NONE);
        }
        PooledBuffer memory = memoryFor(runs, maxBytes, atLeastOne);
        if (memory == null) {
            return Read.nothing(Errors.NONE);
        }
        boolean handedOver = false;
        try {
            Read read = fill(partition, offset, maxBytes, atLeastOne, runs, memory);
            handedOver = read.memory() != null;
            return read;
        } catch (PositionGoneException | NoSuchFileException e) {
            return Read.nothing(
                    offset < partition.logStart()
                            ? Errors.OFFSET_OUT_OF_RANGE
                            : Errors.KAFKA_STORAGE_ERROR);
        } catch (IOException e) {
            log.atError()
                    .setCause(e)
                    .addKeyValue("partition", partition.key())
                    .addKeyValue("offset", offset)
                    .log("reading the commit log failed");
            return Read.nothing(Errors.KAFKA_STORAGE_ERROR);
        } finally {
            if (!handedOver) {
                memory.release();
            }
        }
    }

    /// The first run may start before the offset: its prefix is read, then left out.
    private @Nullable PooledBuffer memoryFor(List<Run> runs, int maxBytes, boolean atLeastOne) {
        long all = 0;
        for (Run run : runs) {
            all += run.length();
        }
        int bytes = (int) Math.min(all, (long) runs.getFirst().length() + Math.max(0, maxBytes));
        PooledBuffer memory = buffers.tryAcquire(bytes);
        if (memory == null && atLeastOne) {
            try {
                return buffers.acquire(bytes, MEMORY_WAIT);
            } catch (BufferPoolExhaustedException e) {
                log.atDebug().addKeyValue("bytes", bytes).log("no memory for a fetch answer");
                return null;
            }
        }
        return memory;
    }

    private Read fill(
            Partition partition,
            long offset,
            int maxBytes,
            boolean atLeastOne,
            List<Run> runs,
            PooledBuffer memory)
            throws IOException {
        ByteBuffer buffer = memory.buffer();
        Shard shard = partition.shard();
        buffer.clear().limit(runs.getFirst().length());
        shard.read(runs.getFirst().position(), buffer);
        int start = startOf(buffer, offset);
        int end = Math.max(start, Math.min(buffer.capacity(), start + Math.max(0, maxBytes)));
        for (int i = 1; i < runs.size() && buffer.position() < end; i++) {
            Run run = runs.get(i);
            buffer.limit(Math.min(end, buffer.position() + run.length()));
            shard.read(run.position(), buffer);
        }
        int read = buffer.position();
        RunCheck.Result checked = RunCheck.of(runs, buffer, start, read);
        if (checked.damaged()) {
            report(partition, runs, offset, checked.end());
        }
        int sound = Math.max(start, checked.end());
        int whole = wholeBatches(buffer, start, sound, maxBytes, atLeastOne);
        if (whole == start) {
            return Read.nothing(checked.damaged() ? Errors.CORRUPT_MESSAGE : Errors.NONE);
        }
        ByteBuffer bytes = buffer.duplicate().position(start).limit(whole).slice();
        return new Read(bytes, memory, Errors.NONE);
    }

    /// Where the batch begins that holds the offset, or the first after it.
    private static int startOf(ByteBuffer buffer, long offset) {
        int at = 0;
        int end = buffer.position();
        while (isWhole(buffer, at, end) && BatchHeader.lastOffset(buffer, at) < offset) {
            at += BatchHeader.sizeInBytes(buffer, at);
        }
        return at;
    }

    private static boolean isWhole(ByteBuffer buffer, int at, int end) {
        if (end - at < BatchHeader.BYTES) {
            return false;
        }
        int size = BatchHeader.sizeInBytes(buffer, at);
        return size >= BatchHeader.BYTES && size <= end - at;
    }

    private static void report(Partition partition, List<Run> runs, long offset, int at) {
        int into = at;
        for (Run run : runs) {
            if (into < run.length()) {
                log.atError()
                        .addKeyValue("partition", partition.key())
                        .addKeyValue("fetchOffset", offset)
                        .addKeyValue("where", partition.shard().describe(run.position() + into))
                        .log("damaged batch: not served");
                return;
            }
            into -= run.length();
        }
    }

    private static int wholeBatches(
            ByteBuffer buffer, int start, int end, int maxBytes, boolean atLeastOne) {
        int at = start;
        while (at < end) {
            int next = at + BatchHeader.sizeInBytes(buffer, at);
            boolean fits = next - start <= maxBytes || (at == start && atLeastOne);
            if (next > end || !fits) {
                return at;
            }
            at = next;
        }
        return at;
    }
}
