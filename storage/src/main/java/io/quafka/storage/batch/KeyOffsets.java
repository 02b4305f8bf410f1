package io.quafka.storage.batch;

/// The latest offset of each key in the part of a partition that compaction goes by, in bounded
/// memory. Keys are told apart by 128 bits of their SHA-256, as nobody finds two that share them.
///
/// An open-addressed table of 24-byte slots. Not safe for use by several threads.
public final class KeyOffsets {
    /// Bytes of one key's slot.
    public static final int SLOT_BYTES = 3 * Long.BYTES;

    /// The least memory that a table takes.
    public static final long BYTES_MIN = 64L * SLOT_BYTES;

    private static final double LOAD_MAX = 0.75;
    private static final int LONGS = 3;

    /// Per slot: first and second half of the hash, offset + 1; 0 there marks a free slot.
    private final long[] slots;

    private final int capacity;
    private final int keysMax;
    private int keys;
    private long latestOffset = -1;

    /// @param bytesMax most memory to take, at least [#BYTES_MIN]
    /// @param keysExpected at most so many will come: no more memory is taken than they need
    public KeyOffsets(long bytesMax, long keysExpected) {
        if (bytesMax < BYTES_MIN) {
            throw new IllegalArgumentException("a table takes " + BYTES_MIN + " bytes at least");
        }
        long wanted = Math.clamp(keysExpected, 1, Integer.MAX_VALUE / LONGS);
        long bytes = Math.max(BYTES_MIN, (long) (wanted / LOAD_MAX + 1) * SLOT_BYTES);
        this.capacity =
                (int) Math.min(Math.min(bytesMax, bytes) / SLOT_BYTES, Integer.MAX_VALUE / LONGS);
        this.keysMax = (int) (capacity * LOAD_MAX);
        this.slots = new long[capacity * LONGS];
    }

    /// Notes a key's offset, which is past all that were noted before.
    ///
    /// @return false if the key is new and there is no room for it: nothing was noted
    boolean put(long high, long low, long offset) {
        int at = find(high, low);
        if (slots[at + 2] == 0) {
            if (keys == keysMax) {
                return false;
            }
            keys++;
            slots[at] = high;
            slots[at + 1] = low;
        }
        slots[at + 2] = offset + 1;
        latestOffset = offset;
        return true;
    }

    /// A key's latest offset; -1 if it did not occur.
    long latest(long high, long low) {
        return slots[find(high, low) + 2] - 1;
    }

    private int find(long high, long low) {
        int slot = (int) Long.remainderUnsigned(high, capacity);
        while (true) {
            int at = slot * LONGS;
            if (slots[at + 2] == 0 || (slots[at] == high && slots[at + 1] == low)) {
                return at;
            }
            slot = slot + 1 == capacity ? 0 : slot + 1;
        }
    }

    /// Everything up to an offset was looked at.
    void lookedAt(long offset) {
        latestOffset = Math.max(latestOffset, offset);
    }

    /// Records up to here are covered: of those behind it nothing is known, so they stay. -1 while
    /// there are none.
    public long latestOffset() {
        return latestOffset;
    }

    /// How many different keys there are.
    public int size() {
        return keys;
    }

    /// Share of the room for keys that is taken.
    public double utilization() {
        return (double) keys / keysMax;
    }
}
