package io.quafka.controller.logic;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.PartitionShards;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// Rules that new topics and new partitions share.
final class TopicChecks {
    private TopicChecks() {}

    /// @param created partitions that the same command made before
    /// @param existing partitions that the topic has
    static void partitionLimits(ClusterImage image, int created, int existing, int more)
            throws Refusal {
        if ((long) created + more > Limits.COMMAND_PARTITIONS_MAX) {
            throw new Refusal(
                    Errors.POLICY_VIOLATION,
                    "Excessively large number of partitions per request: the limit is "
                            + Limits.COMMAND_PARTITIONS_MAX);
        }
        if ((long) existing + more > Limits.TOPIC_PARTITIONS_MAX) {
            throw new Refusal(
                    Errors.INVALID_PARTITIONS,
                    "A topic has at most " + Limits.TOPIC_PARTITIONS_MAX + " partitions.");
        }
        if ((long) image.indexes().partitionCount() + created + more
                > Limits.CLUSTER_PARTITIONS_MAX) {
            throw new Refusal(
                    Errors.POLICY_VIOLATION,
                    "The cluster has at most " + Limits.CLUSTER_PARTITIONS_MAX + " partitions.");
        }
    }

    static void replicationFactor(Placement placement, int replicationFactor) throws Refusal {
        int live = placement.liveStorageNodes();
        if (replicationFactor > live) {
            throw new Refusal(
                    Errors.INVALID_REPLICATION_FACTOR,
                    "Unable to replicate the partition "
                            + replicationFactor
                            + " time(s): The target replication factor of "
                            + replicationFactor
                            + " cannot be reached because only "
                            + live
                            + " broker(s) are registered.");
        }
    }

    static PartitionShards placed(int @Nullable [] shardIds, int replicationFactor) throws Refusal {
        if (shardIds == null) {
            throw new Refusal(
                    Errors.INVALID_REPLICATION_FACTOR,
                    "No shard with a live leader keeps "
                            + replicationFactor
                            + " copies of its data.");
        }
        return PartitionShards.of(shardIds);
    }
}
