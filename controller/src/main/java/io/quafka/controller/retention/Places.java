package io.quafka.controller.retention;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import java.util.Arrays;

/// How many replicas of a topic's partitions lie on which nodes. Takes time by partitions and their
/// replicas, whatever the number of shards and nodes. Not for several threads.
final class Places {
    /// Of a topic, one node.
    interface Visitor {
        /// @param partitions from 1 up
        void node(int nodeId, int partitions);
    }

    private static final int[] NONE = {};

    private final int[][] replicasByShard;

    /// Zeros between two calls of [#of].
    private final int[] partitionsByNode;

    private int[] touched = new int[16];

    Places(ClusterImage image) {
        replicasByShard = new int[image.nextShardId()][];
        Arrays.fill(replicasByShard, NONE);
        int nodes = image.nextNodeId();
        for (ShardState shard : image.shards().values()) {
            int[] replicas = shard.replicas().stream().mapToInt(Integer::intValue).toArray();
            replicasByShard[shard.id()] = replicas;
            for (int node : replicas) {
                nodes = Math.max(nodes, node + 1);
            }
        }
        partitionsByNode = new int[nodes];
    }

    /// Tells each node that the topic lies on once, in no order.
    void of(Topic topic, Visitor visitor) {
        int count = 0;
        for (int partition = 0; partition < topic.partitionCount(); partition++) {
            for (int node : replicasByShard[topic.partitions().shardOf(partition)]) {
                if (partitionsByNode[node]++ == 0) {
                    touched = count < touched.length ? touched : Arrays.copyOf(touched, count * 2);
                    touched[count++] = node;
                }
            }
        }
        for (int i = 0; i < count; i++) {
            int node = touched[i];
            visitor.node(node, partitionsByNode[node]);
            partitionsByNode[node] = 0;
        }
    }
}
