package io.quafka.storage.log;

import java.nio.file.Path;

/// A segment that exists, open or not.
///
/// @param end position after its last group; [SegmentFile#NOT_SEALED] while it is the active one
record SegmentHandle(Path path, long base, long capacity, long end) {
    boolean isSealed() {
        return end != SegmentFile.NOT_SEALED;
    }

    SegmentHandle sealed(long at) {
        return new SegmentHandle(path, base, capacity, at);
    }
}
