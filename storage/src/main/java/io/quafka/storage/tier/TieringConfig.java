package io.quafka.storage.tier;

import io.quafka.tiering.store.ObjectStore;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How a storage node tiers.
///
/// @param store where the objects go; closed by whoever opened it
/// @param interval how often it is looked for segments to tier and objects to delete
/// @param localInterval how often local copies are checked for having to leave
/// @param sealAfter an active segment with records to tier is sealed at this age, full or not
/// @param sweepInterval how often the store is looked over for orphans
/// @param sweepAge an object that no manifest knows is deleted when it was intended so long ago
/// @param backupInterval how often what changed of manifests, metadata and internal topics is
///   copied to the store
/// @param retryMin the first wait after the store failed; doubled with each further failure
/// @param retryMax the longest such wait
/// @param deleteDelay how long an object stays in the store once nothing lies in it that anybody
///   needs, for readers that were told of it before
/// @param merging of small objects
/// @param directory that the store is; null where it is something else
public record TieringConfig(
        ObjectStore store,
        Duration interval,
        Duration localInterval,
        Duration sealAfter,
        Duration sweepInterval,
        Duration sweepAge,
        Duration backupInterval,
        Duration retryMin,
        Duration retryMax,
        Duration deleteDelay,
        Merging merging,
        @Nullable StoreDirectory directory) {
    /// Bytes of batches that an object takes at most, but for the last run.
    static final long OBJECT_BYTES_MAX = 512L << 20;
}
