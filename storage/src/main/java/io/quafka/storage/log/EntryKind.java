package io.quafka.storage.log;

import org.jspecify.annotations.Nullable;

/// What an entry in a group's directory says.
public enum EntryKind {
    /// Batches of one partition lie in the payload.
    RUN(1),
    /// A partition's log start offset was raised.
    LOG_START(2),
    /// A partition and all its data are gone.
    PARTITION_DROPPED(3),
    /// A run whose bytes were given back to the disk: its place in the payload is a hole.
    DEAD_RUN(4),
    /// What compaction left of a stretch of a partition's offsets: from here on, these batches
    /// stand for everything that lay there before. Their offsets may have gaps.
    CLEANED(5),
    /// An object is about to be uploaded.
    OBJECT_INTENDED(6),
    /// Ranges of partitions lie in an object that is in the store whole; or nothing more will come
    /// of its upload.
    OBJECT_COMMITTED(7),
    /// An object is gone from the store.
    OBJECT_DROPPED(8),
    /// Ranges of partitions lie in an object that is in the store whole, and take the place of
    /// those that held the same offsets.
    OBJECT_MERGED(9);

    private final byte code;

    EntryKind(int code) {
        this.code = (byte) code;
    }

    /// Whether the entry's bytes in the payload are batches.
    public boolean hasBatches() {
        return this == RUN || this == CLEANED;
    }

    /// Whether the entry's bytes in the payload are of the shard's own, under `headsCrc`.
    public boolean hasNote() {
        return switch (this) {
            case OBJECT_INTENDED, OBJECT_COMMITTED, OBJECT_DROPPED, OBJECT_MERGED -> true;
            case RUN, LOG_START, PARTITION_DROPPED, DEAD_RUN, CLEANED -> false;
        };
    }

    byte code() {
        return code;
    }

    static @Nullable EntryKind of(byte code) {
        return switch (code) {
            case 1 -> RUN;
            case 2 -> LOG_START;
            case 3 -> PARTITION_DROPPED;
            case 4 -> DEAD_RUN;
            case 5 -> CLEANED;
            case 6 -> OBJECT_INTENDED;
            case 7 -> OBJECT_COMMITTED;
            case 8 -> OBJECT_DROPPED;
            case 9 -> OBJECT_MERGED;
            default -> null;
        };
    }
}
