package io.quafka.storage.tier;

import java.util.concurrent.atomic.LongAdder;

/// Counts what is told as [TieringFigures].
final class TieringCounters {
    final LongAdder uploads = new LongAdder();
    final LongAdder uploadedBytes = new LongAdder();
    final LongAdder failures = new LongAdder();
    final LongAdder deletions = new LongAdder();
    final LongAdder orphans = new LongAdder();
    final LongAdder merges = new LongAdder();
    final LongAdder mergedObjects = new LongAdder();
    final LongAdder mergedBytes = new LongAdder();

    TieringFigures figures(long backlogBytes, ObjectSpace space) {
        return new TieringFigures(
                uploads.sum(),
                uploadedBytes.sum(),
                failures.sum(),
                deletions.sum(),
                orphans.sum(),
                merges.sum(),
                mergedObjects.sum(),
                mergedBytes.sum(),
                backlogBytes,
                space.used(),
                space.limit());
    }
}
