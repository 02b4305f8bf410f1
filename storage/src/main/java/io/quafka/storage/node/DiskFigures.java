package io.quafka.storage.node;

import io.quafka.storage.pressure.Orders.Step;

/// A node's disk as last measured, in bytes.
///
/// @param used what its files take
/// @param dead of that, what nobody needs any more but segments still hold
/// @param capacity what they may take; 0 while that is not known
/// @param step of the ladder that pressure has reached
public record DiskFigures(long used, long dead, long capacity, Step step) {
    static final DiskFigures NONE = new DiskFigures(0, 0, 0, Step.NONE);
}
