package io.quafka.storage.node;

import io.quafka.storage.tier.CleaningFigures;

/// What a node's compaction, on its disk and in the object store, has done since its start, and has
/// before it.
///
/// @param passes over partitions that are done
/// @param bytesRead for them
/// @param bytesDropped of the runs that they went over, what is not there any more
/// @param recordsDropped of the records that they read, those that are not there any more
/// @param partitionsWatched partitions that the cleaner looks at again, now or at some time
/// @param partitionsUncleanable partitions that could not be compacted, and are left alone until
///   the process is started again
public record CompactionFigures(
        long passes,
        long bytesRead,
        long bytesDropped,
        long recordsDropped,
        int partitionsWatched,
        int partitionsUncleanable) {
    static final CompactionFigures NONE = new CompactionFigures(0, 0, 0, 0, 0, 0);

    CompactionFigures with(CleaningPass.Result pass) {
        return new CompactionFigures(
                passes + 1,
                bytesRead + pass.bytesRead(),
                bytesDropped + Math.max(0, pass.bytesBefore() - pass.bytesAfter()),
                recordsDropped + Math.max(0, pass.recordsRead() - pass.recordsKept()),
                partitionsWatched,
                partitionsUncleanable);
    }

    CompactionFigures with(int watched, int uncleanable) {
        return new CompactionFigures(
                passes, bytesRead, bytesDropped, recordsDropped, watched, uncleanable);
    }

    /// With what was done to what lies in objects.
    CompactionFigures plus(CleaningFigures inStore) {
        return new CompactionFigures(
                passes + inStore.passes(),
                bytesRead + inStore.bytesRead(),
                bytesDropped + inStore.bytesDropped(),
                recordsDropped + inStore.recordsDropped(),
                partitionsWatched,
                partitionsUncleanable + inStore.partitionsUncleanable());
    }
}
