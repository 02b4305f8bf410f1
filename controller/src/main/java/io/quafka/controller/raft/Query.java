package io.quafka.controller.raft;

import io.quafka.controller.codec.MeasureCodec;
import io.quafka.controller.codec.MetadataFormatException;
import io.quafka.controller.retention.DiskReport;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// What a remote client asks the leader without writing to the log.
///
/// ```
/// query = u8 version (1), u8 kind, fields:
///   1 Follow     i64 version the client has, i32 milliseconds to wait for a newer one
///   2 Heartbeat  i32 node id, then nothing, or a report (see MeasureCodec)
///   3 Disks
/// ```
sealed interface Query {
    int FORMAT = 1;

    record Follow(long since, int waitMs) implements Query {}

    /// @param disk null where there is nothing to tell
    record Heartbeat(int nodeId, @Nullable DiskReport disk) implements Query {}

    /// What is known of nodes' disks.
    record Disks() implements Query {}

    static byte[] encode(Query query) {
        byte[] report =
                query instanceof Heartbeat(_, DiskReport disk) && disk != null
                        ? MeasureCodec.encode(disk)
                        : new byte[0];
        ByteBuffer bytes = ByteBuffer.allocate(14 + report.length).put((byte) FORMAT);
        switch (query) {
            case Follow(long since, int waitMs) ->
                    bytes.put((byte) 1).putLong(since).putInt(waitMs);
            case Heartbeat heartbeat -> bytes.put((byte) 2).putInt(heartbeat.nodeId()).put(report);
            case Disks _ -> bytes.put((byte) 3);
        }
        byte[] encoded = new byte[bytes.flip().remaining()];
        bytes.get(encoded);
        return encoded;
    }

    /// @throws MetadataFormatException for bytes that are no query of this version
    static Query decode(ByteBuffer bytes) {
        try {
            int format = bytes.get();
            if (format != FORMAT) {
                throw new MetadataFormatException(
                        "a query of format version " + format + "; this release reads " + FORMAT);
            }
            int kind = bytes.get();
            return switch (kind) {
                case 1 -> new Follow(bytes.getLong(), bytes.getInt());
                case 2 ->
                        new Heartbeat(
                                bytes.getInt(),
                                bytes.hasRemaining() ? MeasureCodec.decodeReport(bytes) : null);
                case 3 -> new Disks();
                default -> throw new MetadataFormatException("an unknown query: " + kind);
            };
        } catch (BufferUnderflowException _) {
            throw new MetadataFormatException("a query cut short");
        }
    }
}
