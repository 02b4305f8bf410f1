package io.quafka.gateway.access;

import static org.apache.kafka.common.acl.AclOperation.DESCRIBE;

import io.quafka.gateway.AllowedOperations;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.StreamsGroupDescribeRequestData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData.Subtopology;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;

/// Rules of APIs that describe groups: DESCRIBE of each group, and of the topics that its
/// description would name.
final class GroupDescriptions {
    private static final String HIDDEN =
            "The group has described topic(s) that the client is not authorized to describe.";

    private GroupDescriptions() {}

    static void add(Map<ApiKeys, Rule> rules) {
        rules.put(
                ApiKeys.DESCRIBE_GROUPS,
                new Parted<>(
                                DescribeGroupsRequestData.class,
                                DescribeGroupsResponseData.class,
                                DescribeGroupsRequestData::groups,
                                GroupDescriptions::check,
                                (like, ids) -> like.duplicate().setGroups(ids),
                                (into, more) ->
                                        into.setGroups(Parted.joined(into.groups(), more.groups())))
                        .then(DescribeGroupsResponseData.class, GroupDescriptions::finish));
        rules.put(
                ApiKeys.CONSUMER_GROUP_DESCRIBE,
                new Parted<>(
                                ConsumerGroupDescribeRequestData.class,
                                ConsumerGroupDescribeResponseData.class,
                                ConsumerGroupDescribeRequestData::groupIds,
                                GroupDescriptions::check,
                                (like, ids) -> like.duplicate().setGroupIds(ids),
                                (into, more) ->
                                        into.setGroups(Parted.joined(into.groups(), more.groups())))
                        .then(ConsumerGroupDescribeResponseData.class, GroupDescriptions::finish));
        rules.put(
                ApiKeys.STREAMS_GROUP_DESCRIBE,
                new Parted<>(
                                StreamsGroupDescribeRequestData.class,
                                StreamsGroupDescribeResponseData.class,
                                StreamsGroupDescribeRequestData::groupIds,
                                GroupDescriptions::check,
                                (like, ids) -> like.duplicate().setGroupIds(ids),
                                (into, more) ->
                                        into.setGroups(Parted.joined(into.groups(), more.groups())))
                        .then(StreamsGroupDescribeResponseData.class, GroupDescriptions::finish));
    }

    private static Errors check(Caller caller, String group) {
        return Rule.unless(caller.group(DESCRIBE, group), Errors.GROUP_AUTHORIZATION_FAILED);
    }

    private static void finish(Caller caller, DescribeGroupsResponseData answer) {
        for (var group : answer.groups()) {
            if (group.authorizedOperations() != AllowedOperations.NOT_ASKED) {
                group.setAuthorizedOperations(operations(caller, group.groupId()));
            }
        }
    }

    private static void finish(Caller caller, ConsumerGroupDescribeResponseData answer) {
        for (var group : answer.groups()) {
            if (group.authorizedOperations() != AllowedOperations.NOT_ASKED) {
                group.setAuthorizedOperations(operations(caller, group.groupId()));
            }
            Stream<String> topics =
                    group.members().stream()
                            .flatMap(member ->
                                    Stream.of(member.assignment(), member.targetAssignment()))
                            .flatMap(assignment -> assignment.topicPartitions().stream())
                            .map(ConsumerGroupDescribeResponseData.TopicPartitions::topicName);
            if (hidden(caller, topics)) {
                group.setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code())
                        .setErrorMessage(HIDDEN)
                        .setMembers(List.of());
            }
        }
    }

    private static void finish(Caller caller, StreamsGroupDescribeResponseData answer) {
        for (var group : answer.groups()) {
            if (group.authorizedOperations() != AllowedOperations.NOT_ASKED) {
                group.setAuthorizedOperations(operations(caller, group.groupId()));
            }
            if (group.topology() != null
                    && hidden(
                            caller,
                            group.topology().subtopologies().stream()
                                    .flatMap(GroupDescriptions::topics))) {
                group.setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code())
                        .setErrorMessage(HIDDEN)
                        .setTopology(null)
                        .setMembers(List.of());
            }
        }
    }

    private static Stream<String> topics(Subtopology part) {
        return Stream.of(
                        part.sourceTopics().stream(),
                        part.repartitionSinkTopics().stream(),
                        part.repartitionSourceTopics().stream()
                                .map(StreamsGroupDescribeResponseData.TopicInfo::name),
                        part.stateChangelogTopics().stream()
                                .map(StreamsGroupDescribeResponseData.TopicInfo::name))
                .flatMap(names -> names);
    }

    private static boolean hidden(Caller caller, Stream<String> topics) {
        return topics.distinct().anyMatch(name -> !caller.topic(DESCRIBE, name));
    }

    private static int operations(Caller caller, String group) {
        return caller.operations(ResourceType.GROUP, group);
    }
}
