package io.quafka.storage.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The segments whose files are open for reading, a bounded number of them, the longest unused
/// closed first. A file is closed only when its last reader has left it.
final class OpenSegments implements AutoCloseable {
    private final int max;
    private final LinkedHashMap<Long, OpenSegment> byBase = new LinkedHashMap<>(16, 0.75f, true);

    OpenSegments(int max) {
        this.max = max;
    }

    private static final class OpenSegment {
        final SegmentFile file;
        int readers;
        boolean dropped;

        OpenSegment(SegmentFile file) {
            this.file = file;
        }
    }

    void read(SegmentHandle handle, int shard, long position, ByteBuffer target)
            throws IOException {
        OpenSegment segment = enter(handle, shard);
        try {
            segment.file.read(position, target);
        } finally {
            leave(segment);
        }
    }

    /// What a segment's checksums begin with.
    long salt(SegmentHandle handle, int shard) throws IOException {
        OpenSegment segment = enter(handle, shard);
        try {
            return segment.file.salt();
        } finally {
            leave(segment);
        }
    }

    private synchronized OpenSegment enter(SegmentHandle handle, int shard) throws IOException {
        OpenSegment segment = byBase.get(handle.base());
        if (segment == null) {
            segment = new OpenSegment(SegmentFile.open(handle.path(), shard, false));
            byBase.put(handle.base(), segment);
            closeOldest();
        }
        segment.readers++;
        return segment;
    }

    private void closeOldest() throws IOException {
        if (byBase.size() <= max) {
            return;
        }
        Map.Entry<Long, OpenSegment> oldest = byBase.entrySet().iterator().next();
        byBase.remove(oldest.getKey());
        dropNow(oldest.getValue());
    }

    private synchronized void leave(OpenSegment segment) throws IOException {
        segment.readers--;
        if (segment.dropped && segment.readers == 0) {
            segment.file.close();
        }
    }

    private static boolean dropNow(@Nullable OpenSegment segment) throws IOException {
        if (segment == null) {
            return true;
        }
        segment.dropped = true;
        if (segment.readers == 0) {
            segment.file.close();
            return true;
        }
        return false;
    }

    /// Forgets a segment's file.
    ///
    /// @return false while somebody still reads it: its bytes must not be overwritten then
    synchronized boolean drop(long base) throws IOException {
        return dropNow(byBase.remove(base));
    }

    @Override
    public synchronized void close() throws IOException {
        for (OpenSegment segment : byBase.values()) {
            dropNow(segment);
        }
        byBase.clear();
    }
}
