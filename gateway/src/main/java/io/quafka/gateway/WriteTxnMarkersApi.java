package io.quafka.gateway;

import io.quafka.gateway.LeaderCalls.Task;
import io.quafka.storage.StorageNode;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarkerTopic;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerPartitionResult;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerResult;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerTopicResult;
import org.apache.kafka.common.protocol.Errors;

/// WriteTxnMarkers: hands markers to the leaders of their partitions. From clients it comes when an
/// operator aborts a transaction that hangs.
final class WriteTxnMarkersApi implements Api {
    private final LeaderCalls leaders;

    WriteTxnMarkersApi(LeaderCalls leaders) {
        this.leaders = leaders;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        var data = (WriteTxnMarkersRequestData) request.body();
        List<CompletableFuture<WritableTxnMarkerResult>> results = new ArrayList<>();
        for (WritableTxnMarker marker : data.markers()) {
            results.add(write(marker));
        }
        return CompletableFuture.allOf(results.toArray(CompletableFuture[]::new))
                .thenApply(_ ->
                        KafkaResponse.of(
                                new WriteTxnMarkersResponseData()
                                        .setMarkers(
                                                results.stream()
                                                        .map(CompletableFuture::join)
                                                        .toList())));
    }

    private CompletableFuture<WritableTxnMarkerResult> write(WritableTxnMarker marker) {
        List<Task<Integer, WritableTxnMarkerPartitionResult>> tasks = new ArrayList<>();
        for (WritableTxnMarkerTopic topic : marker.topics()) {
            for (int partition : topic.partitionIndexes()) {
                tasks.add(new Task<>(topic.name(), partition, partition));
            }
        }
        return leaders.run(tasks, new ToLeader(marker))
                .thenApply(_ ->
                        new WritableTxnMarkerResult()
                                .setProducerId(marker.producerId())
                                .setTopics(
                                        LeaderCalls.byTopic(
                                                tasks,
                                                name ->
                                                        new WritableTxnMarkerTopicResult()
                                                                .setName(name),
                                                (topic, task) ->
                                                        topic.partitions().add(task.answer()))));
    }

    private record ToLeader(WritableTxnMarker marker)
            implements LeaderCalls.Protocol<Integer, WritableTxnMarkerPartitionResult> {
        @Override
        public WritableTxnMarkerPartitionResult refuse(int partition, Errors error) {
            return new WritableTxnMarkerPartitionResult()
                    .setPartitionIndex(partition)
                    .setErrorCode(error.code());
        }

        @Override
        public CompletableFuture<?> send(
                StorageNode node,
                List<Task<Integer, WritableTxnMarkerPartitionResult>> tasks,
                LeaderCalls.Answers<WritableTxnMarkerPartitionResult> answers) {
            WritableTxnMarker part =
                    marker.duplicate()
                            .setTopics(
                                    LeaderCalls.byTopic(
                                            tasks,
                                            name -> new WritableTxnMarkerTopic().setName(name),
                                            (topic, task) ->
                                                    topic.partitionIndexes().add(task.asked)));
            return node.writeTxnMarkers(new WriteTxnMarkersRequestData().setMarkers(List.of(part)))
                    .thenAccept(reply -> {
                        for (WritableTxnMarkerResult result : reply.markers()) {
                            for (WritableTxnMarkerTopicResult topic : result.topics()) {
                                topic.partitions()
                                        .forEach(answer ->
                                                answers.put(
                                                        topic.name(),
                                                        answer.partitionIndex(),
                                                        answer));
                            }
                        }
                    });
        }
    }
}
