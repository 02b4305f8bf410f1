package io.quafka.storage.node;

import io.quafka.storage.pressure.Orders.Step;

/// A node's disk as last measured, in bytes.
///
/// @param used what its files take
/// @param dead of that, what nobody needs any more but segments still hold
/// @param capacity what they may take; 0 while that is not known
/// @param step of the ladder that pressure has reached
/// @param trimmed bytes of records that went because their topics were over their budgets
/// @param throttled answers to produces that told the producer to wait
/// @param refused batches that were refused because their topics were over their budgets
public record DiskFigures(
        long used,
        long dead,
        long capacity,
        Step step,
        long trimmed,
        long throttled,
        long refused) {
    static final DiskFigures NONE = new DiskFigures(0, 0, 0, Step.NONE, 0, 0, 0);

    DiskFigures withHeldBack(long throttledSoFar, long refusedSoFar) {
        return new DiskFigures(used, dead, capacity, step, trimmed, throttledSoFar, refusedSoFar);
    }
}
