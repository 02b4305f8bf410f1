package io.quafka.gateway.access;

import static org.apache.kafka.common.acl.AclOperation.ALTER;
import static org.apache.kafka.common.acl.AclOperation.DELETE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.protocol.Errors.TOPIC_AUTHORIZATION_FAILED;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopicCollection;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicCollection;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopicCollection;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/// Rules of APIs that are about topics one by one.
final class TopicRules {
    private static final int UNKNOWN = -1;

    private TopicRules() {}

    static void add(Map<ApiKeys, Rule> rules) {
        rules.put(ApiKeys.PRODUCE, new ProduceRule());
        // Which topics it reads is known behind fetch sessions only: FetchPlan asks.
        rules.put(ApiKeys.FETCH, Rule.OPEN);
        addReads(rules);
        addChanges(rules);
        rules.put(ApiKeys.DELETE_TOPICS, new DeleteTopicsRule());
    }

    private static void addReads(Map<ApiKeys, Rule> rules) {
        rules.put(
                ApiKeys.LIST_OFFSETS,
                new Parted<>(
                        ListOffsetsRequestData.class,
                        ListOffsetsResponseData.class,
                        ListOffsetsRequestData::topics,
                        (caller, topic) -> refusal(caller.topic(DESCRIBE, topic.name())),
                        (like, topics) -> like.duplicate().setTopics(topics),
                        (into, more) ->
                                into.setTopics(Parted.joined(into.topics(), more.topics()))));
        rules.put(
                ApiKeys.OFFSET_FOR_LEADER_EPOCH,
                new Parted<>(
                        OffsetForLeaderEpochRequestData.class,
                        OffsetForLeaderEpochResponseData.class,
                        data -> List.copyOf(data.topics()),
                        (caller, topic) -> refusal(caller.topic(DESCRIBE, topic.topic())),
                        (like, topics) ->
                                like.duplicate()
                                        .setTopics(
                                                Parted.copied(
                                                        new OffsetForLeaderTopicCollection(),
                                                        topics,
                                                        OffsetForLeaderTopic::duplicate)),
                        (into, more) ->
                                Parted.copied(
                                        into.topics(),
                                        more.topics(),
                                        OffsetForLeaderTopicResult::duplicate)));
        rules.put(
                ApiKeys.DESCRIBE_PRODUCERS,
                new Parted<>(
                        DescribeProducersRequestData.class,
                        DescribeProducersResponseData.class,
                        DescribeProducersRequestData::topics,
                        (caller, topic) -> refusal(caller.topic(READ, topic.name())),
                        (like, topics) -> like.duplicate().setTopics(topics),
                        (into, more) ->
                                into.setTopics(Parted.joined(into.topics(), more.topics()))));
    }

    private static void addChanges(Map<ApiKeys, Rule> rules) {
        rules.put(
                ApiKeys.DELETE_RECORDS,
                new Parted<>(
                        DeleteRecordsRequestData.class,
                        DeleteRecordsResponseData.class,
                        DeleteRecordsRequestData::topics,
                        (caller, topic) -> refusal(caller.topic(DELETE, topic.name())),
                        (like, topics) -> like.duplicate().setTopics(topics),
                        (into, more) ->
                                Parted.copied(
                                        into.topics(),
                                        more.topics(),
                                        DeleteRecordsTopicResult::duplicate)));
        rules.put(
                ApiKeys.CREATE_PARTITIONS,
                new Parted<>(
                        CreatePartitionsRequestData.class,
                        CreatePartitionsResponseData.class,
                        data -> List.copyOf(data.topics()),
                        (caller, topic) -> refusal(caller.topic(ALTER, topic.name())),
                        (like, topics) ->
                                like.duplicate()
                                        .setTopics(
                                                Parted.copied(
                                                        new CreatePartitionsTopicCollection(),
                                                        topics,
                                                        CreatePartitionsTopic::duplicate)),
                        (into, more) ->
                                into.setResults(Parted.joined(into.results(), more.results()))));
        rules.put(
                ApiKeys.CREATE_TOPICS,
                new Parted<>(
                                CreateTopicsRequestData.class,
                                CreateTopicsResponseData.class,
                                data -> List.copyOf(data.topics()),
                                (caller, topic) -> refusal(caller.create(topic.name())),
                                (like, topics) ->
                                        like.duplicate()
                                                .setTopics(
                                                        Parted.copied(
                                                                new CreatableTopicCollection(),
                                                                topics,
                                                                CreatableTopic::duplicate)),
                                (into, more) ->
                                        Parted.copied(
                                                into.topics(),
                                                more.topics(),
                                                CreatableTopicResult::duplicate))
                        .then(CreateTopicsResponseData.class, TopicRules::hideConfigs));
    }

    private static void hideConfigs(Caller caller, CreateTopicsResponseData answer) {
        for (CreatableTopicResult topic : answer.topics()) {
            if (topic.errorCode() == Errors.NONE.code()
                    && !caller.topic(DESCRIBE_CONFIGS, topic.name())) {
                topic.setTopicConfigErrorCode(TOPIC_AUTHORIZATION_FAILED.code())
                        .setConfigs(List.of())
                        .setNumPartitions(UNKNOWN)
                        .setReplicationFactor((short) UNKNOWN);
            }
        }
    }

    static Errors refusal(boolean allowed) {
        return Rule.unless(allowed, TOPIC_AUTHORIZATION_FAILED);
    }
}
