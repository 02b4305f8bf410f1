package io.quafka.tiering.object;

import java.io.IOException;

/// Bytes that were to go into an object are no whole batches of the partition, in the order of
/// their offsets, with right checksums.
public final class DamagedBatchException extends IOException {
    public DamagedBatchException(TieredPartition partition, String what) {
        super("cannot tier " + partition + ": " + what);
    }
}
