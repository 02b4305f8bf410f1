package io.quafka.tiering.object;

import java.nio.ByteBuffer;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.CloseableIterator;
import org.jspecify.annotations.Nullable;

/// Finds batches and records in the bytes of a block that were checked.
public final class BlockContent {
    private BlockContent() {}

    /// The batches from the one that holds an offset on, or the next one that is there, as a slice;
    /// empty if all end before it.
    ///
    /// @param bytes whole batches, from position to limit, which stay
    public static ByteBuffer from(ByteBuffer bytes, long offset) {
        int at = bytes.position();
        for (MutableRecordBatch batch : batches(bytes)) {
            if (batch.lastOffset() >= offset) {
                break;
            }
            at += batch.sizeInBytes();
        }
        return bytes.slice(at, bytes.limit() - at);
    }

    /// The batches that begin before an offset, as a slice; empty if none does.
    ///
    /// @param bytes whole batches, from position to limit, which stay
    public static ByteBuffer before(ByteBuffer bytes, long offset) {
        int length = 0;
        for (MutableRecordBatch batch : batches(bytes)) {
            if (batch.baseOffset() >= offset) {
                break;
            }
            length += batch.sizeInBytes();
        }
        return bytes.slice(bytes.position(), length);
    }

    /// As many of the batches as fit into a number of bytes, as a slice; at least one if
    /// `atLeastOne` and there is one.
    public static ByteBuffer upTo(ByteBuffer bytes, int maxBytes, boolean atLeastOne) {
        if (bytes.remaining() <= maxBytes) {
            return bytes.slice();
        }
        int length = 0;
        for (MutableRecordBatch batch : batches(bytes)) {
            boolean fits = length + (long) batch.sizeInBytes() <= maxBytes;
            if (!fits && !(atLeastOne && length == 0)) {
                break;
            }
            length += batch.sizeInBytes();
        }
        return bytes.slice(bytes.position(), length);
    }

    /// The last offset of the last batch; -1 if there is none.
    public static long lastOffset(ByteBuffer bytes) {
        long last = -1;
        for (MutableRecordBatch batch : batches(bytes)) {
            last = batch.lastOffset();
        }
        return last;
    }

    /// The first record of a time or later, and of an offset or later; null if there is none.
    /// Decompresses batches that may have one.
    public static @Nullable RecordPlace firstAt(
            ByteBuffer bytes, long timestampMs, long fromOffset) {
        for (MutableRecordBatch batch : batches(bytes)) {
            if (batch.maxTimestamp() < timestampMs || batch.lastOffset() < fromOffset) {
                continue;
            }
            try (CloseableIterator<Record> records =
                    batch.streamingIterator(BufferSupplier.NO_CACHING)) {
                while (records.hasNext()) {
                    Record each = records.next();
                    if (each.timestamp() >= timestampMs && each.offset() >= fromOffset) {
                        return new RecordPlace(
                                each.offset(), each.timestamp(), batch.partitionLeaderEpoch());
                    }
                }
            }
        }
        return null;
    }

    private static Iterable<MutableRecordBatch> batches(ByteBuffer bytes) {
        return MemoryRecords.readableRecords(bytes.slice()).batches();
    }
}
