package io.quafka.gateway;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.PrimitiveIterator;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData.ListPartitionReassignmentsTopics;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData.OngoingPartitionReassignment;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData.OngoingTopicReassignment;

/// ListPartitionReassignments: the partitions whose shards move, of all or of those asked for. What
/// is not there, or does not move, is left out. All partitions are looked at only while a shard
/// moves.
final class ListReassignmentsApi implements Api {
    private final Metadata metadata;

    ListReassignmentsApi(Metadata metadata) {
        this.metadata = metadata;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        var data = (ListPartitionReassignmentsRequestData) request.body();
        ClusterImage image = metadata.image();
        var answer = new ListPartitionReassignmentsResponseData().setErrorMessage(null);
        if (data.topics() != null) {
            for (ListPartitionReassignmentsTopics asked : data.topics()) {
                Topic topic = image.topic(asked.name());
                if (topic != null) {
                    add(
                            answer,
                            image,
                            topic,
                            asked.partitionIndexes().stream().mapToInt(i -> i).iterator());
                }
            }
        } else if (image.shards().values().stream().anyMatch(ShardState::isMoving)) {
            for (Topic topic : image.topics().values()) {
                add(answer, image, topic, IntStream.range(0, topic.partitionCount()).iterator());
            }
        }
        return CompletableFuture.completedFuture(KafkaResponse.of(answer));
    }

    private static void add(
            ListPartitionReassignmentsResponseData answer,
            ClusterImage image,
            Topic topic,
            PrimitiveIterator.OfInt partitions) {
        var told = new OngoingTopicReassignment().setName(topic.name());
        while (partitions.hasNext()) {
            int partition = partitions.nextInt();
            ShardState shard = image.shardOf(topic, partition);
            if (shard != null && shard.isMoving()) {
                told.partitions().add(ongoing(partition, shard));
            }
        }
        if (!told.partitions().isEmpty()) {
            answer.topics().add(told);
        }
    }

    private static OngoingPartitionReassignment ongoing(int partition, ShardState shard) {
        return new OngoingPartitionReassignment()
                .setPartitionIndex(partition)
                .setReplicas(shard.replicas())
                .setAddingReplicas(shard.adding())
                .setRemovingReplicas(shard.removing());
    }
}
