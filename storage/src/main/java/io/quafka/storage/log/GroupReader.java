package io.quafka.storage.log;

import io.quafka.storage.batch.BatchHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Reads groups of one segment back, checking every byte. Not safe for use by several threads.
final class GroupReader {
    private static final int WINDOW_BYTES = 1 << 20;

    private final @Nullable SegmentFile segment;
    private final long salt;
    private final long limit;
    private ByteBuffer window;
    private long windowPosition;
    private long readable;
    private final byte[] scratch = new byte[GroupFormat.BATCH_HEAD_BYTES];

    /// @param limit positions at or past it are not looked at: the next segment's base, or the
    ///   segment's own limit
    GroupReader(SegmentFile segment, long limit) {
        this.segment = segment;
        this.salt = segment.salt();
        this.limit = limit;
        this.readable = limit;
        this.window = ByteBuffer.allocateDirect(WINDOW_BYTES).limit(0);
        this.windowPosition = segment.base();
    }

    /// Reads groups that lie in memory.
    ///
    /// @param position of the first
    GroupReader(ByteBuffer bytes, long position, long salt) {
        this.segment = null;
        this.salt = salt;
        this.limit = position + bytes.remaining();
        this.readable = limit;
        this.window = bytes.slice();
        this.windowPosition = position;
    }

    /// The group at a position, its damaged runs named; null if none starts there.
    @Nullable Group groupAt(long position) throws IOException {
        return switch (at(position)) {
            case Found.Whole(Group whole) -> whole;
            case Found.BadRuns(Group damaged) -> damaged;
            case Found.Nothing _ -> null;
        };
    }

    /// Reads nothing from the file that lies behind this position, where it may be written yet, so
    /// what was read once stays true.
    void readTo(long end) {
        readable = Math.min(limit, end);
    }

    /// What lies at a position.
    sealed interface Found {
        record Whole(Group group) implements Found {}

        /// The head checks, the bytes of some runs do not.
        record BadRuns(Group group) implements Found {}

        /// No group starts here.
        record Nothing() implements Found {}
    }

    Found at(long position) throws IOException {
        Group group = parse(position);
        if (group == null) {
            return new Found.Nothing();
        }
        List<GroupEntry> damaged = new ArrayList<>(0);
        for (GroupEntry entry : group.entries()) {
            boolean sound =
                    entry.kind().hasBatches()
                            ? checks(group.bytesOf(entry), entry)
                            : !entry.kind().hasNote() || noteChecks(group.bytesOf(entry), entry);
            if (!sound) {
                damaged.add(entry);
            }
        }
        return damaged.isEmpty()
                ? new Found.Whole(group)
                : new Found.BadRuns(group.withDamaged(damaged));
    }

    /// True if somebody began to write a group here, whole or not.
    boolean beginsGroup(long position) throws IOException {
        return load(position, GroupFormat.HEADER_BYTES)
                && window.getInt((int) (position - windowPosition)) == GroupFormat.MAGIC
                && window.getLong((int) (position - windowPosition) + GroupFormat.POSITION_AT)
                        == position;
    }

    /// The first position past `after` where a group's head checks that calls `after` durable; -1
    /// if there is none.
    long nextDurable(long after) throws IOException {
        for (long at = after + GroupFormat.ALIGNMENT;
                at + GroupFormat.HEADER_BYTES <= limit;
                at += GroupFormat.ALIGNMENT) {
            if (!load(at, GroupFormat.HEADER_BYTES)) {
                return -1;
            }
            int start = (int) (at - windowPosition);
            if (window.getInt(start) != GroupFormat.MAGIC
                    || window.getLong(start + GroupFormat.POSITION_AT) != at) {
                continue;
            }
            Group group = parse(at);
            if (group != null && group.durablePosition() > after) {
                return at;
            }
        }
        return -1;
    }

    private @Nullable Group parse(long position) throws IOException {
        if (!load(position, GroupFormat.HEADER_BYTES)) {
            return null;
        }
        int start = (int) (position - windowPosition);
        if (window.getInt(start) != GroupFormat.MAGIC
                || window.getLong(start + GroupFormat.POSITION_AT) != position) {
            return null;
        }
        int entries = window.getInt(start + GroupFormat.ENTRIES_AT);
        int payloadOffset = window.getInt(start + GroupFormat.PAYLOAD_OFFSET_AT);
        int payloadLength = window.getInt(start + GroupFormat.PAYLOAD_LENGTH_AT);
        long headBytes = GroupFormat.HEADER_BYTES + (long) entries * GroupFormat.ENTRY_BYTES;
        long size = (long) payloadOffset + payloadLength;
        if (entries < 0
                || payloadLength < 0
                || headBytes > payloadOffset
                || position + size > limit
                || size > Integer.MAX_VALUE
                || !load(position, (int) size)) {
            return null;
        }
        start = (int) (position - windowPosition);
        if (window.getInt(start + GroupFormat.CRC_AT)
                != GroupFormat.headCrc(window, start, (int) headBytes, salt)) {
            return null;
        }
        List<GroupEntry> list = entries(start, entries, position + payloadOffset);
        ByteBuffer payload = window.slice(start + payloadOffset, payloadLength);
        return list == null
                ? null
                : new Group(
                        position,
                        position + size,
                        window.getLong(start + GroupFormat.DURABLE_AT),
                        window.getInt(start + GroupFormat.EPOCH_AT),
                        window.getLong(start + GroupFormat.WRITTEN_AT),
                        list,
                        List.of(),
                        payload,
                        position + payloadOffset);
    }

    private @Nullable List<GroupEntry> entries(int start, int count, long payloadPosition) {
        List<GroupEntry> list = new ArrayList<>(count);
        long runPosition = payloadPosition;
        for (int i = 0; i < count; i++) {
            int at = start + GroupFormat.HEADER_BYTES + i * GroupFormat.ENTRY_BYTES;
            GroupEntry entry = EntryCodec.read(window, at, runPosition);
            if (entry == null) {
                return null;
            }
            list.add(entry);
            runPosition += entry.length();
        }
        return list;
    }

    private static boolean noteChecks(ByteBuffer note, GroupEntry entry) {
        CRC32C crc = new CRC32C();
        crc.update(note);
        return (int) crc.getValue() == entry.headsCrc();
    }

    private boolean checks(ByteBuffer run, GroupEntry entry) {
        CRC32C heads = new CRC32C();
        int at = run.position();
        int batches = 0;
        while (at < run.limit()) {
            if (run.limit() - at < BatchHeader.BYTES) {
                return false;
            }
            int size = BatchHeader.sizeInBytes(run, at);
            if (size < BatchHeader.BYTES || size > run.limit() - at) {
                return false;
            }
            GroupFormat.addBatchHead(heads, run, at, scratch);
            if (!BatchHeader.crcMatches(run, at)) {
                return false;
            }
            at += size;
            batches++;
        }
        return batches == entry.batches() && (int) heads.getValue() == entry.headsCrc();
    }

    /// Makes the window hold `bytes` from a position on. False where what may be read ends before.
    private boolean load(long position, int bytes) throws IOException {
        if (position + bytes > readable) {
            return false;
        }
        long windowEnd = windowPosition + window.limit();
        if (position >= windowPosition && position + bytes <= windowEnd) {
            return true;
        }
        SegmentFile file = segment;
        if (file == null) {
            return false;
        }
        if (bytes > window.capacity()) {
            window = ByteBuffer.allocateDirect(bytes);
        }
        window.clear().limit((int) Math.min(window.capacity(), readable - position));
        windowPosition = position;
        file.read(position, window);
        window.flip();
        return true;
    }
}
