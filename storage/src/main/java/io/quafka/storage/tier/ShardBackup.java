package io.quafka.storage.tier;

import io.quafka.controller.model.ClusterImage;
import io.quafka.storage.backup.BackupNames;
import io.quafka.storage.backup.BackupNames.Named;
import io.quafka.storage.backup.ClusterBackup;
import io.quafka.storage.backup.Copies;
import io.quafka.storage.backup.ManifestBackup;
import io.quafka.storage.backup.ManifestCopies;
import io.quafka.storage.shard.Shard;
import io.quafka.tiering.store.ObjectStore;
import io.quafka.tiering.store.StoreException;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// Copies of what a shard alone has: its manifest, its part of internal topics and, where it is the
/// cluster's first, the cluster's metadata. Belongs to the node's tiering thread.
final class ShardBackup {
    private final Shard shard;
    private final ObjectStore store;
    private final ManifestBackup manifest;
    private final ManifestCopies copies;
    private final InternalCopies internal;
    private final ClusterBackup cluster;

    /// @param untieredBytes of the shard's log
    record Environment(LongSupplier untieredBytes, BooleanSupplier stopped, InstantSource clock) {}

    ShardBackup(Shard shard, ObjectStore store, BackupNames names, Environment environment) {
        this.shard = shard;
        this.store = store;
        this.manifest =
                new ManifestBackup(
                        shard, store, names, environment.untieredBytes(), environment.clock());
        this.copies = new ManifestCopies(store, names, shard.id());
        this.internal = new InternalCopies(shard, store, names, environment.stopped());
        this.cluster = new ClusterBackup(store, names);
    }

    /// Brings all copies up to date.
    ///
    /// @throws StoreException if some are not; the next call goes on
    void write(ClusterImage image, long nowMs)
            throws IOException, InterruptedException, ExecutionException {
        manifest.write();
        if (shard.id() == image.shards().keySet().stream().min(Integer::compare).orElse(-1)) {
            cluster.write(image, shard.epoch(), nowMs);
        }
        List<Named> written = internal.write(image, nowMs);
        if (written.size() > 1 && manifest.mayDelete()) {
            Copies.deleteBefore(store, written, written.getLast().key());
        }
    }

    /// Has the copy of the manifest name no more than the manifest does.
    ///
    /// @return whether what it does not name may be deleted
    boolean forgets() throws StoreException {
        manifest.write();
        return manifest.mayDelete();
    }

    boolean mayDelete() throws StoreException {
        return manifest.mayDelete();
    }

    ManifestCopies copies() {
        return copies;
    }
}
