package io.quafka.storage.tier;

import java.time.Duration;

/// How a storage node merges objects.
///
/// @param bytesPerSecond read from the store, and written to it again, at most; 0 for no merging
/// @param policy which objects
/// @param interval how often it is looked whether there are such
public record Merging(long bytesPerSecond, MergePolicy policy, Duration interval) {
    public static final Merging OFF = new Merging(0, MergePolicy.DEFAULT, Duration.ofMinutes(1));

    public Merging {
        if (bytesPerSecond < 0) {
            throw new IllegalArgumentException(bytesPerSecond + " bytes a second");
        }
    }
}
