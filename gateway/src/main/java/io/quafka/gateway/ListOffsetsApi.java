package io.quafka.gateway;

import io.quafka.gateway.LeaderCalls.Task;
import io.quafka.storage.StorageNode;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.ListOffsetsRequest;

/// ListOffsets: asks the shards' leaders. A partition that is named twice gets INVALID_REQUEST; a
/// special timestamp that the request's version does not know yet gets UNSUPPORTED_VERSION.
final class ListOffsetsApi implements Api {
    /// First version whose answers can carry leader epochs.
    private static final short LEADER_EPOCHS_VERSION = 4;

    private final LeaderCalls leaders;
    private final HistoryReads histories;

    ListOffsetsApi(LeaderCalls leaders, HistoryReads histories) {
        this.leaders = leaders;
        this.histories = histories;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        var data = (ListOffsetsRequestData) request.body();
        List<Task<ListOffsetsPartition, ListOffsetsPartitionResponse>> tasks = new ArrayList<>();
        Map<TopicPartition, Task<ListOffsetsPartition, ListOffsetsPartitionResponse>> named =
                new HashMap<>();
        for (ListOffsetsTopic topic : data.topics()) {
            for (ListOffsetsPartition partition : topic.partitions()) {
                var task =
                        new Task<ListOffsetsPartition, ListOffsetsPartitionResponse>(
                                topic.name(), partition.partitionIndex(), partition);
                tasks.add(task);
                if (!known(partition.timestamp(), request.version())) {
                    task.answer(refused(task.partition, Errors.UNSUPPORTED_VERSION));
                }
                var twin =
                        named.putIfAbsent(new TopicPartition(topic.name(), task.partition), task);
                if (twin != null) {
                    twin.answer(refused(task.partition, Errors.INVALID_REQUEST));
                    task.answer(refused(task.partition, Errors.INVALID_REQUEST));
                }
            }
        }
        return leaders.run(tasks, new ToLeader(data))
                .thenCompose(_ -> findInHistory(tasks))
                .thenApply(_ -> respond(tasks, request.version()));
    }

    private CompletableFuture<?> findInHistory(
            List<Task<ListOffsetsPartition, ListOffsetsPartitionResponse>> tasks) {
        return CompletableFuture.allOf(
                tasks.stream()
                        .map(task -> histories.find(task.answer()))
                        .toArray(CompletableFuture[]::new));
    }

    private static KafkaResponse respond(
            List<Task<ListOffsetsPartition, ListOffsetsPartitionResponse>> tasks, short version) {
        if (version < LEADER_EPOCHS_VERSION) {
            tasks.forEach(
                    task -> task.answer().setLeaderEpoch(RecordBatch.NO_PARTITION_LEADER_EPOCH));
        }
        return KafkaResponse.of(
                new ListOffsetsResponseData()
                        .setTopics(
                                LeaderCalls.byTopic(
                                        tasks,
                                        name -> new ListOffsetsTopicResponse().setName(name),
                                        (topic, task) -> topic.partitions().add(task.answer()))));
    }

    private static boolean known(long timestamp, short version) {
        if (timestamp >= ListOffsetsRequest.EARLIEST_TIMESTAMP) {
            return true;
        }
        if (timestamp == ListOffsetsRequest.MAX_TIMESTAMP) {
            return version >= 7;
        }
        if (timestamp == ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP) {
            return version >= 8;
        }
        if (timestamp == ListOffsetsRequest.LATEST_TIERED_TIMESTAMP) {
            return version >= 9;
        }
        return timestamp == ListOffsetsRequest.EARLIEST_PENDING_UPLOAD_TIMESTAMP && version >= 11;
    }

    private static ListOffsetsPartitionResponse refused(int partition, Errors error) {
        return new ListOffsetsPartitionResponse()
                .setPartitionIndex(partition)
                .setErrorCode(error.code());
    }

    private record ToLeader(ListOffsetsRequestData client)
            implements LeaderCalls.Protocol<ListOffsetsPartition, ListOffsetsPartitionResponse> {
        @Override
        public ListOffsetsPartitionResponse refuse(int partition, Errors error) {
            return refused(partition, error);
        }

        @Override
        public CompletableFuture<?> send(
                StorageNode node,
                List<Task<ListOffsetsPartition, ListOffsetsPartitionResponse>> tasks,
                LeaderCalls.Answers<ListOffsetsPartitionResponse> answers) {
            var request =
                    new ListOffsetsRequestData()
                            .setReplicaId(ListOffsetsRequest.CONSUMER_REPLICA_ID)
                            .setIsolationLevel(client.isolationLevel())
                            .setTimeoutMs(client.timeoutMs())
                            .setTopics(
                                    LeaderCalls.byTopic(
                                            tasks,
                                            name -> new ListOffsetsTopic().setName(name),
                                            (topic, task) -> topic.partitions().add(task.asked)));
            return node.listOffsets(request).thenAccept(reply -> take(reply, answers));
        }

        private static void take(
                ListOffsetsResponseData reply,
                LeaderCalls.Answers<ListOffsetsPartitionResponse> answers) {
            for (ListOffsetsTopicResponse topic : reply.topics()) {
                for (ListOffsetsPartitionResponse answer : topic.partitions()) {
                    answers.put(topic.name(), answer.partitionIndex(), answer);
                }
            }
        }
    }
}
