package io.quafka.controller.logic;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.MetadataRecord;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.ShardState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Chooses the shards of new partitions: round robin over the shards that have a live leader and as
/// many replicas as the topic wants, starting with the one that carries fewest partitions.
/// O(partitions created + shards x log shards); topics are not looked at.
///
/// Counts what it hands out, so that the topics of one command spread too. Not for several threads.
final class Placement {
    private final ClusterImage image;
    private final ShardGroups groups;
    private final Map<Integer, Integer> handedOut = new HashMap<>();

    Placement(ClusterImage image) {
        this.image = image;
        this.groups = new ShardGroups(image);
    }

    /// Live storage nodes.
    int liveStorageNodes() {
        return groups.live().size();
    }

    /// Shards that were made for what was placed; to be recorded before it.
    List<MetadataRecord> takeCreated() {
        return groups.takeCreated();
    }

    /// @return null where no shard keeps so many copies and has a leader
    int @Nullable [] place(int partitions, int replicationFactor) {
        List<ShardState> shards = groups.of(replicationFactor);
        return shards.isEmpty() ? null : roundRobin(partitions, shards);
    }

    /// One shard for each partition, on the nodes it is assigned to and led by the first of them.
    ///
    /// @return null where there is no such shard, and none can be made
    int @Nullable [] placeAssigned(List<List<Integer>> assignments) {
        int[] shardIds = new int[assignments.size()];
        for (int partition = 0; partition < shardIds.length; partition++) {
            List<ShardState> led = groups.on(assignments.get(partition));
            if (led.isEmpty()) {
                return null;
            }
            shardIds[partition] = roundRobin(1, led)[0];
        }
        return shardIds;
    }

    /// What is wrong with an assignment, in Kafka's terms, or null.
    @Nullable String assignmentProblem(List<List<Integer>> assignments) {
        int size = assignments.getFirst().size();
        for (List<Integer> replicas : assignments) {
            if (replicas.isEmpty()) {
                return "The manual partition assignment includes an empty replica list.";
            }
            if (replicas.size() != size) {
                return "The manual partition assignment includes a partition with "
                        + replicas.size()
                        + " replica(s), but this is not consistent with previous partitions, which have "
                        + size
                        + " replica(s).";
            }
            if (replicas.stream().distinct().count() != replicas.size()) {
                return "The manual partition assignment includes a broker more than once: "
                        + replicas;
            }
            for (int id : replicas) {
                Node node = image.node(id);
                if (node == null || node.fenced() || !node.plays(NodeRole.STORAGE)) {
                    return "The manual partition assignment includes broker "
                            + id
                            + ", but no such live storage node is registered.";
                }
            }
        }
        return null;
    }

    private int[] roundRobin(int partitions, List<ShardState> shards) {
        List<ShardState> order = new ArrayList<>(shards);
        order.sort(Comparator.comparingInt(this::load).thenComparingInt(ShardState::id));
        int[] shardIds = new int[partitions];
        for (int partition = 0; partition < partitions; partition++) {
            shardIds[partition] = order.get(partition % order.size()).id();
            handedOut.merge(shardIds[partition], 1, Integer::sum);
        }
        return shardIds;
    }

    private int load(ShardState shard) {
        return image.indexes().partitionsOn(shard.id()) + handedOut.getOrDefault(shard.id(), 0);
    }
}
