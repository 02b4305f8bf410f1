package io.quafka.storage.node;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.CompactionSettings;
import io.quafka.controller.model.PartitionShards;
import io.quafka.controller.model.RetentionBudgets;
import io.quafka.controller.model.RetentionShares;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import io.quafka.controller.model.TopicSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.record.TimestampType;

/// Metadata of a cluster of one storage node, number 1, changed by the test.
final class FixedMetadata implements Metadata {
    private final List<BiConsumer<ClusterImage, ClusterImage>> listeners = new ArrayList<>();
    private volatile ClusterImage image = ClusterImage.EMPTY;

    FixedMetadata(int shards) {
        for (int id = 1; id <= shards; id++) {
            shard(id, 1);
        }
    }

    void shard(int id, int epoch) {
        ClusterImage i = image;
        set(
                new ClusterImage(
                        i.version() + 1,
                        "test",
                        i.nodes(),
                        i.shards().plus(id, new ShardState(id, epoch, 1, List.of(1), List.of(1))),
                        i.topicsByName(),
                        i.topicIds(),
                        i.defaults(),
                        0,
                        2,
                        id + 1));
    }

    Topic topic(String name, int partitions, TopicSettings settings) {
        int[] shardIds = new int[partitions];
        for (int p = 0; p < partitions; p++) {
            shardIds[p] = 1 + p % image.shards().size();
        }
        Topic known = image.topic(name);
        Topic topic =
                new Topic(
                        known == null ? Uuid.randomUuid() : known.id(),
                        name,
                        PartitionShards.of(shardIds),
                        1,
                        Map.of(),
                        settings,
                        false);
        ClusterImage i = image;
        set(
                new ClusterImage(
                        i.version() + 1,
                        "test",
                        i.nodes(),
                        i.shards(),
                        i.topicsByName().plus(name, topic),
                        i.topicIds().plus(topic.id(), name),
                        i.defaults(),
                        0,
                        2,
                        i.nextShardId()));
        return topic;
    }

    void delete(Topic topic) {
        ClusterImage i = image;
        set(
                new ClusterImage(
                        i.version() + 1,
                        "test",
                        i.nodes(),
                        i.shards(),
                        i.topicsByName().minus(topic.name()),
                        i.topicIds().minus(topic.id()),
                        i.defaults(),
                        0,
                        2,
                        i.nextShardId()));
    }

    /// Shares of a capacity in percent; each topic's limit is its share.
    void budgets(long capacity, Map<Topic, Integer> percentages) {
        Map<Uuid, RetentionBudgets.TopicBudget> topics = new HashMap<>();
        long rest = capacity;
        for (Map.Entry<Topic, Integer> entry : percentages.entrySet()) {
            long share = capacity * entry.getValue() / 100;
            rest -= share;
            topics.put(entry.getKey().id(), new RetentionBudgets.TopicBudget(share, share));
        }
        ClusterImage i = image;
        set(
                new ClusterImage(
                        i.version() + 1,
                        i.clusterId(),
                        i.nodes(),
                        i.shards(),
                        i.topicsByName(),
                        i.topicIds(),
                        i.defaults(),
                        i.groupConfigs(),
                        i.nextProducerId(),
                        i.nextNodeId(),
                        i.nextShardId(),
                        new RetentionBudgets(
                                i.budgets().version() + 1,
                                Map.of(1, new RetentionBudgets.NodeBudget(capacity, rest, topics))),
                        i.security(),
                        i.indexes()));
    }

    private void set(ClusterImage next) {
        ClusterImage previous = image;
        image = next;
        listeners.forEach(listener -> listener.accept(previous, next));
    }

    /// Of a topic that is compacted as soon as there is anything to do.
    static TopicSettings compacted(boolean deleted, long retentionMs, long deleteRetentionMs) {
        return new TopicSettings(
                true,
                deleted,
                retentionMs,
                -1,
                -2,
                -2,
                1 << 20,
                1,
                10 << 20,
                1,
                "producer",
                TimestampType.CREATE_TIME,
                Long.MAX_VALUE,
                Long.MAX_VALUE,
                new CompactionSettings(0, Long.MAX_VALUE, 0, deleteRetentionMs),
                RetentionShares.NONE);
    }

    static TopicSettings settings(long retentionMs, long retentionBytes) {
        return new TopicSettings(
                false,
                true,
                retentionMs,
                retentionBytes,
                -2,
                -2,
                1 << 30,
                604_800_000L,
                10 << 20,
                1,
                "producer",
                TimestampType.CREATE_TIME,
                Long.MAX_VALUE,
                Long.MAX_VALUE);
    }

    @Override
    public ClusterImage image() {
        return image;
    }

    @Override
    public CompletableFuture<ClusterImage> awaitVersion(long version) {
        return CompletableFuture.completedFuture(image);
    }

    @Override
    public AutoCloseable subscribe(BiConsumer<ClusterImage, ClusterImage> listener) {
        listeners.add(listener);
        listener.accept(ClusterImage.EMPTY, image);
        return () -> listeners.remove(listener);
    }
}
