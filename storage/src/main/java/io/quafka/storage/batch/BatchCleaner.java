package io.quafka.storage.batch;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.apache.kafka.common.utils.CloseableIterator;
import org.jspecify.annotations.Nullable;

/// Decides what compaction leaves of a partition's batches, as they go by in the order of offsets,
/// by Kafka's rules:
///
/// - A record stays if no later record, as far as [KeyOffsets] covers, has its key. Without a key
///   it goes.
/// - A tombstone that would stay goes when its batch's delete horizon has passed (KIP-534). A batch
///   gets its horizon, now and the retention, when a tombstone of it first goes by.
/// - Records of aborted transactions go. A marker goes when nothing of its transaction is left and
///   its horizon has passed.
/// - What is left of a batch keeps offsets, producer and sequence, leader epoch and compression. A
///   batch of which nothing is left goes, unless a producer's sequence is known by it: then it
///   stays without records.
///
/// A batch that stays as it is is not written anew. Holds one record in memory at a time. Used by
/// one thread.
public final class BatchCleaner {
    private static final int FIRST_BUFFER_BYTES = 16 * 1024;

    private final KeyOffsets keys;
    private final CleanedTransactions transactions;
    private final Map<Long, LastOfProducer> producers;
    private final long nowMs;
    private final long deleteRetentionMs;
    private final KeyedRecords records = new KeyedRecords();
    private final BitSet retained = new BitSet();
    private int tombstones;
    private long recordsRead;
    private long recordsKept;

    /// What a partition remembers of an active producer.
    ///
    /// @param lastOffset of its last batch of data; -1 where there is none
    /// @param epoch its last one
    public record LastOfProducer(long lastOffset, short epoch) {}

    /// @param transactions that knows the aborted ones of the batches to come; used for this alone
    /// @param producers by id: the active ones
    /// @param nowMs the pass's time, milliseconds
    public BatchCleaner(
            KeyOffsets keys,
            CleanedTransactions transactions,
            Map<Long, LastOfProducer> producers,
            long nowMs,
            long deleteRetentionMs) {
        this.keys = keys;
        this.transactions = transactions;
        this.producers = producers;
        this.nowMs = nowMs;
        this.deleteRetentionMs = deleteRetentionMs;
    }

    /// @param batch one whole, sound batch, from position to limit; not changed
    /// @return the same buffer where the batch stays as it is; a new one with what is left; null if
    ///   nothing is
    /// @throws UncleanableException if the records cannot be read, or written anew
    public @Nullable ByteBuffer clean(ByteBuffer batch) throws UncleanableException {
        int at = batch.position();
        try {
            recordsRead += BatchHeader.recordCount(batch, at);
            ByteBuffer left =
                    BatchHeader.isControl(batch, at) ? cleanControl(batch) : cleanData(batch);
            recordsKept += left == null ? 0 : BatchHeader.recordCount(left, left.position());
            return left;
        } catch (MalformedBatchException | RuntimeException e) {
            throw new UncleanableException(
                    "batch at offset " + BatchHeader.baseOffset(batch, at), e);
        }
    }

    private @Nullable ByteBuffer cleanData(ByteBuffer batch) throws MalformedBatchException {
        int at = batch.position();
        int count = BatchHeader.recordCount(batch, at);
        retained.clear();
        tombstones = 0;
        if (!transactions.isAborted(batch)) {
            decide(batch);
        }
        int kept = retained.cardinality();
        if (kept == 0) {
            return isKnownBy(batch) ? emptyOf(batch) : null;
        }
        boolean newHorizon = tombstones > 0 && !BatchHeader.hasDeleteHorizon(batch, at);
        return kept == count && !newHorizon ? batch : rewrite(batch, newHorizon);
    }

    private void decide(ByteBuffer batch) throws MalformedBatchException {
        boolean horizonPassed = horizonPassed(batch);
        int[] index = {0};
        records.visit(
                batch,
                (offset, hasKey, hasValue, high, low) -> {
                    if (stays(offset, hasKey, hasValue || !horizonPassed, high, low)) {
                        retained.set(index[0]);
                        tombstones += hasValue || offset > keys.latestOffset() ? 0 : 1;
                    }
                    index[0]++;
                    return true;
                });
    }

    private boolean stays(long offset, boolean hasKey, boolean valued, long high, long low) {
        if (offset > keys.latestOffset()) {
            return true;
        }
        return hasKey && valued && offset >= keys.latest(high, low);
    }

