package io.quafka.gateway;

import io.quafka.gateway.LeaderCalls.Task;
import io.quafka.storage.StorageNode;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.DescribeProducersResponseData.PartitionResponse;
import org.apache.kafka.common.message.DescribeProducersResponseData.TopicResponse;
import org.apache.kafka.common.protocol.Errors;

/// DescribeProducers: asks the shards' leaders who writes to their partitions.
final class DescribeProducersApi implements Api, LeaderCalls.Protocol<Integer, PartitionResponse> {
    private final LeaderCalls leaders;

    DescribeProducersApi(LeaderCalls leaders) {
        this.leaders = leaders;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        var data = (DescribeProducersRequestData) request.body();
        List<Task<Integer, PartitionResponse>> tasks = new ArrayList<>();
        for (TopicRequest topic : data.topics()) {
            for (int partition : topic.partitionIndexes()) {
                tasks.add(new Task<>(topic.name(), partition, partition));
            }
        }
        return leaders.run(tasks, this)
                .thenApply(_ ->
                        KafkaResponse.of(
                                new DescribeProducersResponseData().setTopics(answered(tasks))));
    }

    private static List<TopicResponse> answered(List<Task<Integer, PartitionResponse>> tasks) {
        return LeaderCalls.byTopic(
                tasks,
                name -> new TopicResponse().setName(name),
                (topic, task) -> topic.partitions().add(task.answer()));
    }

    @Override
    public PartitionResponse refuse(int partition, Errors error) {
        return new PartitionResponse()
                .setPartitionIndex(partition)
                .setErrorCode(error.code())
                .setErrorMessage(error.message());
    }

    @Override
    public CompletableFuture<?> send(
            StorageNode node,
            List<Task<Integer, PartitionResponse>> tasks,
            LeaderCalls.Answers<PartitionResponse> answers) {
        var request =
                new DescribeProducersRequestData()
                        .setTopics(
                                LeaderCalls.byTopic(
                                        tasks,
                                        name -> new TopicRequest().setName(name),
                                        (topic, task) -> topic.partitionIndexes().add(task.asked)));
        return node.describeProducers(request)
                .thenAccept(reply -> {
                    for (TopicResponse topic : reply.topics()) {
                        for (PartitionResponse answer : topic.partitions()) {
                            answers.put(topic.name(), answer.partitionIndex(), answer);
                        }
                    }
                });
    }
}
