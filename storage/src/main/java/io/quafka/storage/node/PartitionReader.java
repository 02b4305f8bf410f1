package io.quafka.storage.node;

import io.quafka.storage.batch.BatchHeader;
import io.quafka.storage.index.Run;
import io.quafka.storage.log.PositionGoneException;
import io.quafka.storage.shard.Partition;
import io.quafka.storage.shard.RunCheck;
import io.quafka.storage.shard.Shard;
import io.quafka.wire.BufferPool;
import io.quafka.wire.BufferPoolExhaustedException;
import io.quafka.wire.PooledBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads batches of one partition from the local log into pooled memory and checks each before
/// anybody sees it. Blocks on the disk: platform threads only.
final class PartitionReader {
    private static final Logger log = LoggerFactory.getLogger(PartitionReader.class);

    /// How often a read begins anew because compaction replaced what it was about to read.
    private static final int ATTEMPTS_MAX = 5;

    private final ReadMemory memory;

    PartitionReader(ReadMemory memory) {
        this.memory = memory;
    }

    /// What was read.
    ///
    /// @param bytes whole batches, the first one holding the offset asked for; empty if there are
    ///   none
    /// @param memory what they lie in, to be released; null if empty
    /// @param starved true if there is something to read, but no memory to read it into
    record Read(ByteBuffer bytes, @Nullable PooledBuffer memory, Errors error, boolean starved) {
        private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

        /// The offset behind the last batch.
        long endOffset() {
            long end = 0;
            for (int at = 0; at < bytes.limit(); at += BatchHeader.sizeInBytes(bytes, at)) {
                end = BatchHeader.lastOffset(bytes, at) + 1;
            }
            return end;
        }

        static Read nothing(Errors error) {
            return new Read(NOTHING, null, error, false);
        }

        static Read withoutMemory() {
            return new Read(NOTHING, null, Errors.NONE, true);
        }
    }

    /// How much to read.
    ///
    /// @param bytesMax not exceeded, but by a first batch that is larger, if `atLeastOne`
    /// @param woken whether it is this reader's turn to have memory
    record Amount(int bytesMax, boolean atLeastOne, boolean woken) {
        Amount {
            bytesMax = Math.clamp(bytesMax, 0, BufferPool.BUFFER_BYTES_MAX);
        }
    }

    /// Offsets to read.
    ///
    /// @param from less than `to`
    /// @param to where reading ends: no batch begins at or past it
    record Range(long from, long to) {}

    /// Never waits for memory.
    Read read(Partition partition, Range range, Amount amount) {
        if (amount.bytesMax() <= 0 && !amount.atLeastOne()) {
            return Read.nothing(Errors.NONE);
        }
        for (int attempt = 1; ; attempt++) {
            List<Run> runs = partition.runsFrom(range.from(), Math.max(amount.bytesMax(), 1L));
            List<Run> readable = new ArrayList<>(runs);
            readable.removeIf(run -> run.baseOffset() >= range.to());
            Read read = read(partition, range, amount, readable);
            boolean failed =
                    read.error() == Errors.KAFKA_STORAGE_ERROR
                            || read.error() == Errors.CORRUPT_MESSAGE;
            if (!failed
                    || attempt == ATTEMPTS_MAX
                    || !replacedMeanwhile(partition, range.from(), runs)) {
                return read;
            }
        }
    }

    /// Whether other runs lie there than those that were to be read, as after compaction: then
    /// their bytes may be gone.
    private static boolean replacedMeanwhile(Partition partition, long offset, List<Run> runs) {
        long bytes = runs.stream().mapToLong(Run::length).sum();
        return bytes > 0 && !partition.runsFrom(offset, bytes).equals(runs);
    }

    private Read read(Partition partition, Range range, Amount amount, List<Run> runs) {
        long offset = range.from();
        if (runs.isEmpty()) {
            return Read.nothing(Errors.NONE);
        }
        PooledBuffer buffer;
        try {
            buffer = memoryFor(runs, amount);
        } catch (BufferPoolExhaustedException e) {
            log.atError()
                    .addKeyValue("partition", partition.key())
                    .addKeyValue("offset", offset)
                    .addKeyValue("bytes", runs.getFirst().length())
                    .addKeyValue("memory", memory.capacity())
                    .log("a batch is too large for the memory that reads may use");
            return Read.nothing(Errors.KAFKA_STORAGE_ERROR);
        }
        if (buffer == null) {
            return Read.withoutMemory();
        }
        boolean handedOver = false;
        try {
            Read read = fill(partition, range, amount, runs, buffer);
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
                memory.release(List.of(buffer));
            }
        }
    }

    /// The first run may start before the offset: its prefix is read, then left out. It alone must
    /// do where there is no memory for more.
    private @Nullable PooledBuffer memoryFor(List<Run> runs, Amount amount) {
        long all = 0;
        for (Run run : runs) {
            all += run.length();
        }
        int first = runs.getFirst().length();
        long wanted = Math.min(all, (long) first + amount.bytesMax());
        wanted = Math.min(wanted, Math.max(first, BufferPool.BUFFER_BYTES_MAX));
        PooledBuffer buffer =
                wanted > memory.capacity() ? null : memory.tryAcquire((int) wanted, amount.woken());
        return buffer == null && amount.atLeastOne()
                ? memory.tryAcquire(first, amount.woken())
                : buffer;
    }

    private Read fill(
            Partition partition, Range range, Amount amount, List<Run> runs, PooledBuffer pooled)
            throws IOException {
        ByteBuffer buffer = pooled.buffer();
        Shard shard = partition.shard();
        buffer.clear().limit(runs.getFirst().length());
        shard.read(runs.getFirst().position(), buffer);
        int start = startOf(buffer, range.from());
        int end = Math.max(start, Math.min(buffer.capacity(), start + amount.bytesMax()));
        for (int i = 1; i < runs.size() && buffer.position() < end; i++) {
            Run run = runs.get(i);
            buffer.limit(Math.min(end, buffer.position() + run.length()));
            shard.read(run.position(), buffer);
        }
        int read = buffer.position();
        RunCheck.Result checked = RunCheck.of(runs, buffer, start, read);
        if (checked.damaged() && !replacedMeanwhile(partition, range.from(), runs)) {
            report(partition, runs, range.from(), checked.end());
        }
        int sound = Math.max(start, checked.end());
        int stop = beginningAtOrPast(buffer, start, sound, range.to());
        int whole = wholeBatches(buffer, start, stop, amount);
        if (whole == start) {
            boolean damaged = checked.damaged() && stop == sound;
            return Read.nothing(damaged ? Errors.CORRUPT_MESSAGE : Errors.NONE);
        }
        ByteBuffer bytes = buffer.duplicate().position(start).limit(whole).slice();
        return new Read(bytes, pooled, Errors.NONE, false);
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

    /// Where the first of the whole batches lies that begins at or past an offset; `end` if none
    /// does.
    private static int beginningAtOrPast(ByteBuffer buffer, int start, int end, long offset) {
        int at = start;
        while (isWhole(buffer, at, end) && BatchHeader.baseOffset(buffer, at) < offset) {
            at += BatchHeader.sizeInBytes(buffer, at);
        }
        return isWhole(buffer, at, end) ? at : end;
    }

    private static int wholeBatches(ByteBuffer buffer, int start, int end, Amount amount) {
        int at = start;
        while (at < end) {
            int next = at + BatchHeader.sizeInBytes(buffer, at);
            boolean fits =
                    next - start <= amount.bytesMax() || (at == start && amount.atLeastOne());
            if (next > end || !fits) {
                return at;
            }
            at = next;
        }
        return at;
    }
}
