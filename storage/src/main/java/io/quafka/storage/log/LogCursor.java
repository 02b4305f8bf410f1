package io.quafka.storage.log;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Goes over a log's groups, from one position on, while others are appended. Belongs to the
/// shard's writer thread, which must make a new one when the log's end was cut.
public final class LogCursor implements AutoCloseable {
    private final CommitLog log;
    private @Nullable SegmentFile segment;
    private @Nullable GroupReader reader;
    private long position;

    LogCursor(CommitLog log, long position) {
        this.log = log;
        this.position = position;
    }

    /// Where the next group lies.
    public long position() {
        return position;
    }

    /// The next group, its damaged runs named; null at the log's end. Valid until the next call.
    ///
    /// @throws IOException if what lies there cannot be read
    public @Nullable Group next() throws IOException {
        if (position >= log.end()) {
            return null;
        }
        GroupReader from = readerAt(position);
        from.readTo(log.end());
        Group group = from.groupAt(position);
        if (group == null) {
            throw new IOException("no readable group at position " + position);
        }
        position = group.end();
        return group;
    }

    private GroupReader readerAt(long at) throws IOException {
        SegmentFile current = segment;
        GroupReader known = reader;
        if (current != null
                && known != null
                && at >= current.base()
                && log.segmentOf(at) == current.base()) {
            return known;
        }
        close();
        SegmentFile next = log.openAt(at);
        segment = next;
        GroupReader fresh = new GroupReader(next, next.limit());
        reader = fresh;
        return fresh;
    }

    @Override
    public void close() throws IOException {
        SegmentFile current = segment;
        segment = null;
        reader = null;
        if (current != null) {
            current.close();
        }
    }
}
