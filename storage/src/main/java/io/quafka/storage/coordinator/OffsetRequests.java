package io.quafka.storage.coordinator;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Topic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.ToIntFunction;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.apache.kafka.common.requests.OffsetDeleteResponse;
import org.apache.kafka.common.requests.OffsetFetchRequest;
import org.apache.kafka.common.requests.OffsetFetchResponse;
import org.apache.kafka.common.requests.TxnOffsetCommitResponse;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.coordinator.group.GroupCoordinatorService;
import org.jspecify.annotations.Nullable;

/// Committed offsets. The coordinator keeps them for whatever it is told; that topics and
/// partitions exist is checked here, and ids stand for names.
final class OffsetRequests {
    private static final BufferSupplier BUFFERS = BufferSupplier.NO_CACHING;

    private final GroupCoordinatorService service;
    private final Metadata metadata;

    OffsetRequests(GroupCoordinatorService service, Metadata metadata) {
        this.service = service;
        this.metadata = metadata;
    }

    CompletableFuture<? extends ApiMessage> commit(
            CallContext from, OffsetCommitRequestData asked) {
        ClusterImage image = metadata.image();
        boolean byId = OffsetCommitResponse.useTopicIds(from.call().version());
        OffsetCommitResponse.Builder answer = OffsetCommitResponse.newBuilder(byId);
        List<OffsetCommitRequestTopic> sound = new ArrayList<>(asked.topics().size());
        for (OffsetCommitRequestTopic topic : asked.topics()) {
            Topic known = byId ? image.topic(topic.topicId()) : image.topic(topic.name());
            if (byId && known != null) {
                topic.setName(known.name());
            }
            if (known == null) {
                answer.addPartitions(
                        topic.topicId(),
                        topic.name(),
                        topic.partitions(),
                        OffsetCommitRequestPartition::partitionIndex,
                        unknown(byId));
                continue;
            }
            List<OffsetCommitRequestPartition> existing =
                    existing(
                            known,
                            topic.partitions(),
                            OffsetCommitRequestPartition::partitionIndex,
                            (index, error) ->
                                    answer.addPartition(
                                            topic.topicId(), topic.name(), index, error));
            if (!existing.isEmpty()) {
                sound.add(
                        new OffsetCommitRequestTopic()
                                .setTopicId(topic.topicId())
                                .setName(topic.name())
                                .setPartitions(existing));
            }
        }
        if (sound.isEmpty()) {
            return CompletableFuture.completedFuture(answer.build().data());
        }
        return service.commitOffsets(from, asked.duplicate().setTopics(sound), BUFFERS)
                .thenApply(committed -> answer.merge(committed).build().data());
    }

    CompletableFuture<? extends ApiMessage> commitInTransaction(
            CallContext from, TxnOffsetCommitRequestData asked) {
        ClusterImage image = metadata.image();
        TxnOffsetCommitResponse.Builder answer = new TxnOffsetCommitResponse.Builder();
        List<TxnOffsetCommitRequestTopic> sound = new ArrayList<>(asked.topics().size());
        for (TxnOffsetCommitRequestTopic topic : asked.topics()) {
            List<TxnOffsetCommitRequestPartition> existing =
                    existing(
                            image.topic(topic.name()),
                            topic.partitions(),
                            TxnOffsetCommitRequestPartition::partitionIndex,
                            (index, error) -> answer.addPartition(topic.name(), index, error));
            if (!existing.isEmpty()) {
                sound.add(
                        new TxnOffsetCommitRequestTopic()
                                .setName(topic.name())
                                .setPartitions(existing));
            }
        }
        if (sound.isEmpty()) {
            return CompletableFuture.completedFuture(answer.build().data());
        }
        return service.commitTransactionalOffsets(from, asked.duplicate().setTopics(sound), BUFFERS)
                .thenApply(committed -> answer.merge(committed).build().data());
    }

    CompletableFuture<? extends ApiMessage> delete(
            CallContext from, OffsetDeleteRequestData asked) {
        ClusterImage image = metadata.image();
        OffsetDeleteResponse.Builder answer = new OffsetDeleteResponse.Builder();
        OffsetDeleteRequestTopicCollection sound = new OffsetDeleteRequestTopicCollection();
        for (OffsetDeleteRequestTopic topic : asked.topics()) {
            List<OffsetDeleteRequestPartition> existing =
                    existing(
                            image.topic(topic.name()),
                            topic.partitions(),
                            OffsetDeleteRequestPartition::partitionIndex,
                            (index, error) -> answer.addPartition(topic.name(), index, error));
            if (!existing.isEmpty()) {
                sound.add(
                        new OffsetDeleteRequestTopic()
                                .setName(topic.name())
                                .setPartitions(existing));
            }
        }
        if (sound.isEmpty()) {
            return CompletableFuture.completedFuture(answer.build().data());
        }
        return service.deleteOffsets(from, asked.duplicate().setTopics(sound), BUFFERS)
                .thenApply(deleted -> answer.merge(deleted).build().data());
    }

    private static Errors unknown(boolean byId) {
        return byId ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }

