package io.quafka.storage.index;

/// Consecutive offsets of a partition, wherever their batches lie.
public sealed interface OffsetSpan permits Run, TieredRange {
    long baseOffset();

    long lastOffset();
}
