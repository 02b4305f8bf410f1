package io.quafka.storage.log;

import java.nio.ByteBuffer;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/// Reads and writes one directory entry; the grammar is in [GroupFormat].
final class EntryCodec {
    private EntryCodec() {}

    static void write(
            ByteBuffer head, int at, EntryKind kind, Uuid topicId, int partition, long offset) {
        head.putInt(at, 0)
                .put(at, kind.code())
                .putInt(at + 4, partition)
                .putLong(at + 8, topicId.getMostSignificantBits())
                .putLong(at + 16, topicId.getLeastSignificantBits())
                .putLong(at + 24, offset)
                .putLong(at + 32, 0)
                .putLong(at + 40, 0);
    }

    /// The entry, or null where its kind is unknown.
    static @Nullable GroupEntry read(ByteBuffer head, int at, long runPosition) {
        EntryKind kind = EntryKind.of(head.get(at));
        if (kind == null) {
            return null;
        }
        long offset = head.getLong(at + 24);
        return new GroupEntry(
                kind,
                new Uuid(head.getLong(at + 8), head.getLong(at + 16)),
                head.getInt(at + 4),
                offset,
                offset + Integer.toUnsignedLong(head.getInt(at + 44)),
                runPosition,
                head.getInt(at + 32),
                head.getInt(at + 36),
                head.getInt(at + 40));
    }
}
