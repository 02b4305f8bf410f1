package io.quafka.gateway;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import io.quafka.storage.ImplicitTransaction;
import io.quafka.storage.StorageNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// One Produce request whose partitions have several leaders, or of which some must be refused: a
/// part for each storage node, one answer in the client's order. A node that fails spoils only its
/// own part.
final class ProduceSplit {
    private record Slot(Uuid topicId, int partition) {}

    /// What one node is asked, and where its answers belong.
    private final class Part {
        final StorageNode node;
        final ProduceRequestData data;
        final Map<Slot, PartitionProduceResponse> answers = new HashMap<>();
        private @Nullable TopicProduceData topic;

        Part(StorageNode node, ProduceRequestData whole) {
            this.node = node;
            this.data =
                    new ProduceRequestData()
                            .setAcks(whole.acks())
                            .setTimeoutMs(whole.timeoutMs())
                            .setTransactionalId(whole.transactionalId());
            if (ImplicitTransaction.isMarked(whole)) {
                ImplicitTransaction.mark(data);
            }
        }

        void add(Uuid topicId, PartitionProduceData partition, PartitionProduceResponse answer) {
            TopicProduceData current = topic;
            if (current == null || !current.topicId().equals(topicId)) {
                current = new TopicProduceData().setTopicId(topicId);
                data.topicData().add(current);
                topic = current;
            }
            current.partitionData().add(partition);
            answers.put(new Slot(topicId, partition.index()), answer);
        }

        CompletableFuture<Void> run() {
            return node.produce(data)
                    .handle((answer, failure) -> {
                        if (failure == null) {
                            take(answer);
                        } else {
                            refuse(Failures.ofWrite(failure));
                        }
                        return null;
                    });
        }

        private void take(ProduceResponseData taken) {
            throttle(taken.throttleTimeMs());
            for (TopicProduceResponse answered : taken.responses()) {
                for (PartitionProduceResponse from : answered.partitionResponses()) {
                    PartitionProduceResponse to =
                            answers.get(new Slot(answered.topicId(), from.index()));
                    if (to != null) {
                        to.setErrorCode(from.errorCode())
                                .setBaseOffset(from.baseOffset())
                                .setLogAppendTimeMs(from.logAppendTimeMs())
                                .setLogStartOffset(from.logStartOffset())
                                .setRecordErrors(from.recordErrors())
                                .setErrorMessage(from.errorMessage());
                    }
                }
            }
        }

        private void refuse(Errors error) {
            for (PartitionProduceResponse answer : answers.values()) {
                answer.setErrorCode(error.code());
            }
        }
    }

    private final ClusterImage image;
    private final StorageNodes storageNodes;
    private final ProduceRequestData asked;
    private final short version;
    private final ProduceResponseData answer = new ProduceResponseData();
    private final Map<Integer, Part> parts = new LinkedHashMap<>();

    ProduceSplit(
            ClusterImage image,
            StorageNodes storageNodes,
            ProduceRequestData asked,
            short version) {
        this.image = image;
        this.storageNodes = storageNodes;
        this.asked = asked;
        this.version = version;
    }

    /// Never fails: what went wrong is in the answer.
    CompletableFuture<ProduceResponseData> run() {
        for (TopicProduceData topic : asked.topicData()) {
            split(topic);
        }
        List<CompletableFuture<Void>> pending = new ArrayList<>(parts.size());
        for (Part part : parts.values()) {
            pending.add(part.run());
        }
        return CompletableFuture.allOf(pending.toArray(CompletableFuture[]::new))
                .thenApply(_ -> answer);
    }

    /// Parts are answered on several threads.
    private synchronized void throttle(int ms) {
        answer.setThrottleTimeMs(Math.max(answer.throttleTimeMs(), ms));
    }

    private void split(TopicProduceData asked) {
        boolean named = version < ProduceApi.TOPIC_IDS_VERSION;
        Topic topic = named ? image.topic(asked.name()) : image.topic(asked.topicId());
        TopicProduceResponse answered = emptyAnswer(asked);
        answer.responses().add(answered);
        for (PartitionProduceData partition : asked.partitionData()) {
            // The placeholder's error stands only if a node leaves the partition out of its answer.
            PartitionProduceResponse slot = refused(partition.index(), Errors.UNKNOWN_SERVER_ERROR);
            answered.partitionResponses().add(slot);
            Errors error = ProduceApi.check(partition.records(), version);
            if (topic == null) {
                error = named ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.UNKNOWN_TOPIC_ID;
            }
            if (topic == null || error != Errors.NONE) {
                slot.setErrorCode(error.code());
            } else {
                route(topic, partition, slot);
            }
        }
    }

    private void route(Topic topic, PartitionProduceData partition, PartitionProduceResponse slot) {
        ShardState shard = image.shardOf(topic, partition.index());
        if (shard == null) {
            slot.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
            return;
        }
        StorageNode node = storageNodes.node(shard.leader());
        if (node == null) {
            slot.setErrorCode(Errors.NOT_LEADER_OR_FOLLOWER.code());
            return;
        }
        parts.computeIfAbsent(shard.leader(), _ -> new Part(node, asked))
                .add(topic.id(), partition, slot);
    }

    static TopicProduceResponse emptyAnswer(TopicProduceData asked) {
        return new TopicProduceResponse()
                .setName(asked.name())
                .setTopicId(asked.topicId())
                .setPartitionResponses(new ArrayList<>(asked.partitionData().size()));
    }

    static PartitionProduceResponse refused(int partition, Errors error) {
        return new PartitionProduceResponse()
                .setIndex(partition)
                .setErrorCode(error.code())
                .setBaseOffset(-1);
    }
}
