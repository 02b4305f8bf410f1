package io.quafka.controller.model;

import java.util.Map;
import org.apache.kafka.common.Uuid;

/// A topic: immutable; a change makes a new one.
///
/// @param partitions which shard carries each partition
/// @param replicationFactor copies asked for at creation, from 1 up
/// @param configs the overrides that were set on the topic itself, by Kafka's config names
/// @param settings the overrides merged with the cluster's defaults, parsed
/// @param internal true for the topics that Quafka keeps for itself (`__consumer_offsets`, ...)
public record Topic(
        Uuid id,
        String name,
        PartitionShards partitions,
        int replicationFactor,
        Map<String, String> configs,
        TopicSettings settings,
        boolean internal) {
    public int partitionCount() {
        return partitions.count();
    }
}
