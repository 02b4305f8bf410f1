package io.quafka.program.console;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListOffsetsRequest;

/// Where partitions begin and end.
final class Offsets {
    private static final int VERSION = 7;

    private final ClusterCalls cluster;

    Offsets(ClusterCalls cluster) {
        this.cluster = cluster;
    }

    /// @param start oldest offset that can be read
    /// @param end the next one that will be given, as far as it is committed
    record Range(long start, long end) {}

    /// @throws ExecutionException with Kafka's error where the leader gives one
    Range range(String topic, int partition)
            throws ExecutionException, TimeoutException, InterruptedException {
        TopicPartition one = new TopicPartition(topic, partition);
        List<TopicPartition> asked = List.of(one);
        Long start = known(starts(asked), one);
        Long end = known(ends(asked), one);
        return new Range(start, Math.max(start, end));
    }

    private static Long known(Map<TopicPartition, Long> offsets, TopicPartition partition)
            throws ExecutionException {
        Long offset = offsets.get(partition);
        if (offset == null) {
            throw new ExecutionException(Errors.LEADER_NOT_AVAILABLE.exception());
        }
        return offset;
    }

    /// Those that could not be had are missing.
    Map<TopicPartition, Long> starts(Collection<TopicPartition> partitions)
            throws ExecutionException, TimeoutException, InterruptedException {
        return list(partitions, ListOffsetsRequest.EARLIEST_TIMESTAMP);
    }

    /// Those that could not be had are missing.
    Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions)
            throws ExecutionException, TimeoutException, InterruptedException {
        return list(partitions, ListOffsetsRequest.LATEST_TIMESTAMP);
    }

    private Map<TopicPartition, Long> list(Collection<TopicPartition> partitions, long timestamp)
            throws ExecutionException, TimeoutException, InterruptedException {
        List<ListOffsetsTopic> topics = new ArrayList<>();
        partitions.stream()
                .collect(Collectors.groupingBy(TopicPartition::topic))
                .forEach((topic, of) ->
                        topics.add(
                                new ListOffsetsTopic()
                                        .setName(topic)
                                        .setPartitions(
                                                of.stream()
                                                        .map(p ->
                                                                new ListOffsetsPartition()
                                                                        .setPartitionIndex(
                                                                                p.partition())
                                                                        .setTimestamp(timestamp))
                                                        .toList())));
        return cluster.ask(
                ApiKeys.LIST_OFFSETS,
                VERSION,
                new ListOffsetsRequestData().setReplicaId(-1).setTopics(topics),
                ListOffsetsResponseData.class,
                Offsets::read);
    }

    private static Map<TopicPartition, Long> read(ListOffsetsResponseData answer) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        answer.topics()
                .forEach(topic ->
                        topic.partitions()
                                .forEach(partition -> {
                                    if (partition.errorCode() == Errors.NONE.code()) {
                                        offsets.put(
                                                new TopicPartition(
                                                        topic.name(), partition.partitionIndex()),
                                                partition.offset());
                                    }
                                }));
        return offsets;
    }
}
