package io.quafka.gateway;

import io.quafka.gateway.LeaderCalls.Task;
import io.quafka.storage.StorageNode;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopicCollection;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResultCollection;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetsForLeaderEpochRequest;

/// OffsetForLeaderEpoch: asks the shards' leaders where an epoch ends.
final class OffsetForLeaderEpochApi
        implements Api, LeaderCalls.Protocol<OffsetForLeaderPartition, EpochEndOffset> {
    private final LeaderCalls leaders;

    OffsetForLeaderEpochApi(LeaderCalls leaders) {
        this.leaders = leaders;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        var data = (OffsetForLeaderEpochRequestData) request.body();
        List<Task<OffsetForLeaderPartition, EpochEndOffset>> tasks = new ArrayList<>();
        for (OffsetForLeaderTopic topic : data.topics()) {
            for (OffsetForLeaderPartition partition : topic.partitions()) {
                tasks.add(new Task<>(topic.topic(), partition.partition(), partition));
            }
        }
        return leaders.run(tasks, this).thenApply(_ -> respond(tasks));
    }

    private static KafkaResponse respond(
            List<Task<OffsetForLeaderPartition, EpochEndOffset>> tasks) {
        List<OffsetForLeaderTopicResult> topics =
                LeaderCalls.byTopic(
                        tasks,
                        name -> new OffsetForLeaderTopicResult().setTopic(name),
                        (topic, task) -> topic.partitions().add(task.answer()));
        return KafkaResponse.of(
                new OffsetForLeaderEpochResponseData()
                        .setTopics(new OffsetForLeaderTopicResultCollection(topics.iterator())));
    }

    @Override
    public EpochEndOffset refuse(int partition, Errors error) {
        return new EpochEndOffset().setPartition(partition).setErrorCode(error.code());
    }

    @Override
    public CompletableFuture<?> send(
            StorageNode node,
            List<Task<OffsetForLeaderPartition, EpochEndOffset>> tasks,
            LeaderCalls.Answers<EpochEndOffset> answers) {
        List<OffsetForLeaderTopic> topics =
                LeaderCalls.byTopic(
                        tasks,
                        name -> new OffsetForLeaderTopic().setTopic(name),
                        (topic, task) -> topic.partitions().add(task.asked));
        var request =
                new OffsetForLeaderEpochRequestData()
                        .setReplicaId(OffsetsForLeaderEpochRequest.CONSUMER_REPLICA_ID)
                        .setTopics(new OffsetForLeaderTopicCollection(topics.iterator()));
        return node.offsetForLeaderEpoch(request)
                .thenAccept(reply -> {
                    for (OffsetForLeaderTopicResult topic : reply.topics()) {
                        for (EpochEndOffset answer : topic.partitions()) {
                            answers.put(topic.topic(), answer.partition(), answer);
                        }
                    }
                });
    }
}
