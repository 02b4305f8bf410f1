package io.quafka.storage.node;

import io.quafka.controller.model.Topic;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.shard.ProducerInfo;
import io.quafka.storage.shard.Shard;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopic;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.DescribeProducersResponseData.PartitionResponse;
import org.apache.kafka.common.message.DescribeProducersResponseData.ProducerState;
import org.apache.kafka.common.message.DescribeProducersResponseData.TopicResponse;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// DeleteRecords, DescribeProducers and DescribeLogDirs. Platform threads only.
final class AdminCalls {
    /// DeleteRecords' way to say "all there is".
    private static final long TO_THE_END = -1;

    private final Shards shards;
    private final Path directory;

    AdminCalls(Shards shards, Path directory) {
        this.shards = shards;
        this.directory = directory;
    }

    CompletableFuture<DeleteRecordsResponseData> deleteRecords(DeleteRecordsRequestData request) {
        DeleteRecordsResponseData data = new DeleteRecordsResponseData();
        List<CompletableFuture<?>> pending = new ArrayList<>();
        for (DeleteRecordsTopic topic : request.topics()) {
            DeleteRecordsTopicResult result = new DeleteRecordsTopicResult().setName(topic.name());
            for (DeleteRecordsPartition asked : topic.partitions()) {
                DeleteRecordsPartitionResult answer =
                        new DeleteRecordsPartitionResult()
                                .setPartitionIndex(asked.partitionIndex())
                                .setLowWatermark(-1);
                result.partitions().add(answer);
                pending.add(delete(topic.name(), asked, answer));
            }
            data.topics().add(result);
        }
        return CompletableFuture.allOf(pending.toArray(CompletableFuture[]::new))
                .thenApply(_ -> data);
    }

    private CompletableFuture<?> delete(
            String topic, DeleteRecordsPartition asked, DeleteRecordsPartitionResult answer) {
        return switch (shards.byName(topic, asked.partitionIndex())) {
            case Resolved.Missing(Errors error) -> {
                answer.setErrorCode(error.code());
                yield CompletableFuture.completedFuture(null);
            }
            case Resolved.Here here -> {
                long end = here.partition().committedEnd();
                long to = asked.offset() == TO_THE_END ? end : asked.offset();
                if (to < 0 || to > end) {
                    answer.setErrorCode(Errors.OFFSET_OUT_OF_RANGE.code());
                    yield CompletableFuture.completedFuture(null);
                }
                if (!here.topic().settings().deleted()) {
                    answer.setErrorCode(Errors.POLICY_VIOLATION.code());
                    yield CompletableFuture.completedFuture(null);
                }
                yield here.shard()
                        .raiseLogStart(here.partition(), to)
                        .handle((start, failure) ->
                                failure == null
                                        ? answer.setLowWatermark(start)
                                        : answer.setErrorCode(Errors.KAFKA_STORAGE_ERROR.code()));
            }
        };
    }

    CompletableFuture<DescribeProducersResponseData> describeProducers(
            DescribeProducersRequestData request) {
        DescribeProducersResponseData data = new DescribeProducersResponseData();
        List<CompletableFuture<?>> pending = new ArrayList<>();
        for (TopicRequest topic : request.topics()) {
            TopicResponse result = new TopicResponse().setName(topic.name());
            for (int index : topic.partitionIndexes()) {
                PartitionResponse answer = new PartitionResponse().setPartitionIndex(index);
                result.partitions().add(answer);
                switch (shards.byName(topic.name(), index)) {
                    case Resolved.Missing(Errors error) -> answer.setErrorCode(error.code());
                    case Resolved.Here here -> pending.add(producers(here, answer));
                }
            }
            data.topics().add(result);
        }
        return CompletableFuture.allOf(pending.toArray(CompletableFuture[]::new))
                .thenApply(_ -> data);
    }

    private static CompletableFuture<?> producers(Resolved.Here here, PartitionResponse answer) {
        return here.shard()
                .describeProducers(here.partition())
                .handle((producers, failure) -> {
                    if (failure != null) {
                        return answer.setErrorCode(Errors.KAFKA_STORAGE_ERROR.code());
                    }
                    producers.forEach(p -> answer.activeProducers().add(stateOf(p)));
                    return answer;
                });
    }

    private static ProducerState stateOf(ProducerInfo producer) {
        return new ProducerState()
                .setProducerId(producer.producerId())
                .setProducerEpoch(producer.epoch())
                .setLastSequence(producer.lastSequence())
                .setLastTimestamp(producer.lastTimestampMs())
                .setCoordinatorEpoch(producer.coordinatorEpoch())
                .setCurrentTxnStartOffset(producer.transactionStart());
    }

    DescribeLogDirsResponseData describeLogDirs(DescribeLogDirsRequestData request) {
        DescribeLogDirsResult result =
                new DescribeLogDirsResult().setLogDir(directory.toAbsolutePath().toString());
        try {
            FileStore store = Files.getFileStore(directory);
            result.setTotalBytes(store.getTotalSpace()).setUsableBytes(store.getUsableSpace());
        } catch (IOException e) {
            result.setErrorCode(Errors.KAFKA_STORAGE_ERROR.code());
        }
        Map<String, DescribeLogDirsTopic> topics = new HashMap<>();
        Map<String, Set<Integer>> wanted = wanted(request);
        for (Shard shard : shards.all()) {
            for (PartitionKey key : shard.partitions()) {
                Topic topic = topicOf(key.topicId());
                if (topic == null
                        || (wanted != null
                                && !wanted.getOrDefault(topic.name(), Set.of())
                                        .contains(key.partition()))) {
                    continue;
                }
                topics.computeIfAbsent(
                                topic.name(), name -> new DescribeLogDirsTopic().setName(name))
                        .partitions()
                        .add(
                                new DescribeLogDirsPartition()
                                        .setPartitionIndex(key.partition())
                                        .setPartitionSize(shard.sizeOf(key)));
            }
        }
        result.setTopics(new ArrayList<>(topics.values()));
        return new DescribeLogDirsResponseData().setResults(List.of(result));
    }

    private @Nullable Topic topicOf(Uuid id) {
        return shards.image().topic(id);
    }

    /// Partitions by topic name; null means all.
    private static @Nullable Map<String, Set<Integer>> wanted(DescribeLogDirsRequestData request) {
        if (request.topics() == null) {
            return null;
        }
        Map<String, Set<Integer>> wanted = new HashMap<>();
        for (DescribableLogDirTopic topic : request.topics()) {
            wanted.computeIfAbsent(topic.topic(), _ -> new HashSet<>()).addAll(topic.partitions());
        }
        return wanted;
    }
}
