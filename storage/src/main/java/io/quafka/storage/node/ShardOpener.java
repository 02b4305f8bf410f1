package io.quafka.storage.node;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.ShardState;
import io.quafka.storage.backup.BackupNames;
import io.quafka.storage.backup.ManifestCopies;
import io.quafka.storage.index.Index;
import io.quafka.storage.shard.Housekeeping;
import io.quafka.storage.shard.Shard;
import io.quafka.storage.shard.TopicSpaces;
import io.quafka.storage.tier.TieringConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;

/// Opens the shards of which this node is a replica, and tells those of which it is the only one
/// the epoch it leads in.
final class ShardOpener {
    private final int nodeId;
    private final StorageConfig config;
    private final Index index;
    private final Shards shards;
    private final TopicSpaces spaces;
    private final Housekeeper housekeeper;
    private final InstantSource clock;

    ShardOpener(
            int nodeId,
            StorageConfig config,
            Index index,
            Shards shards,
            TopicSpaces spaces,
            Housekeeper housekeeper,
            InstantSource clock) {
        this.nodeId = nodeId;
        this.config = config;
        this.index = index;
        this.shards = shards;
        this.spaces = spaces;
        this.housekeeper = housekeeper;
        this.clock = clock;
    }

    int nodeId() {
        return nodeId;
    }

    synchronized void openShards(ClusterImage image) throws IOException, InterruptedException {
        for (ShardState state : image.shards().values()) {
            if (state.leader() != nodeId
                    && !(state.isReplicated() && state.replicas().contains(nodeId))) {
                continue;
            }
            Shard shard = shards.get(state.id());
            boolean fresh = shard == null;
            if (shard == null) {
                shard = open(image.clusterId(), state);
            }
            if (!shard.isReplicated()) {
                shard.lead(state.epoch());
            }
            if (fresh) {
                housekeeper.add(new Housekeeping(shard, index, clock));
                shards.add(shard);
            }
        }
    }

    private Shard open(String clusterId, ShardState state)
            throws IOException, InterruptedException {
        int id = state.id();
        Path directory = config.directory().resolve("shard-" + id);
        TieringConfig tiering = config.tiering();
        ManifestCopies copies =
                tiering == null
                        ? null
                        : new ManifestCopies(tiering.store(), new BackupNames(clusterId), id);
        Shard.Origin origin = new Shard.Origin(0, copies, state.isReplicated());
        return Shard.open(id, directory, index.shard(id), config.log(), spaces, origin, clock);
    }
}
