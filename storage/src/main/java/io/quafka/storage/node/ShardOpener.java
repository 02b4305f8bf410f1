package io.quafka.storage.node;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.ShardState;
import io.quafka.storage.backup.BackupNames;
import io.quafka.storage.backup.ManifestCopies;
import io.quafka.storage.index.Index;
import io.quafka.storage.shard.Housekeeping;
import io.quafka.storage.shard.Shard;
import io.quafka.storage.shard.ShardCopy;
import io.quafka.storage.shard.TopicSpaces;
import io.quafka.storage.tier.TieringConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens the shards of which this node is a replica, and tells those of which it is the only one
/// the epoch it leads in.
final class ShardOpener {
    private static final Logger logger = LoggerFactory.getLogger(ShardOpener.class);

    private final int nodeId;
    private final StorageConfig config;
    private final Index index;
    private final Shards shards;
    private final TopicSpaces spaces;
    private final Housekeeper housekeeper;
    private final InstantSource clock;

    /// Shards that are not open because they are made anew.
    private final Set<Integer> copied = ConcurrentHashMap.newKeySet();

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
            if (copied.contains(state.id())) {
                continue;
            }
            Shard shard = shards.get(state.id());
            boolean fresh = shard == null;
            if (shard == null) {
                // Opening others takes time: it may have left since, files and all.
                ShardState now = shards.image().shard(state.id());
                if (now == null || !now.replicas().contains(nodeId)) {
                    continue;
                }
                shard = open(image.clusterId(), state);
            }
            if (!state.isReplicated()) {
                shard.lead(state.epoch());
            }
            if (fresh) {
                housekeeper.add(new Housekeeping(shard, index, clock));
                shards.add(shard);
            }
        }
    }

    /// Closes a shard that is to be made anew; from now on it is not opened. Not under the lock:
    /// the housekeeper may wait for shards that others have to open.
    void giveUp(int id) throws IOException, InterruptedException {
        copied.add(id);
        Shard shard = shards.remove(id);
        housekeeper.remove(id);
        if (shard != null) {
            try {
                shard.close();
            } finally {
                ShardCopy.discount(index.shard(id), spaces);
            }
        }
    }

    /// @param start where its log will begin
    ShardCopy beginCopy(int id, long start) throws IOException, InterruptedException {
        Path directory = directory(id);
        housekeeper.measure(directory);
        return ShardCopy.begin(
                id, directory, index.shard(id), config.log(), start, housekeeper::mayGrow);
    }

    void finishCopy(int id, ShardCopy copy, long applied) throws IOException {
        copy.finish(applied, index);
        housekeeper.measureNoMore(directory(id));
    }

    /// Takes a shard off this disk: the node is no replica of it any more. Not under the lock, as
    /// [#giveUp].
    ///
    /// @throws IOException if the disk fails; what is left is marked, and goes when it is tried
    ///   again
    void discard(int id) throws IOException, InterruptedException {
        giveUp(id);
        ShardCopy.discard(id, directory(id), index);
        housekeeper.measureNoMore(directory(id));
        copied.remove(id);
        logger.atInfo()
                .addKeyValue("shard", id)
                .log("this node carries the shard no more: its files are deleted");
    }

    /// Takes off the disk what was there of shards that went elsewhere while the node was away. To
    /// be called before any shard is opened.
    ///
    /// Only what others have for sure: a disk may have come to a node or a cluster that knows less
    /// than it has.
    void discardStrangers(ClusterImage image) throws IOException {
        for (int id : ShardDirectories.in(config.directory())) {
            ShardState state = image.shard(id);
            if (state != null && state.replicas().contains(nodeId)) {
                continue;
            }
            int last = Shard.lastEpoch(index.shard(id));
            if (isElsewhere(image, id, state) && (state == null || last <= state.epoch())) {
                ShardCopy.discard(id, directory(id), index);
                logger.atInfo()
                        .addKeyValue("shard", id)
                        .log("this node carries the shard no more: its files are deleted");
            } else {
                logger.atWarn()
                        .addKeyValue("shard", id)
                        .addKeyValue("epoch", last)
                        .log(
                                "this node is no replica of a shard that lies on its disk, and it may be the only one that has it: kept");
            }
        }
    }

    /// Whether nothing of a shard is lost with what this node has of it: another one leads it, or
    /// it carried nothing when it was given up.
    static boolean isElsewhere(ClusterImage image, int id, @Nullable ShardState state) {
        return state == null ? id < image.nextShardId() : state.leader() != ShardState.NO_LEADER;
    }

    /// The shard was made anew.
    void reopen(int id, ClusterImage image) throws IOException, InterruptedException {
        copied.remove(id);
        openShards(image);
    }

    private Path directory(int id) {
        return ShardDirectories.of(config.directory(), id);
    }

    private Shard open(String clusterId, ShardState state)
            throws IOException, InterruptedException {
        int id = state.id();
        Path directory = directory(id);
        ShardCopy.discardUnfinished(id, directory, index);
        TieringConfig tiering = config.tiering();
        ManifestCopies copies =
                tiering == null
                        ? null
                        : new ManifestCopies(tiering.store(), new BackupNames(clusterId), id);
        Shard.Origin origin = new Shard.Origin(0, copies, state.isReplicated());
        return Shard.open(id, directory, index.shard(id), config.log(), spaces, origin, clock);
    }
}
