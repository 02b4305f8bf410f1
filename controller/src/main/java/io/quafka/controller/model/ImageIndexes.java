package io.quafka.controller.model;

import java.util.Map;
import org.apache.kafka.common.internals.Topic;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/// What can be worked out from an image's topics, kept up to date so that no decision has to scan
/// them.
///
/// @param partitionsByShard how many partitions each shard carries; a shard with none may be
///   missing
/// @param nameByCollisionKey the topic that holds each name with `.` and `_` taken as one
///   character; only names with either
/// @param partitionCount partitions in the cluster
public record ImageIndexes(
        PMap<Integer, Integer> partitionsByShard,
        PMap<String, String> nameByCollisionKey,
        int partitionCount) {
    public static final ImageIndexes EMPTY =
            new ImageIndexes(HashTreePMap.empty(), HashTreePMap.empty(), 0);

    /// Counts from scratch: O(partitions).
    static ImageIndexes of(Map<String, io.quafka.controller.model.Topic> topics) {
        ImageIndexes indexes = EMPTY;
        for (var topic : topics.values()) {
            indexes = indexes.withTopic(topic.name()).withPartitions(topic.partitions(), 1);
        }
        return indexes;
    }

    public int partitionsOn(int shardId) {
        return partitionsByShard.getOrDefault(shardId, 0);
    }

    /// A topic whose name differs from `name` in `.` and `_` only, or null.
    public @Nullable String collidingWith(String name) {
        return Topic.hasCollisionChars(name)
                ? nameByCollisionKey.get(Topic.unifyCollisionChars(name))
                : null;
    }

    public ImageIndexes withTopic(String name) {
        return Topic.hasCollisionChars(name)
                ? new ImageIndexes(
                        partitionsByShard,
                        nameByCollisionKey.plus(Topic.unifyCollisionChars(name), name),
                        partitionCount)
                : this;
    }

    public ImageIndexes withoutTopic(String name) {
        return Topic.hasCollisionChars(name)
                ? new ImageIndexes(
                        partitionsByShard,
                        nameByCollisionKey.minus(Topic.unifyCollisionChars(name)),
                        partitionCount)
                : this;
    }

    /// @param sign 1 when the partitions come, -1 when they go
    public ImageIndexes withPartitions(PartitionShards partitions, int sign) {
        return new ImageIndexes(
                partitions.addCountsTo(partitionsByShard, sign),
                nameByCollisionKey,
                partitionCount + sign * partitions.count());
    }
}
