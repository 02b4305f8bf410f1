package io.quafka.controller.model;

import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/// All metadata at one version: immutable, and a next image shares what did not change.
///
/// @param version number of the last change that was applied; grows by at least one per change
/// @param clusterId drawn once when the cluster is formed; empty before
/// @param topicsByName every topic
/// @param topicIds from id to name
/// @param defaults cluster-wide settings as they were set, by Kafka's *broker* config names
///   (`log.retention.hours`, ...); read them through `ClusterConfigs`, which knows their defaults
///   and what they mean for topics
/// @param groupConfigs of groups that have any, as they were set, by Kafka's group config names
/// @param nextProducerId first producer id that nobody was given
/// @param nextNodeId id of the next node that registers anew
/// @param nextShardId id of the next shard
/// @param budgets of topics on each node's disk, as last published
/// @param security who may come in, and who may do what
/// @param indexes worked out from the topics
public record ClusterImage(
        long version,
        String clusterId,
        PMap<Integer, Node> nodes,
        PMap<Integer, ShardState> shards,
        PMap<String, Topic> topicsByName,
        PMap<Uuid, String> topicIds,
        PMap<String, String> defaults,
        PMap<String, Map<String, String>> groupConfigs,
        long nextProducerId,
        int nextNodeId,
        int nextShardId,
        RetentionBudgets budgets,
        SecurityImage security,
        ImageIndexes indexes) {
    public static final ClusterImage EMPTY =
            new ClusterImage(
                    0,
                    "",
                    HashTreePMap.empty(),
                    HashTreePMap.empty(),
                    HashTreePMap.empty(),
                    HashTreePMap.empty(),
                    HashTreePMap.empty(),
                    HashTreePMap.empty(),
                    0,
                    1,
                    1,
                    RetentionBudgets.NONE,
                    SecurityImage.EMPTY,
                    ImageIndexes.EMPTY);

    /// An image without budgets, security and configs of groups, whose indexes are counted from its
    /// topics.
    public ClusterImage(
            long version,
            String clusterId,
            PMap<Integer, Node> nodes,
            PMap<Integer, ShardState> shards,
            PMap<String, Topic> topicsByName,
            PMap<Uuid, String> topicIds,
            PMap<String, String> defaults,
            long nextProducerId,
            int nextNodeId,
            int nextShardId) {
        this(
                version,
                clusterId,
                nodes,
                shards,
                topicsByName,
                topicIds,
                defaults,
                HashTreePMap.empty(),
                nextProducerId,
                nextNodeId,
                nextShardId,
                RetentionBudgets.NONE,
                SecurityImage.EMPTY,
                ImageIndexes.of(topicsByName));
    }

    public @Nullable Topic topic(String name) {
        return topicsByName.get(name);
    }

    public @Nullable Topic topic(Uuid id) {
        String name = topicIds.get(id);
        return name == null ? null : topicsByName.get(name);
    }

    public @Nullable Node node(int id) {
        return nodes.get(id);
    }

    public @Nullable ShardState shard(int id) {
        return shards.get(id);
    }

    /// The shard that carries a partition, or null where the topic has no such partition.
    public @Nullable ShardState shardOf(Topic topic, int partition) {
        if (partition < 0 || partition >= topic.partitionCount()) {
            return null;
        }
        return shards.get(topic.partitions().shardOf(partition));
    }

    public Map<String, Topic> topics() {
        return topicsByName;
    }
}
