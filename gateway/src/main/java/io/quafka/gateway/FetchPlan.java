package io.quafka.gateway;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import io.quafka.storage.StorageNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// Which storage node reads which partitions of one fetch, and what is answered without reading.
final class FetchPlan {
    /// What one node reads.
    static final class Part {
        final StorageNode node;
        private final List<FetchTopic> topics = new ArrayList<>();
        private final List<Integer> slots = new ArrayList<>();
        private @Nullable Uuid lastTopic;

        Part(StorageNode node) {
            this.node = node;
        }

        void add(Uuid topicId, FetchRequestData.FetchPartition asked, int slot) {
            if (!topicId.equals(lastTopic)) {
                topics.add(new FetchTopic().setTopicId(topicId));
                lastTopic = topicId;
            }
            topics.getLast().partitions().add(asked);
            slots.add(slot);
        }

        FetchRequestData request(
                FetchRequestData client, int maxWaitMs, int minBytes, int maxBytes) {
            return new FetchRequestData()
                    .setMaxWaitMs(maxWaitMs)
                    .setMinBytes(minBytes)
                    .setMaxBytes(maxBytes)
                    .setIsolationLevel(client.isolationLevel())
                    .setRackId(client.rackId())
                    .setTopics(topics);
        }

        /// Puts a node's answers into their slots. A partition that it left out counts as led
        /// elsewhere.
        void place(FetchResponseData answer, @Nullable PartitionData[] into) {
            int next = 0;
            for (FetchableTopicResponse topic : answer.responses()) {
                for (PartitionData partition : topic.partitions()) {
                    if (next < slots.size()) {
                        into[slots.get(next)] = partition;
                    }
                    next++;
                }
            }
            if (next != slots.size()) {
                throw new IllegalStateException(
                        "a storage node answered " + next + " partitions of " + slots.size());
            }
        }

        List<Integer> slots() {
            return slots;
        }
    }

    /// Whether a consumer had better fetch a partition elsewhere.
    interface Nearer {
        /// @return the gateway to fetch from, or [GatewayDirectory#NO_NODE]
        int gateway(ShardState shard, Uuid topicId, int partition);
    }

    private final List<FetchedPartition> partitions;
    private final @Nullable PartitionData[] atOnce;
    private final Map<Integer, Part> parts = new LinkedHashMap<>();
    private final Predicate<String> readable;
    private boolean anyAtOnce;
    private @Nullable String lastName;
    private boolean lastReadable;

    private FetchPlan(List<FetchedPartition> partitions, Predicate<String> readable) {
        this.partitions = partitions;
        this.readable = readable;
        this.atOnce = new PartitionData[partitions.size()];
    }

    static FetchPlan of(
            ClusterImage image,
            StorageNodes storageNodes,
            Nearer nearer,
            Predicate<String> readable,
            List<FetchedPartition> partitions) {
        var plan = new FetchPlan(partitions, readable);
        for (int slot = 0; slot < partitions.size(); slot++) {
            plan.route(image, storageNodes, nearer, slot);
        }
        return plan;
    }

    private void route(ClusterImage image, StorageNodes storageNodes, Nearer nearer, int slot) {
        FetchedPartition partition = partitions.get(slot);
        Topic topic = resolve(image, partition);
        String name = topic == null ? partition.key.topic() : topic.name();
        if (!name.isEmpty() && !mayRead(name)) {
            refuse(slot, Errors.TOPIC_AUTHORIZATION_FAILED);
            return;
        }
        if (topic == null) {
            refuse(slot, unknown(image, partition));
            return;
        }
        ShardState shard = image.shardOf(topic, partition.key.partition());
        if (shard == null) {
            refuse(slot, Errors.UNKNOWN_TOPIC_OR_PARTITION);
            return;
        }
        int gateway = nearer.gateway(shard, topic.id(), partition.key.partition());
        if (gateway != GatewayDirectory.NO_NODE) {
            answer(slot, FetchedAnswers.elsewhere(partition.key.partition(), gateway));
            return;
        }
        StorageNode node = storageNodes.node(shard.leader());
        if (node == null) {
            refuse(slot, Errors.NOT_LEADER_OR_FOLLOWER);
            return;
        }
        parts.computeIfAbsent(shard.leader(), _ -> new Part(node))
                .add(topic.id(), partition.asked, slot);
    }

    /// Partitions of one topic mostly follow each other.
    private boolean mayRead(String name) {
        if (!name.equals(lastName)) {
            lastReadable = readable.test(name);
            lastName = name;
        }
        return lastReadable;
    }

    private static @Nullable Topic resolve(ClusterImage image, FetchedPartition partition) {
        if (!partition.key.topic().isEmpty()) {
            return image.topic(partition.key.topic());
        }
        Topic topic = image.topic(partition.key.topicId());
        if (topic != null) {
            partition.knownName = topic.name();
        }
        return topic;
    }

    /// A session's topic that was deleted and made again under its name has another id now, and the
    /// client is told so.
    private static Errors unknown(ClusterImage image, FetchedPartition partition) {
        if (!partition.key.topic().isEmpty()) {
            return Errors.UNKNOWN_TOPIC_OR_PARTITION;
        }
        String name = partition.knownName;
        return name != null && image.topic(name) != null
                ? Errors.INCONSISTENT_TOPIC_ID
                : Errors.UNKNOWN_TOPIC_ID;
    }

    private void refuse(int slot, Errors error) {
        answer(slot, FetchedAnswers.refused(partitions.get(slot).key.partition(), error));
    }

    private void answer(int slot, PartitionData answer) {
        atOnce[slot] = answer;
        anyAtOnce = true;
    }

    List<FetchedPartition> partitions() {
        return partitions;
    }

    Collection<Part> parts() {
        return parts.values();
    }

    /// Whether something is answered at once, so that nothing may wait.
    boolean anyAtOnce() {
        return anyAtOnce;
    }

    /// A fresh table of answers, one slot for each partition: filled in for what is answered at
    /// once.
    @Nullable PartitionData[] newAnswers() {
        return atOnce.clone();
    }
}