    private boolean horizonPassed(ByteBuffer batch) {
        int at = batch.position();
        return BatchHeader.hasDeleteHorizon(batch, at)
                && BatchHeader.baseTimestamp(batch, at) <= nowMs;
    }

    private @Nullable ByteBuffer cleanControl(ByteBuffer batch) {
        int at = batch.position();
        int count = BatchHeader.recordCount(batch, at);
        boolean spare = transactions.isSpare(batch);
        if (count == 0 || (spare && horizonPassed(batch))) {
            return isKnownBy(batch) ? emptyOf(batch) : null;
        }
        if (!spare || BatchHeader.hasDeleteHorizon(batch, at)) {
            return batch;
        }
        retained.clear();
        retained.set(0, count);
        return rewrite(batch, true);
    }

    /// Whether what is known of a producer is known by this batch.
    private boolean isKnownBy(ByteBuffer batch) {
        int at = batch.position();
        LastOfProducer last = producers.get(BatchHeader.producerId(batch, at));
        if (last == null || !BatchHeader.hasProducerId(batch, at)) {
            return false;
        }
        return last.lastOffset() >= 0
                ? last.lastOffset() == BatchHeader.lastOffset(batch, at)
                : BatchHeader.isControl(batch, at)
                        && last.epoch() == BatchHeader.producerEpoch(batch, at);
    }

    /// A batch's header without its records: the offsets it takes, and its producer's sequence.
    public static ByteBuffer emptyOf(ByteBuffer batch) {
        int at = batch.position();
        if (BatchHeader.recordCount(batch, at) == 0) {
            return batch;
        }
        ByteBuffer header = ByteBuffer.allocate(BatchHeader.BYTES);
        DefaultRecordBatch.writeEmptyHeader(
                header,
                BatchHeader.MAGIC,
                BatchHeader.producerId(batch, at),
                BatchHeader.producerEpoch(batch, at),
                BatchHeader.baseSequence(batch, at),
                BatchHeader.baseOffset(batch, at),
                BatchHeader.lastOffset(batch, at),
                BatchHeader.leaderEpoch(batch, at),
                BatchHeader.timestampType(batch, at),
                BatchHeader.maxTimestamp(batch, at),
                BatchHeader.isTransactional(batch, at),
                BatchHeader.isControl(batch, at));
        return header.position(0).limit(BatchHeader.BYTES);
    }

    private ByteBuffer rewrite(ByteBuffer batch, boolean newHorizon) {
        DefaultRecordBatch source =
                (DefaultRecordBatch)
                        MemoryRecords.readableRecords(batch.duplicate())
                                .batches()
                                .iterator()
                                .next();
        long horizonMs =
                newHorizon
                        ? saturatingAdd(nowMs, deleteRetentionMs)
                        : source.deleteHorizonMs().orElse(BatchHeader.NO_TIMESTAMP);
        ByteBufferOutputStream out = new ByteBufferOutputStream(FIRST_BUFFER_BYTES);
        try (MemoryRecordsBuilder builder = builder(out, source, horizonMs);
                CloseableIterator<Record> all = source.streamingIterator(records.buffers())) {
            for (int index = 0; all.hasNext(); index++) {
                Record record = all.next();
                if (retained.get(index)) {
                    builder.append(record);
                }
            }
            // The last offset is also what the last sequence is known by.
            builder.overrideLastOffset(source.lastOffset());
            return builder.build().buffer().slice();
        }
    }

    private static MemoryRecordsBuilder builder(
            ByteBufferOutputStream out, DefaultRecordBatch source, long horizonMs) {
        boolean appendTime = source.timestampType() == TimestampType.LOG_APPEND_TIME;
        return new MemoryRecordsBuilder(
                out,
                BatchHeader.MAGIC,
                Compression.of(source.compressionType()).build(),
                source.timestampType(),
                source.baseOffset(),
                appendTime ? source.maxTimestamp() : BatchHeader.NO_TIMESTAMP,
                source.producerId(),
                source.producerEpoch(),
                source.baseSequence(),
                source.isTransactional(),
                source.isControlBatch(),
                source.partitionLeaderEpoch(),
                Integer.MAX_VALUE,
                horizonMs);
    }

    private static long saturatingAdd(long a, long b) {
        long sum = a + b;
        return sum < a ? Long.MAX_VALUE : sum;
    }

    /// Records that went by.
    public long recordsRead() {
        return recordsRead;
    }

    /// Records that stay.
    public long recordsKept() {
        return recordsKept;
    }
}
