package io.quafka.storage.node;

import io.quafka.storage.batch.KeyOffsets;
import java.time.Duration;

/// How a storage node compacts.
///
/// @param interval how often it looks for partitions that are worth it
/// @param keysBytes memory for the keys of one pass; a pass covers as much of a partition as fits
/// @param bytesPerSecond of reading and writing, at most
public record CompactionConfig(Duration interval, long keysBytes, long bytesPerSecond) {
    public static final CompactionConfig DEFAULT =
            new CompactionConfig(Duration.ofSeconds(15), 32L << 20, 64L << 20);

    public CompactionConfig {
        if (keysBytes < KeyOffsets.BYTES_MIN || bytesPerSecond < 1) {
            throw new IllegalArgumentException("sizes out of range");
        }
    }
}
