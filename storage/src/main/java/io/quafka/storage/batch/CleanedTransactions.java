package io.quafka.storage.batch;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;

/// Which batches belong to aborted transactions, and which markers have outlived the data of
/// theirs, while a partition's batches go by in order. Batches past the last stable offset must not
/// come. Used by one thread.
public final class CleanedTransactions {
    private final Map<Long, Deque<Aborted>> abortedByProducer = new HashMap<>();

    /// Producers of committed transactions of which data went by, and no marker yet.
    private final Set<Long> committedWithData = new HashSet<>();

    /// Producers of aborted transactions of which a batch is left, and no marker went by yet.
    private final Set<Long> abortedWithData = new HashSet<>();

    /// By producer: the marker of the last transaction that was made known.
    private final Map<Long, Long> knownTo = new HashMap<>();

    private final boolean keepsAbortMarkers;

    public CleanedTransactions() {
        this(false);
    }

    /// @param keepsAbortMarkers whether markers of aborted transactions stay for ever: they must
    ///   where readers go on being told of the transactions, as they would wait for the markers
    public CleanedTransactions(boolean keepsAbortMarkers) {
        this.keepsAbortMarkers = keepsAbortMarkers;
    }

    /// A transaction that was aborted.
    ///
    /// @param firstOffset of its first batch
    /// @param lastOffset of its marker
    public record Aborted(long producerId, long firstOffset, long lastOffset) {}

    /// Makes aborted transactions known before their first batch goes by; those that were made
    /// known already may come again.
    ///
    /// @param aborted in the order of their markers
    public void add(List<Aborted> aborted) {
        for (Aborted transaction : aborted) {
            long producerId = transaction.producerId();
            if (transaction.lastOffset() > knownTo.getOrDefault(producerId, -1L)) {
                knownTo.put(producerId, transaction.lastOffset());
                abortedByProducer
                        .computeIfAbsent(producerId, _ -> new ArrayDeque<>())
                        .add(transaction);
            }
        }
    }

    /// To be asked once for each batch of data.
    boolean isAborted(ByteBuffer batch) {
        int at = batch.position();
        if (!BatchHeader.isTransactional(batch, at)) {
            return false;
        }
        long producerId = BatchHeader.producerId(batch, at);
        Deque<Aborted> transactions = abortedByProducer.get(producerId);
        if (transactions != null) {
            long offset = BatchHeader.baseOffset(batch, at);
            while (!transactions.isEmpty() && transactions.getFirst().lastOffset() < offset) {
                transactions.removeFirst();
            }
            if (!transactions.isEmpty() && transactions.getFirst().firstOffset() <= offset) {
                abortedWithData.add(producerId);
                return true;
            }
        }
        committedWithData.add(producerId);
        return false;
    }

    /// To be asked once for each control batch: whether nothing of its transaction went by before
    /// it.
    boolean isSpare(ByteBuffer controlBatch) {
        int at = controlBatch.position();
        if (BatchHeader.recordCount(controlBatch, at) == 0) {
            return true;
        }
        long producerId = BatchHeader.producerId(controlBatch, at);
        return switch (typeOf(controlBatch)) {
            case ABORT -> {
                dropAborted(producerId, BatchHeader.lastOffset(controlBatch, at));
                yield !abortedWithData.remove(producerId) && !keepsAbortMarkers;
            }
            case COMMIT -> !committedWithData.remove(producerId);
            case LEADER_CHANGE,
                    SNAPSHOT_HEADER,
                    SNAPSHOT_FOOTER,
                    KRAFT_VERSION,
                    KRAFT_VOTERS,
                    UNKNOWN ->
                    false;
        };
    }

    private void dropAborted(long producerId, long marker) {
        Deque<Aborted> transactions = abortedByProducer.get(producerId);
        if (transactions == null) {
            return;
        }
        while (!transactions.isEmpty() && transactions.getFirst().lastOffset() <= marker) {
            transactions.removeFirst();
        }
        if (transactions.isEmpty()) {
            abortedByProducer.remove(producerId);
        }
    }

    private static ControlRecordType typeOf(ByteBuffer controlBatch) {
        RecordBatch batch =
                MemoryRecords.readableRecords(controlBatch.duplicate()).batches().iterator().next();
        Record marker = batch.iterator().next();
        return ControlRecordType.parse(Objects.requireNonNull(marker.key()));
    }
}
