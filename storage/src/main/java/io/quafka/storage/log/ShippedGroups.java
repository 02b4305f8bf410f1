package io.quafka.storage.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Whole groups of a commit log as they travel from a leader to its followers: file bytes, and the
/// salt of the segment that they lie in, without which their checksums cannot be checked.
public final class ShippedGroups {
    private final GroupReader reader;
    private final ByteBuffer bytes;
    private final long start;
    private long position;

    /// @param position where the first of them lies, in the leader's log and the follower's
    public ShippedGroups(ByteBuffer bytes, long position, long salt) {
        this.bytes = bytes;
        this.start = position;
        this.position = position;
        this.reader = new GroupReader(bytes, position, salt);
    }

    /// The next group; null at the end.
    ///
    /// @throws IOException if bytes of it do not check: on the leader's disk or on the way they
    ///   were changed
    public @Nullable Group next() throws IOException {
        if (position - start >= bytes.remaining()) {
            return null;
        }
        Group group =
                switch (reader.at(position)) {
                    case GroupReader.Found.Whole(Group whole) -> whole;
                    case GroupReader.Found.BadRuns _, GroupReader.Found.Nothing _ ->
                            throw new IOException("no sound group at position " + position);
                };
        position = group.end();
        return group;
    }

    /// The bytes of a group that [#next] gave.
    public ByteBuffer bytesOf(Group group) {
        int from = bytes.position() + (int) (group.position() - start);
        return bytes.duplicate()
                .position(from)
                .limit(from + (int) (group.end() - group.position()));
    }

    /// How many bytes, from the buffer's position on, are whole groups.
    ///
    /// @return 0 if not even the first is whole
    public static int wholeBytes(ByteBuffer bytes, long position) {
        int whole = 0;
        while (true) {
            long size =
                    sizeOfFirst(
                            bytes.duplicate().position(bytes.position() + whole), position + whole);
            if (size <= 0 || whole + size > bytes.remaining()) {
                return whole;
            }
            whole += (int) size;
        }
    }

    /// What the first group's head says of its size.
    ///
    /// @return 0 if no group begins there, or too little of it
    public static long sizeOfFirst(ByteBuffer bytes, long position) {
        int start = bytes.position();
        if (bytes.remaining() < GroupFormat.HEADER_BYTES
                || bytes.getInt(start) != GroupFormat.MAGIC
                || bytes.getLong(start + GroupFormat.POSITION_AT) != position) {
            return 0;
        }
        return (long) bytes.getInt(start + GroupFormat.PAYLOAD_OFFSET_AT)
                + bytes.getInt(start + GroupFormat.PAYLOAD_LENGTH_AT);
    }
}