    /// The partitions that a topic has; the others are refused.
    private static <P> List<P> existing(
            @Nullable Topic topic,
            List<P> asked,
            ToIntFunction<P> index,
            BiConsumer<Integer, Errors> refuse) {
        int count = topic == null ? 0 : topic.partitionCount();
        List<P> existing = new ArrayList<>(asked.size());
        for (P partition : asked) {
            int at = index.applyAsInt(partition);
            if (at >= 0 && at < count) {
                existing.add(partition);
            } else {
                refuse.accept(at, Errors.UNKNOWN_TOPIC_OR_PARTITION);
            }
        }
        return existing;
    }

    /// Before version 8 a request is of one group.
    CompletableFuture<? extends ApiMessage> fetch(CallContext from, OffsetFetchRequestData asked) {
        short version = from.call().version();
        OffsetFetchRequest request =
                OffsetFetchRequest.parse(MessageUtil.toByteBufferAccessor(asked, version), version);
        List<CompletableFuture<OffsetFetchResponseGroup>> groups = new ArrayList<>();
        for (OffsetFetchRequestGroup group : request.groups()) {
            groups.add(
                    fetch(from, group, asked.requireStable())
                            .exceptionally(failure ->
                                    OffsetFetchResponse.groupError(
                                            group, Errors.forException(failure), version)));
        }
        return CompletableFuture.allOf(groups.toArray(CompletableFuture[]::new))
                .thenApply(_ ->
                        new OffsetFetchResponse.Builder(
                                        groups.stream().map(CompletableFuture::join).toList())
                                .build(version)
                                .data());
    }

    private CompletableFuture<OffsetFetchResponseGroup> fetch(
            CallContext from, OffsetFetchRequestGroup group, boolean requireStable) {
        short version = from.call().version();
        boolean byId = OffsetFetchRequest.useTopicIds(version);
        if (group.memberId() == null && group.memberEpoch() >= 0) {
            // The coordinator would look for a member without a name, and fail.
            return CompletableFuture.completedFuture(
                    OffsetFetchResponse.groupError(group, Errors.UNKNOWN_MEMBER_ID, version));
        }
        if (!byId || group.topics() == null) {
            return service.fetchOffsets(from, group, requireStable)
                    .thenApply(answer -> byId ? withIds(answer) : answer);
        }
        ClusterImage image = metadata.image();
        List<OffsetFetchRequestTopics> known = new ArrayList<>(group.topics().size());
        List<OffsetFetchResponseTopics> unknown = new ArrayList<>(0);
        Map<String, Uuid> ids = new HashMap<>();
        for (OffsetFetchRequestTopics topic : group.topics()) {
            Topic found = image.topic(topic.topicId());
            if (found == null) {
                unknown.add(refused(topic));
            } else {
                ids.put(found.name(), found.id());
                known.add(topic.setName(found.name()));
            }
        }
        return service.fetchOffsets(from, group.duplicate().setTopics(known), requireStable)
                .thenApply(answer -> joined(answer, ids, unknown));
    }

    private static OffsetFetchResponseGroup joined(
            OffsetFetchResponseGroup answer,
            Map<String, Uuid> ids,
            List<OffsetFetchResponseTopics> unknown) {
        if (answer.errorCode() != Errors.NONE.code()) {
            return answer;
        }
        List<OffsetFetchResponseTopics> topics = new ArrayList<>(answer.topics());
        topics.forEach(topic -> topic.setTopicId(ids.getOrDefault(topic.name(), topic.topicId())));
        topics.addAll(unknown);
        return answer.setTopics(topics);
    }

    /// Topics that are gone have no id any more, and are left out.
    private OffsetFetchResponseGroup withIds(OffsetFetchResponseGroup answer) {
        ClusterImage image = metadata.image();
        List<OffsetFetchResponseTopics> topics = new ArrayList<>(answer.topics().size());
        for (OffsetFetchResponseTopics topic : answer.topics()) {
            Topic known = image.topic(topic.name());
            if (topic.topicId().equals(Uuid.ZERO_UUID) && known != null) {
                topic.setTopicId(known.id());
            }
            if (!topic.topicId().equals(Uuid.ZERO_UUID)) {
                topics.add(topic);
            }
        }
        return answer.setTopics(topics);
    }

    private static OffsetFetchResponseTopics refused(OffsetFetchRequestTopics topic) {
        List<OffsetFetchResponsePartitions> partitions =
                new ArrayList<>(topic.partitionIndexes().size());
        for (int index : topic.partitionIndexes()) {
            partitions.add(
                    new OffsetFetchResponsePartitions()
                            .setPartitionIndex(index)
                            .setErrorCode(Errors.UNKNOWN_TOPIC_ID.code())
                            .setCommittedOffset(OffsetFetchResponse.INVALID_OFFSET)
                            .setMetadata(OffsetFetchResponse.NO_METADATA)
                            .setCommittedLeaderEpoch(RecordBatch.NO_PARTITION_LEADER_EPOCH));
        }
        return new OffsetFetchResponseTopics()
                .setTopicId(topic.topicId())
                .setPartitions(partitions);
    }
}
