package io.quafka.gateway;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponsePartition;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// DescribeTopicPartitions: topics in the order of their names, page by page.
final class DescribeTopicPartitionsApi implements Api {
    /// Partitions in one page, whatever the client asks for.
    static final int PAGE_MAX = 2_000;

    private final Metadata metadata;
    private final GatewayDirectory directory;

    DescribeTopicPartitionsApi(Metadata metadata, GatewayDirectory directory) {
        this.metadata = metadata;
        this.directory = directory;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        var data = (DescribeTopicPartitionsRequestData) request.body();
        var cursor = data.cursor();
        DescribeTopicPartitionsResponseData answer =
                data.responsePartitionLimit() < 1 || (cursor != null && cursor.partitionIndex() < 0)
                        ? refuseAll(data)
                        : page(metadata.image(), data, ClientZone.of(request.header().clientId()));
        return CompletableFuture.completedFuture(KafkaResponse.of(answer));
    }

    private static DescribeTopicPartitionsResponseData refuseAll(
            DescribeTopicPartitionsRequestData data) {
        var answer = new DescribeTopicPartitionsResponseData();
        for (TopicRequest topic : data.topics()) {
            answer.topics().add(refused(topic.name(), Errors.INVALID_REQUEST));
        }
        return answer;
    }

    /// How partitions are described.
    ///
    /// @param zone that the client says it is in, null if it does not
    private record View(ClusterImage image, LiveGateways gateways, @Nullable String zone) {}

    private DescribeTopicPartitionsResponseData page(
            ClusterImage image, DescribeTopicPartitionsRequestData data, @Nullable String zone) {
        View view = new View(image, directory.at(image), zone);
        var answer = new DescribeTopicPartitionsResponseData();
        var cursor = data.cursor();
        int left = Math.min(data.responsePartitionLimit(), PAGE_MAX);
        for (String name : names(image, data)) {
            boolean resumed = cursor != null && cursor.topicName().equals(name);
            int first = resumed && cursor != null ? cursor.partitionIndex() : 0;
            if (left == 0) {
                return answer.setNextCursor(
                        new Cursor().setTopicName(name).setPartitionIndex(first));
            }
            Topic topic = image.topic(name);
            if (topic == null) {
                // A topic that went away between two pages of a listing of all is simply not there
                // any more.
                if (!data.topics().isEmpty()) {
                    answer.topics().add(refused(name, error(name)));
                }
                continue;
            }
            int end = (int) Math.min(topic.partitionCount(), (long) first + left);
            answer.topics().add(describe(view, topic, first, end));
            left -= Math.max(0, end - first);
            if (end < topic.partitionCount() && first < topic.partitionCount()) {
                return answer.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(end));
            }
        }
        return answer;
    }

    /// The names asked for, or all, from the cursor on.
    private static NavigableSet<String> names(
            ClusterImage image, DescribeTopicPartitionsRequestData data) {
        NavigableSet<String> names = new TreeSet<>();
        if (data.topics().isEmpty()) {
            names.addAll(image.topics().keySet());
        } else {
            data.topics().forEach(topic -> names.add(topic.name()));
        }
        return data.cursor() == null ? names : names.tailSet(data.cursor().topicName(), true);
    }

    private static Errors error(String name) {
        return org.apache.kafka.common.internals.Topic.isValid(name)
                ? Errors.UNKNOWN_TOPIC_OR_PARTITION
                : Errors.INVALID_TOPIC_EXCEPTION;
    }

    private static DescribeTopicPartitionsResponseTopic refused(String name, Errors error) {
        return new DescribeTopicPartitionsResponseTopic().setName(name).setErrorCode(error.code());
    }

    private static DescribeTopicPartitionsResponseTopic describe(
            View view, Topic topic, int first, int end) {
        var described =
                new DescribeTopicPartitionsResponseTopic()
                        .setName(topic.name())
                        .setTopicId(topic.id())
                        .setIsInternal(topic.internal())
                        .setTopicAuthorizedOperations(AllowedOperations.TOPIC);
        for (int index = first; index < end; index++) {
            described.partitions().add(describe(view, topic, index));
        }
        return described;
    }

    private static DescribeTopicPartitionsResponsePartition describe(
            View view, Topic topic, int index) {
        ShardState shard = view.image().shardOf(topic, index);
        LiveGateways gateways = view.gateways();
        LiveGateways.Member gateway = gateways.leader(shard, topic.id(), index, view.zone());
        List<Integer> replicas =
                gateway == null ? List.of() : gateways.replicas(gateway, shard, topic.id(), index);
        var partition =
                new DescribeTopicPartitionsResponsePartition()
                        .setPartitionIndex(index)
                        .setReplicaNodes(replicas)
                        .setEligibleLeaderReplicas(List.of())
                        .setLastKnownElr(List.of())
                        .setLeaderEpoch(shard == null ? -1 : shard.epoch());
        if (gateway == null || shard == null || shard.leader() == ShardState.NO_LEADER) {
            return partition
                    .setErrorCode(Errors.LEADER_NOT_AVAILABLE.code())
                    .setLeaderId(GatewayDirectory.NO_NODE)
                    .setIsrNodes(List.of())
                    .setOfflineReplicas(replicas);
        }
        return partition
                .setLeaderId(gateway.id())
                .setIsrNodes(LiveGateways.inSync(replicas, shard))
                .setOfflineReplicas(gateways.offline(replicas));
    }
}
