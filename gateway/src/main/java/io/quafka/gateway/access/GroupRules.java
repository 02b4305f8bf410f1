package io.quafka.gateway.access;

import static org.apache.kafka.common.acl.AclOperation.DELETE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.protocol.Errors.GROUP_AUTHORIZATION_FAILED;
import static org.apache.kafka.common.protocol.Errors.TOPIC_AUTHORIZATION_FAILED;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Subtopology;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/// Rules of APIs that are about groups.
///
/// A member that subscribes to a pattern is assigned what it matches, whether the member may read
/// it or not (Kafka leaves out what it may not DESCRIBE): ids are all that it learns so, and
/// fetches of them are refused.
final class GroupRules {
    private GroupRules() {}

    static void add(Map<ApiKeys, Rule> rules) {
        addMembers(rules);
        addOffsets(rules);
        GroupDescriptions.add(rules);
        rules.put(
                ApiKeys.DELETE_GROUPS,
                new Parted<>(
                        DeleteGroupsRequestData.class,
                        DeleteGroupsResponseData.class,
                        DeleteGroupsRequestData::groupsNames,
                        (caller, id) ->
                                Rule.unless(caller.group(DELETE, id), GROUP_AUTHORIZATION_FAILED),
                        (like, ids) -> like.duplicate().setGroupsNames(ids),
                        (into, more) ->
                                Parted.copied(
                                        into.results(),
                                        more.results(),
                                        DeletableGroupResult::duplicate)));
        rules.put(
                ApiKeys.LIST_GROUPS,
                Rule.OPEN.then(
                        ListGroupsResponseData.class,
                        (caller, answer) -> {
                            if (!caller.cluster(DESCRIBE)) {
                                answer.setGroups(
                                        answer.groups().stream()
                                                .filter(group ->
                                                        caller.group(DESCRIBE, group.groupId()))
                                                .toList());
                            }
                        }));
    }

    private static void addMembers(Map<ApiKeys, Rule> rules) {
        rules.put(
                ApiKeys.JOIN_GROUP,
                reading(JoinGroupRequestData.class, JoinGroupRequestData::groupId));
        rules.put(
                ApiKeys.SYNC_GROUP,
                reading(SyncGroupRequestData.class, SyncGroupRequestData::groupId));
        rules.put(
                ApiKeys.HEARTBEAT,
                reading(HeartbeatRequestData.class, HeartbeatRequestData::groupId));
        rules.put(
                ApiKeys.LEAVE_GROUP,
                reading(LeaveGroupRequestData.class, LeaveGroupRequestData::groupId));
        rules.put(
                ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                Rule.whole(
                        ConsumerGroupHeartbeatRequestData.class,
                        (caller, data) -> {
                            List<String> topics = data.subscribedTopicNames();
                            boolean seen =
                                    topics == null
                                            || topics.stream()
                                                    .allMatch(name -> caller.topic(DESCRIBE, name));
                            return caller.group(READ, data.groupId())
                                    ? Rule.unless(seen, TOPIC_AUTHORIZATION_FAILED)
                                    : GROUP_AUTHORIZATION_FAILED;
                        }));
        rules.put(
                ApiKeys.STREAMS_GROUP_HEARTBEAT,
                Rule.whole(
                        StreamsGroupHeartbeatRequestData.class,
                        (caller, data) ->
                                caller.group(READ, data.groupId())
                                        ? Rule.unless(
                                                data.topology() == null
                                                        || data.topology().subtopologies().stream()
                                                                .allMatch(
                                                                        part -> seen(caller, part)),
                                                TOPIC_AUTHORIZATION_FAILED)
                                        : GROUP_AUTHORIZATION_FAILED));
    }

    /// Every topic that a streams application says it uses; CREATE is asked when one is made.
    private static boolean seen(Caller caller, Subtopology part) {
        return part.sourceTopics().stream().allMatch(name -> caller.topic(DESCRIBE, name))
                && part.repartitionSinkTopics().stream()
                        .allMatch(name -> caller.topic(DESCRIBE, name))
                && part.repartitionSourceTopics().stream()
                        .allMatch(topic -> caller.topic(DESCRIBE, topic.name()))
                && part.stateChangelogTopics().stream()
                        .allMatch(topic -> caller.topic(DESCRIBE, topic.name()));
    }

    private static void addOffsets(Map<ApiKeys, Rule> rules) {
        rules.put(ApiKeys.OFFSET_FETCH, new OffsetFetchRule());
        Rule committed =
                new Parted<>(
                        OffsetCommitRequestData.class,
                        OffsetCommitResponseData.class,
                        OffsetCommitRequestData::topics,
                        (caller, topic) ->
                                TopicRules.refusal(
                                        caller.topic(READ, topic.name(), topic.topicId())),
                        (like, topics) -> like.duplicate().setTopics(topics),
                        (into, more) ->
                                into.setTopics(Parted.joined(into.topics(), more.topics())));
        rules.put(
                ApiKeys.OFFSET_COMMIT,
                (caller, request, next) ->
                        caller.group(READ, ((OffsetCommitRequestData) request.body()).groupId())
                                ? committed.apply(caller, request, next)
                                : Rule.refused(request, GROUP_AUTHORIZATION_FAILED));
        rules.put(ApiKeys.OFFSET_DELETE, new OffsetDeleteRule());
    }

    private static <Q extends ApiMessage> Rule reading(
            Class<Q> message, Function<Q, String> group) {
        return Rule.whole(
                message,
                (caller, data) ->
                        Rule.unless(
                                caller.group(READ, group.apply(data)), GROUP_AUTHORIZATION_FAILED));
    }
}
