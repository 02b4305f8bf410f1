package io.quafka.storage.shard;

import io.quafka.storage.batch.BatchHeader;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// What a partition remembers of one producer. Not safe for use by several threads.
///
/// As bytes: `version int8 (2), epoch int16, lastTimestampMs int64, coordinatorEpoch int32,
/// transactionStart int64, count int8, {firstSequence int32, lastSequence int32, baseOffset int64,
/// lastOffset int64}`; sequences are -1 where unreadable. Version 1 has neither coordinator epoch
/// nor transaction start.
final class ProducerState {
    /// Batches remembered per producer, as many as a client may have in flight.
    static final int BATCHES_KEPT = 5;

    /// Stands for no transaction, and for no coordinator's epoch.
    static final int NONE = -1;

    private static final byte VERSION = 2;
    private static final byte VERSION_WITHOUT_TRANSACTIONS = 1;

    short epoch = BatchHeader.NO_PRODUCER_EPOCH;
    long lastTimestampMs;
    int coordinatorEpoch = NONE;
    long transactionStart = NONE;
    final ArrayDeque<Batch> batches = new ArrayDeque<>(BATCHES_KEPT);

    /// One remembered batch.
    record Batch(int firstSequence, int lastSequence, long baseOffset, long lastOffset) {
        static Batch unreadable(long baseOffset, long lastOffset) {
            return new Batch(
                    BatchHeader.NO_SEQUENCE, BatchHeader.NO_SEQUENCE, baseOffset, lastOffset);
        }

        boolean isUnreadable() {
            return firstSequence == BatchHeader.NO_SEQUENCE;
        }
    }

    boolean mayLackBatches() {
        for (Batch batch : batches) {
            if (batch.isUnreadable()) {
                return true;
            }
        }
        return false;
    }

    boolean inTransaction() {
        return transactionStart != NONE;
    }

    /// Batches of an older epoch say nothing about the next sequence.
    void enter(short newEpoch) {
        if (newEpoch != epoch) {
            epoch = newEpoch;
            batches.removeIf(batch -> !batch.isUnreadable());
        }
    }

    void add(Batch batch) {
        if (batches.size() == BATCHES_KEPT) {
            batches.removeFirst();
        }
        batches.addLast(batch);
    }

    @Nullable Batch find(int firstSequence, int lastSequence) {
        for (Batch batch : batches) {
            if (!batch.isUnreadable()
                    && batch.firstSequence == firstSequence
                    && batch.lastSequence == lastSequence) {
                return batch;
            }
        }
        return null;
    }

    /// What must come next: wraps at 2^31.
    int nextSequence() {
        Batch last = batches.peekLast();
        return last == null || last.lastSequence == Integer.MAX_VALUE ? 0 : last.lastSequence + 1;
    }

    ProducerInfo describe(long producerId) {
        Batch last = batches.peekLast();
        return new ProducerInfo(
                producerId,
                epoch,
                last == null ? BatchHeader.NO_SEQUENCE : last.lastSequence,
                lastTimestampMs,
                coordinatorEpoch,
                transactionStart);
    }

    byte[] encode() {
        ByteBuffer bytes = ByteBuffer.allocate(24 + batches.size() * 24);
        bytes.put(VERSION).putShort(epoch).putLong(lastTimestampMs);
        bytes.putInt(coordinatorEpoch).putLong(transactionStart);
        bytes.put((byte) batches.size());
        for (Batch batch : batches) {
            bytes.putInt(batch.firstSequence).putInt(batch.lastSequence);
            bytes.putLong(batch.baseOffset).putLong(batch.lastOffset);
        }
        return bytes.array();
    }

    static ProducerState decode(byte[] encoded) {
        ByteBuffer bytes = ByteBuffer.wrap(encoded);
        byte version = bytes.get();
        if (version != VERSION && version != VERSION_WITHOUT_TRANSACTIONS) {
            throw new IllegalStateException("producer state of unknown version " + version);
        }
        ProducerState state = new ProducerState();
        state.epoch = bytes.getShort();
        state.lastTimestampMs = bytes.getLong();
        if (version == VERSION) {
            state.coordinatorEpoch = bytes.getInt();
            state.transactionStart = bytes.getLong();
        }
        for (int left = bytes.get(); left > 0; left--) {
            state.batches.addLast(
                    new Batch(bytes.getInt(), bytes.getInt(), bytes.getLong(), bytes.getLong()));
        }
        return state;
    }
}
