package io.quafka.storage.tier;

/// What a node's compaction of what lies in objects has done since its start.
///
/// @param passes over partitions that are done
/// @param bytesRead for them
/// @param bytesDropped of the ranges that they went over, what is not needed any more
/// @param recordsDropped of the records that they read, those that are not there any more
/// @param partitionsUncleanable partitions that could not be compacted, and are left alone until
///   the process is started again
public record CleaningFigures(
        long passes,
        long bytesRead,
        long bytesDropped,
        long recordsDropped,
        int partitionsUncleanable) {
    public static final CleaningFigures NONE = new CleaningFigures(0, 0, 0, 0, 0);

    CleaningFigures with(StoreCleaningPass.Result pass) {
        return new CleaningFigures(
                passes + 1,
                bytesRead + pass.bytesRead(),
                bytesDropped + Math.max(0, pass.bytesBefore() - pass.bytesAfter()),
                recordsDropped + Math.max(0, pass.recordsRead() - pass.recordsKept()),
                partitionsUncleanable);
    }

    CleaningFigures withUncleanable() {
        return new CleaningFigures(
                passes, bytesRead, bytesDropped, recordsDropped, partitionsUncleanable + 1);
    }

    CleaningFigures plus(CleaningFigures other) {
        return new CleaningFigures(
                passes + other.passes,
                bytesRead + other.bytesRead,
                bytesDropped + other.bytesDropped,
                recordsDropped + other.recordsDropped,
                partitionsUncleanable + other.partitionsUncleanable);
    }
}
