package io.quafka.storage.shard;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// What a partition remembers of its idempotent producers (KIP-98): for each the epoch and the last
/// few batches, so that a retried batch is recognized and a missing one noticed. Not safe for use
/// by several threads.
final class ProducerTable {
    /// Batches remembered per producer, as many as a client may have in flight.
    static final int BATCHES_KEPT = 5;

    /// Producers remembered per partition; beyond, the longest silent one is forgotten.
    static final int PRODUCERS_MAX = 10_000;

    private static final byte VERSION = 1;

    private final LinkedHashMap<Long, State> byId = new LinkedHashMap<>(16, 0.75f, true);

    /// One remembered batch.
    record Batch(int firstSequence, int lastSequence, long baseOffset, long lastOffset) {}

    private static final class State {
        short epoch;
        long lastTimestampMs;
        final ArrayDeque<Batch> batches = new ArrayDeque<>(BATCHES_KEPT);
    }

    /// What is to be done with a batch.
    sealed interface Verdict {
        Verdict APPEND = new Append();

        record Append() implements Verdict {}

        /// It is in the log already, at this offset.
        record Duplicate(long baseOffset) implements Verdict {}

        record Refused(Errors error, String message) implements Verdict {}
    }

    /// Kafka's rules: an older epoch is fenced; a new epoch starts at sequence 0; within an epoch
    /// sequences follow each other without a gap, wrapping at 2^31; a producer nobody remembers may
    /// start anywhere (KIP-360).
    Verdict check(long producerId, short epoch, int firstSequence, int lastSequence) {
        State state = byId.get(producerId);
        if (state == null) {
            return Verdict.APPEND;
        }
        if (epoch < state.epoch) {
            return new Verdict.Refused(
                    Errors.INVALID_PRODUCER_EPOCH,
                    "producer %d has epoch %d, the batch %d"
                            .formatted(producerId, state.epoch, epoch));
        }
        if (epoch > state.epoch) {
            return firstSequence == 0
                    ? Verdict.APPEND
                    : outOfOrder(producerId, "0 after a new epoch", firstSequence);
        }
        for (Batch batch : state.batches) {
            if (batch.firstSequence == firstSequence && batch.lastSequence == lastSequence) {
                return new Verdict.Duplicate(batch.baseOffset);
            }
        }
        Batch last = state.batches.peekLast();
        if (last == null) {
            return Verdict.APPEND;
        }
        int expected = last.lastSequence == Integer.MAX_VALUE ? 0 : last.lastSequence + 1;
        return firstSequence == expected
                ? Verdict.APPEND
                : outOfOrder(producerId, Integer.toString(expected), firstSequence);
    }

    private static Verdict outOfOrder(long producerId, String expected, int got) {
        return new Verdict.Refused(
                Errors.OUT_OF_ORDER_SEQUENCE_NUMBER,
                "producer %d: expected sequence %s, got %d".formatted(producerId, expected, got));
    }

    /// Notes a batch that was appended.
    ///
    /// @return a producer forgotten to make room, or null
    @Nullable Long appended(long producerId, short epoch, Batch batch, long timestampMs) {
        State state = byId.computeIfAbsent(producerId, _ -> new State());
        if (epoch != state.epoch) {
            state.epoch = epoch;
            state.batches.clear();
        }
        if (state.batches.size() == BATCHES_KEPT) {
            state.batches.removeFirst();
        }
        state.batches.addLast(batch);
        state.lastTimestampMs = timestampMs;
        if (byId.size() <= PRODUCERS_MAX) {
            return null;
        }
        Long eldest = byId.firstEntry().getKey();
        byId.remove(eldest);
        return eldest;
    }

    /// Forgets producers that were silent since before a time.
    ///
    /// @return their ids
    List<Long> expire(long beforeMs) {
        List<Long> gone = new ArrayList<>();
        for (Iterator<Map.Entry<Long, State>> all = byId.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<Long, State> entry = all.next();
            if (entry.getValue().lastTimestampMs < beforeMs) {
                gone.add(entry.getKey());
                all.remove();
            }
        }
        return gone;
    }

    boolean isEmpty() {
        return byId.isEmpty();
    }

    void clear() {
        byId.clear();
    }

    List<ProducerInfo> describe() {
        List<ProducerInfo> list = new ArrayList<>(byId.size());
        byId.forEach((id, state) -> {
            Batch last = state.batches.peekLast();
            list.add(
                    new ProducerInfo(
                            id,
                            state.epoch,
                            last == null ? -1 : last.lastSequence,
                            state.lastTimestampMs));
        });
        return list;
    }

    /// `version int8, epoch int16, lastTimestampMs int64, count int8, {firstSequence int32,
    /// lastSequence int32, baseOffset int64, lastOffset int64}`.
    byte[] encode(long producerId) {
        State state = byId.get(producerId);
        if (state == null) {
            throw new IllegalArgumentException("no producer " + producerId);
        }
        ByteBuffer bytes = ByteBuffer.allocate(12 + state.batches.size() * 24);
        bytes.put(VERSION).putShort(state.epoch).putLong(state.lastTimestampMs);
        bytes.put((byte) state.batches.size());
        for (Batch batch : state.batches) {
            bytes.putInt(batch.firstSequence).putInt(batch.lastSequence);
            bytes.putLong(batch.baseOffset).putLong(batch.lastOffset);
        }
        return bytes.array();
    }

    void decode(long producerId, byte[] encoded) {
        ByteBuffer bytes = ByteBuffer.wrap(encoded);
        byte version = bytes.get();
        if (version != VERSION) {
            throw new IllegalStateException("producer state of unknown version " + version);
        }
        State state = new State();
        state.epoch = bytes.getShort();
        state.lastTimestampMs = bytes.getLong();
        for (int left = bytes.get(); left > 0; left--) {
            state.batches.addLast(
                    new Batch(bytes.getInt(), bytes.getInt(), bytes.getLong(), bytes.getLong()));
        }
        byId.put(producerId, state);
    }
}
