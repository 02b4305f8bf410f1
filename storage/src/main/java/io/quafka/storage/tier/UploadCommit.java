package io.quafka.storage.tier;

import io.quafka.storage.shard.IntendedObject;
import io.quafka.storage.shard.ObjectCommit;
import io.quafka.storage.shard.ObjectCommit.Placed;
import io.quafka.storage.shard.Shard;
import io.quafka.tiering.store.ObjectStore;
import io.quafka.tiering.store.StoreFailureException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;

/// Makes an object that was uploaded part of a shard's manifest.
record UploadCommit(Shard shard, ObjectStore store) {
    /// Asks the store whether it has all of the object, and logs its ranges after that.
    ///
    /// @param size bytes that were uploaded
    /// @param merged as in [ObjectCommit]
    /// @return how many ranges became part of the manifest
    /// @throws ExecutionException if the shard has another epoch by now, or no room
    int commit(IntendedObject intended, String key, long size, List<Placed> placed, boolean merged)
            throws IOException, InterruptedException, ExecutionException {
        long found = store.head(key).size();
        if (found != size) {
            throw new StoreFailureException(
                    "object %s has %d bytes, not %d".formatted(key, found, size), null);
        }
        int accepted = 0;
        for (int from = 0; from < placed.size(); from += ObjectCommit.RANGES_MAX) {
            int to = Math.min(placed.size(), from + ObjectCommit.RANGES_MAX);
            accepted +=
                    shard.manifest()
                            .commit(
                                    new ObjectCommit(
                                            intended.number(),
                                            intended.epoch(),
                                            size,
                                            placed.subList(from, to),
                                            to == placed.size(),
                                            merged))
                            .get();
        }
        return accepted;
    }
}
