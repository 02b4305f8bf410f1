package io.quafka.program.roles;

import io.quafka.controller.codec.RecordCodec;
import io.quafka.controller.logic.ImageBuilder;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Endpoint;
import io.quafka.controller.model.MetadataRecord;
import io.quafka.controller.model.MetadataRecord.BudgetsPublished;
import io.quafka.controller.model.MetadataRecord.ClusterConfigsChanged;
import io.quafka.controller.model.MetadataRecord.ClusterFormed;
import io.quafka.controller.model.MetadataRecord.IdsReserved;
import io.quafka.controller.model.MetadataRecord.NodeRegistered;
import io.quafka.controller.model.MetadataRecord.PartitionsAdded;
import io.quafka.controller.model.MetadataRecord.ProducerIdsAllocated;
import io.quafka.controller.model.MetadataRecord.ShardCreated;
import io.quafka.controller.model.MetadataRecord.TopicCreated;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.PartitionShards;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.raft.ControllerConfig;
import io.quafka.controller.raft.EmbeddedController;
import io.quafka.program.config.Configuration;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Gives a controller that nobody has joined yet the metadata of another cluster: the same topics,
/// with one node that carries all shards.
final class MetadataRestore {
    /// Bytes of records in a command, but for the last one.
    private static final int PIECE_BYTES = 256 << 10;

    /// Partitions in a record.
    private static final int PARTITIONS_MAX = 50_000;

    /// Producer ids that may have been given out since the copy was made.
    private static final long PRODUCER_IDS_SKIPPED = 10_000_000;

    /// Where nobody listens: the node is fenced until it registers with its own.
    private static final Endpoint NOWHERE = new Endpoint("localhost", 1);

    private final Configuration configuration;
    private final ClusterImage image;

    MetadataRestore(Configuration configuration, ClusterImage image) {
        this.configuration = configuration;
        this.image = image;
    }

    /// @param epochs of shards, from now on
    void run(DataDirectory data, Map<Integer, Integer> epochs) throws IOException {
        ControllerConfig lone = Settings.loneController(configuration, data.resolve("controller"));
        ControllerConfig config =
                new ControllerConfig(
                        lone.memberId(),
                        lone.members(),
                        lone.directory(),
                        lone.joining(),
                        image.clusterId(),
                        lone.sessionTimeout(),
                        lone.commandTimeout());
        try (EmbeddedController controller = EmbeddedController.start(config)) {
            List<MetadataRecord> piece = new ArrayList<>();
            int bytes = 0;
            for (MetadataRecord record : records(data, epochs)) {
                piece.add(record);
                bytes += RecordCodec.encode(List.of(record)).length;
                if (bytes >= PIECE_BYTES) {
                    controller.submit(new Command.RestoreCluster(piece)).join();
                    piece.clear();
                    bytes = 0;
                }
            }
            controller.submit(new Command.RestoreCluster(piece)).join();
            int topics = controller.metadata().image().topics().size();
            if (topics != image.topics().size()) {
                throw new IllegalStateException(
                        "%d topics where %d were".formatted(topics, image.topics().size()));
            }
        }
    }

    /// The node comes last: with it, the controller takes no more.
    private List<MetadataRecord> records(DataDirectory data, Map<Integer, Integer> epochs) {
        int node = image.nextNodeId();
        List<Integer> self = List.of(node);
        List<MetadataRecord> all = new ArrayList<>();
        // Instead of those that a cluster is formed with.
        all.add(new ClusterConfigsChanged(image.defaults()));
        for (MetadataRecord record : ImageBuilder.records(image)) {
            switch (record) {
                case TopicCreated topic -> split(topic, all);
                case ClusterFormed _, NodeRegistered _, ShardCreated _ -> {
                    // The cluster is formed, its nodes and shards are others.
                }
                case ClusterConfigsChanged _ -> {
                    // Told first, even where there are none.
                }
                case BudgetsPublished _, ProducerIdsAllocated _, IdsReserved _ -> {
                    // Worked out anew, or told below.
                }
                default -> all.add(record);
            }
        }
        for (ShardState shard : image.shards().values()) {
            int epoch = epochs.getOrDefault(shard.id(), shard.epoch() + 1);
            all.add(
                    new ShardCreated(
                            new ShardState(shard.id(), epoch, ShardState.NO_LEADER, self, self)));
        }
        all.add(new ProducerIdsAllocated(image.nextProducerId() + PRODUCER_IDS_SKIPPED));
        all.add(new IdsReserved(node + 1, image.nextShardId()));
        all.add(
                new NodeRegistered(
                        new Node(
                                node,
                                data.incarnation(),
                                Set.of(NodeRole.STORAGE),
                                null,
                                NOWHERE,
                                null,
                                true)));
        return all;
    }

    private static void split(TopicCreated topic, List<MetadataRecord> to) {
        int[] shards = topic.partitions().toArray();
        int first = Math.min(shards.length, PARTITIONS_MAX);
        to.add(
                new TopicCreated(
                        topic.id(),
                        topic.name(),
                        PartitionShards.of(Arrays.copyOf(shards, first)),
                        topic.replicationFactor(),
                        topic.configs(),
                        topic.internal()));
        for (int from = first; from < shards.length; from += PARTITIONS_MAX) {
            int end = Math.min(shards.length, from + PARTITIONS_MAX);
            to.add(
                    new PartitionsAdded(
                            topic.id(), PartitionShards.of(Arrays.copyOfRange(shards, from, end))));
        }
    }
}
