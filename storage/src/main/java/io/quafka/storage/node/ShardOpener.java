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

/// Opens the shards that the controller gave this node, and tells each the epoch it leads in.
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
            if (state.leader() != nodeId) {
                continue;
            }
            Shard shard = shards.get(state.id());
            if (shard == null) {
                shard = open(image.clusterId(), state.id());
                shard.lead(state.epoch());
                housekeeper.add(new Housekeeping(shard, index, clock));
                shards.add(shard);
            } else {
                shard.lead(state.epoch());
            }
        }
    }

    private Shard open(String clusterId, int id) throws IOException, InterruptedException {
        Path directory = config.directory().resolve("shard-" + id);
        TieringConfig tiering = config.tiering();
        Shard.Origin origin =
                tiering == null
                        ? Shard.Origin.NEW
                        : new Shard.Origin(
                                0,
                                new ManifestCopies(
                                        tiering.store(), new BackupNames(clusterId), id));
        return Shard.open(id, directory, index.shard(id), config.log(), spaces, origin, clock);
    }
}
