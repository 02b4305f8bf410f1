package io.quafka.gateway;

import io.quafka.controller.model.Topic;
import java.util.List;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.StreamsGroupDescribeRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/// A request of every group API, at any version.
final class GroupMessages {
    private static final String GROUP = "group";

    private GroupMessages() {}

    static ApiMessage request(ApiKeys key, short version, String name, Topic topic) {
        return switch (key) {
            case JOIN_GROUP ->
                    new JoinGroupRequestData()
                            .setGroupId(GROUP)
                            .setProtocolType("consumer")
                            .setSessionTimeoutMs(10_000);
            case SYNC_GROUP -> new SyncGroupRequestData().setGroupId(GROUP);
            case HEARTBEAT -> new HeartbeatRequestData().setGroupId(GROUP);
            case LEAVE_GROUP -> new LeaveGroupRequestData().setGroupId(GROUP);
            case OFFSET_COMMIT ->
                    new OffsetCommitRequestData()
                            .setGroupId(GROUP)
                            .setTopics(
                                    List.of(
                                            new OffsetCommitRequestTopic()
                                                    .setName(version >= 10 ? "" : name)
                                                    .setTopicId(topic.id())
                                                    .setPartitions(
                                                            List.of(
                                                                    new OffsetCommitRequestPartition()))));
            case OFFSET_FETCH ->
                    version >= 8
                            ? new OffsetFetchRequestData()
                                    .setGroups(
                                            List.of(
                                                    new OffsetFetchRequestGroup()
                                                            .setGroupId(GROUP)
                                                            .setTopics(null),
                                                    new OffsetFetchRequestGroup()
                                                            .setGroupId("other")
                                                            .setTopics(List.of())))
                            : new OffsetFetchRequestData().setGroupId(GROUP);
            case OFFSET_DELETE -> new OffsetDeleteRequestData().setGroupId(GROUP);
            case DESCRIBE_GROUPS -> new DescribeGroupsRequestData().setGroups(List.of(GROUP));
            case LIST_GROUPS -> new ListGroupsRequestData();
            case DELETE_GROUPS -> new DeleteGroupsRequestData().setGroupsNames(List.of(GROUP));
            case CONSUMER_GROUP_HEARTBEAT ->
                    new ConsumerGroupHeartbeatRequestData().setGroupId(GROUP).setMemberId("m");
            case CONSUMER_GROUP_DESCRIBE ->
                    new ConsumerGroupDescribeRequestData().setGroupIds(List.of(GROUP, "other"));
            case STREAMS_GROUP_HEARTBEAT ->
                    new StreamsGroupHeartbeatRequestData().setGroupId(GROUP).setMemberId("m");
            case STREAMS_GROUP_DESCRIBE ->
                    new StreamsGroupDescribeRequestData().setGroupIds(List.of(GROUP));
            default -> throw new AssertionError("no request for " + key + " in this test");
        };
    }
}
