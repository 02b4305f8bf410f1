package io.quafka.gateway;

import io.quafka.gateway.LeaderCalls.Task;
import io.quafka.storage.StorageNode;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResultCollection;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DeleteRecordsResponse;

/// DeleteRecords: has the shards' leaders raise log start offsets. Safe to repeat, so a lost node
/// is told as for a read. Internal topics are compacted instead, and keep what their coordinators
/// need.
final class DeleteRecordsApi implements Api {
    private final LeaderCalls leaders;

    DeleteRecordsApi(LeaderCalls leaders) {
        this.leaders = leaders;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        var data = (DeleteRecordsRequestData) request.body();
        List<Task<DeleteRecordsPartition, DeleteRecordsPartitionResult>> tasks = new ArrayList<>();
        var protocol = new ToLeader(data.timeoutMs());
        for (DeleteRecordsTopic topic : data.topics()) {
            boolean internal = Topic.isInternal(topic.name());
            for (DeleteRecordsPartition partition : topic.partitions()) {
                int index = partition.partitionIndex();
                var task =
                        new Task<DeleteRecordsPartition, DeleteRecordsPartitionResult>(
                                topic.name(), index, partition);
                if (internal) {
                    task.answer(protocol.refuse(index, Errors.INVALID_TOPIC_EXCEPTION));
                }
                tasks.add(task);
            }
        }
        return leaders.run(tasks, protocol).thenApply(_ -> respond(tasks));
    }

    private static KafkaResponse respond(
            List<Task<DeleteRecordsPartition, DeleteRecordsPartitionResult>> tasks) {
        List<DeleteRecordsTopicResult> topics =
                LeaderCalls.byTopic(
                        tasks,
                        name -> new DeleteRecordsTopicResult().setName(name),
                        // A node's answer is an element of the node's collection: this one gets its
                        // own.
                        (topic, task) -> topic.partitions().add(task.answer().duplicate()));
        return KafkaResponse.of(
                new DeleteRecordsResponseData()
                        .setTopics(new DeleteRecordsTopicResultCollection(topics.iterator())));
    }

    private record ToLeader(int timeoutMs)
            implements LeaderCalls.Protocol<DeleteRecordsPartition, DeleteRecordsPartitionResult> {
        @Override
        public DeleteRecordsPartitionResult refuse(int partition, Errors error) {
            return new DeleteRecordsPartitionResult()
                    .setPartitionIndex(partition)
                    .setLowWatermark(DeleteRecordsResponse.INVALID_LOW_WATERMARK)
                    .setErrorCode(error.code());
        }

        @Override
        public CompletableFuture<?> send(
                StorageNode node,
                List<Task<DeleteRecordsPartition, DeleteRecordsPartitionResult>> tasks,
                LeaderCalls.Answers<DeleteRecordsPartitionResult> answers) {
            var request =
                    new DeleteRecordsRequestData()
                            .setTimeoutMs(timeoutMs)
                            .setTopics(
                                    LeaderCalls.byTopic(
                                            tasks,
                                            name -> new DeleteRecordsTopic().setName(name),
                                            (topic, task) -> topic.partitions().add(task.asked)));
            return node.deleteRecords(request)
                    .thenAccept(reply -> {
                        for (DeleteRecordsTopicResult topic : reply.topics()) {
                            for (var answer : topic.partitions()) {
                                answers.put(topic.name(), answer.partitionIndex(), answer);
                            }
                        }
                    });
        }
    }
}
