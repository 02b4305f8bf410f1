package io.quafka.storage.replication;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/// Where in a log each leader's epoch begins: what two replicas compare to find where they went
/// different ways (KIP-101, with positions in the place of offsets). Safe on any thread.
public final class EpochTable {
    /// The epoch before any.
    public static final int NO_EPOCH = 0;

    /// Epochs that are remembered; of more, the oldest are forgotten.
    static final int EPOCHS_MAX = 1000;

    private static final int ENTRY_BYTES = Integer.BYTES + Long.BYTES;

    private final TreeMap<Integer, Long> starts = new TreeMap<>();
    private boolean changed;

    /// The last position of an epoch, or of the one before where a log has none of it.
    ///
    /// @param epoch the one found, no later than asked for; [#NO_EPOCH] if there is none
    /// @param position where it ends
    public record EpochEnd(int epoch, long position) {}

    /// A group lies in the log. Epochs do not go back.
    public synchronized void note(int epoch, long position) {
        int last = last();
        if (epoch < last) {
            throw new IllegalArgumentException("epoch " + epoch + " after " + last);
        }
        if (epoch > last) {
            starts.put(epoch, position);
            changed = true;
            if (starts.size() > EPOCHS_MAX) {
                starts.pollFirstEntry();
            }
        }
    }

    /// As [#note], but an epoch that is older than the last is passed over: of a shard whose only
    /// replica came to another cluster, whose epochs begin anew.
    public synchronized void noteAlone(int epoch, long position) {
        if (epoch > last()) {
            note(epoch, position);
        }
    }

    /// Where the first epoch that it knows of begins: of what lies before, nothing is known.
    ///
    /// @param end of the log
    public synchronized long knownFrom(long end) {
        return starts.isEmpty() ? end : starts.firstEntry().getValue();
    }

    /// The epoch of the log's last group.
    public synchronized int last() {
        return starts.isEmpty() ? NO_EPOCH : starts.lastKey();
    }

    /// @param end of the log
    public synchronized EpochEnd endOf(int epoch, long end) {
        Map.Entry<Integer, Long> found = starts.floorEntry(epoch);
        Map.Entry<Integer, Long> next = starts.higherEntry(epoch);
        long to = next == null ? end : next.getValue();
        return new EpochEnd(found == null ? NO_EPOCH : found.getKey(), to);
    }

    /// The log ends at a position now.
    public synchronized void cut(long position) {
        changed |= starts.values().removeIf(start -> start >= position);
    }

    /// Whether it changed since this was last asked.
    public synchronized boolean takeChanged() {
        boolean was = changed;
        changed = false;
        return was;
    }

    public synchronized byte[] encode() {
        ByteBuffer bytes = ByteBuffer.allocate(starts.size() * ENTRY_BYTES);
        starts.forEach((epoch, start) -> bytes.putInt(epoch).putLong(start));
        return bytes.array();
    }

    /// What [#encode] gave, as far as it is about what lies before a position.
    public static EpochTable decode(byte[] encoded, long before) {
        EpochTable table = new EpochTable();
        ByteBuffer bytes = ByteBuffer.wrap(encoded);
        while (bytes.remaining() >= ENTRY_BYTES) {
            table.starts.put(bytes.getInt(), bytes.getLong());
        }
        table.starts.values().removeIf(start -> start >= before);
        return table;
    }
}
