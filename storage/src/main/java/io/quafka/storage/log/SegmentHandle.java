package io.quafka.storage.log;

import java.nio.file.Path;

/// A segment that exists, open or not.
///
/// @param end position after its last group; [SegmentFile#NOT_SEALED] while it is the active one
/// @param whole whether its file is known to have no holes, so that it can be filled again whatever
///   room the disk has
record SegmentHandle(Path path, long base, long capacity, long end, boolean whole) {
    /// One whose file was made whole and was not given up yet.
    static SegmentHandle unsealed(Path path, long base, long capacity) {
        return new SegmentHandle(path, base, capacity, SegmentFile.NOT_SEALED, true);
    }

    /// As found on the disk: a sealed one may have been made hollow.
    static SegmentHandle of(SegmentFile file) {
        boolean unsealed = file.sealedEnd() == SegmentFile.NOT_SEALED;
        return new SegmentHandle(
                file.path(), file.base(), file.capacity(), file.sealedEnd(), unsealed);
    }

    boolean isSealed() {
        return end != SegmentFile.NOT_SEALED;
    }

    SegmentHandle sealed(long at) {
        return new SegmentHandle(path, base, capacity, at, whole);
    }

    SegmentHandle hollowed() {
        return new SegmentHandle(path, base, capacity, end, false);
    }
}
