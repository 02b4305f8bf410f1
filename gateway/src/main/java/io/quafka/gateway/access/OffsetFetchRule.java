package io.quafka.gateway.access;

import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import io.quafka.wire.RequestHandler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartition;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopic;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.protocol.Errors;

/// OffsetFetch: DESCRIBE of each group and each topic. Who asks for all topics of a group sees
/// those that they may.
final class OffsetFetchRule implements Rule {
    /// First version that asks for several groups.
    private static final short GROUPS_VERSION = 8;

    private static final int NO_OFFSET = -1;

    @Override
    public CompletableFuture<KafkaResponse> apply(
            Caller caller, KafkaRequest request, RequestHandler next) {
        OffsetFetchRequestData asked = ((OffsetFetchRequestData) request.body()).duplicate();
        return request.version() < GROUPS_VERSION
                ? ofOne(caller, request, asked, next)
                : ofSeveral(caller, request, asked, next);
    }

    private static CompletableFuture<KafkaResponse> ofOne(
            Caller caller,
            KafkaRequest request,
            OffsetFetchRequestData asked,
            RequestHandler next) {
        if (!caller.group(AclOperation.DESCRIBE, asked.groupId())) {
            return Rule.refused(request, Errors.GROUP_AUTHORIZATION_FAILED);
        }
        List<OffsetFetchResponseTopic> refused = new ArrayList<>();
        if (asked.topics() != null) {
            List<OffsetFetchRequestTopic> allowed = new ArrayList<>();
            for (OffsetFetchRequestTopic topic : asked.topics()) {
                if (caller.topic(AclOperation.DESCRIBE, topic.name())) {
                    allowed.add(topic);
                } else {
                    refused.add(refused(topic));
                }
            }
            asked.setTopics(allowed);
        }
        return next.handle(request.with(asked))
                .thenApply(response -> {
                    if (response.body() instanceof OffsetFetchResponseData answer) {
                        List<OffsetFetchResponseTopic> seen = new ArrayList<>(answer.topics());
                        seen.removeIf(topic -> !caller.topic(AclOperation.DESCRIBE, topic.name()));
                        answer.setTopics(Parted.joined(seen, refused));
                    }
                    return response;
                });
    }

    private static CompletableFuture<KafkaResponse> ofSeveral(
            Caller caller,
            KafkaRequest request,
            OffsetFetchRequestData asked,
            RequestHandler next) {
        List<OffsetFetchRequestGroup> allowed = new ArrayList<>();
        List<OffsetFetchResponseGroup> refused = new ArrayList<>();
        Map<String, List<OffsetFetchResponseTopics>> refusedTopics = new HashMap<>();
        for (OffsetFetchRequestGroup group : asked.groups()) {
            if (caller.group(AclOperation.DESCRIBE, group.groupId())) {
                refusedTopics.put(group.groupId(), takeRefused(caller, group));
                allowed.add(group);
            } else {
                refused.add(
                        new OffsetFetchResponseGroup()
                                .setGroupId(group.groupId())
                                .setErrorCode(Errors.GROUP_AUTHORIZATION_FAILED.code()));
            }
        }
        if (allowed.isEmpty()) {
            return CompletableFuture.completedFuture(
                    KafkaResponse.of(new OffsetFetchResponseData().setGroups(refused)));
        }
        return next.handle(request.with(asked.setGroups(allowed)))
                .thenApply(response -> {
                    if (response.body() instanceof OffsetFetchResponseData answer) {
                        answer.groups().forEach(group -> finish(caller, group, refusedTopics));
                        answer.setGroups(Parted.joined(answer.groups(), refused));
                    }
                    return response;
                });
    }

    private static List<OffsetFetchResponseTopics> takeRefused(
            Caller caller, OffsetFetchRequestGroup group) {
        List<OffsetFetchResponseTopics> refused = new ArrayList<>();
        if (group.topics() == null) {
            return refused;
        }
        List<OffsetFetchRequestTopics> allowed = new ArrayList<>();
        for (OffsetFetchRequestTopics topic : group.topics()) {
            if (caller.topic(AclOperation.DESCRIBE, topic.name(), topic.topicId())) {
                allowed.add(topic);
            } else {
                refused.add(refused(topic));
            }
        }
        group.setTopics(allowed);
        return refused;
    }

    private static void finish(
            Caller caller,
            OffsetFetchResponseGroup group,
            Map<String, List<OffsetFetchResponseTopics>> refused) {
        if (group.errorCode() != Errors.NONE.code()) {
            return;
        }
        List<OffsetFetchResponseTopics> seen = new ArrayList<>(group.topics());
        seen.removeIf(topic -> !caller.topic(AclOperation.DESCRIBE, topic.name(), topic.topicId()));
        group.setTopics(Parted.joined(seen, refused.getOrDefault(group.groupId(), List.of())));
    }

    private static OffsetFetchResponseTopic refused(OffsetFetchRequestTopic topic) {
        var answer = new OffsetFetchResponseTopic().setName(topic.name());
        for (int index : topic.partitionIndexes()) {
            answer.partitions()
                    .add(
                            new OffsetFetchResponsePartition()
                                    .setPartitionIndex(index)
                                    .setCommittedOffset(NO_OFFSET)
                                    .setMetadata("")
                                    .setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code()));
        }
        return answer;
    }

    private static OffsetFetchResponseTopics refused(OffsetFetchRequestTopics topic) {
        var answer =
                new OffsetFetchResponseTopics().setName(topic.name()).setTopicId(topic.topicId());
        for (int index : topic.partitionIndexes()) {
            answer.partitions()
                    .add(
                            new OffsetFetchResponsePartitions()
                                    .setPartitionIndex(index)
                                    .setCommittedOffset(NO_OFFSET)
                                    .setMetadata("")
                                    .setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code()));
        }
        return answer;
    }
}
