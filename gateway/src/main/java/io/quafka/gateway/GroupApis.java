package io.quafka.gateway;

import io.quafka.controller.Metadata;
import java.util.Map;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.StreamsGroupDescribeRequestData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.protocol.ApiKeys;

/// The APIs of groups. The gateway keeps nothing of a group: any gateway answers any member, by
/// asking the group's coordinator.
final class GroupApis {
    private GroupApis() {}

    static void register(
            Map<ApiKeys, Api> apis,
            Metadata metadata,
            StorageNodes storageNodes,
            GatewayDirectory gateways,
            TopicCreator topics,
            TopicAccess access) {
        var route = new CoordinatorRoute(metadata, storageNodes, Topic.GROUP_METADATA_TOPIC_NAME);
        apis.put(
                ApiKeys.JOIN_GROUP,
                CoordinatedApi.of(
                        route, JoinGroupRequestData.class, JoinGroupRequestData::groupId));
        apis.put(
                ApiKeys.SYNC_GROUP,
                CoordinatedApi.of(
                        route, SyncGroupRequestData.class, SyncGroupRequestData::groupId));
        apis.put(
                ApiKeys.HEARTBEAT,
                CoordinatedApi.of(
                        route, HeartbeatRequestData.class, HeartbeatRequestData::groupId));
        apis.put(
                ApiKeys.LEAVE_GROUP,
                CoordinatedApi.of(
                        route, LeaveGroupRequestData.class, LeaveGroupRequestData::groupId));
        apis.put(
                ApiKeys.OFFSET_COMMIT,
                CoordinatedApi.of(
                        route, OffsetCommitRequestData.class, OffsetCommitRequestData::groupId));
        apis.put(
                ApiKeys.OFFSET_DELETE,
                CoordinatedApi.of(
                        route, OffsetDeleteRequestData.class, OffsetDeleteRequestData::groupId));
        apis.put(
                ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                CoordinatedApi.of(
                        route,
                        ConsumerGroupHeartbeatRequestData.class,
                        ConsumerGroupHeartbeatRequestData::groupId));
        apis.put(ApiKeys.STREAMS_GROUP_HEARTBEAT, new StreamsHeartbeatApi(route, topics, access));
        registerBatches(apis, route);
        apis.put(
                ApiKeys.LIST_GROUPS,
                new CoordinatedListing<>(
                        metadata,
                        gateways,
                        route,
                        ListGroupsResponseData.class,
                        Listings.Groups.INSTANCE));
    }

    private static void registerBatches(Map<ApiKeys, Api> apis, CoordinatorRoute route) {
        apis.put(
                ApiKeys.OFFSET_FETCH,
                new CoordinatedBatchApi<>(
                        route,
                        OffsetFetchRequestData.class,
                        OffsetFetchResponseData.class,
                        GroupBatches.OffsetFetch.INSTANCE));
        apis.put(
                ApiKeys.DESCRIBE_GROUPS,
                new CoordinatedBatchApi<>(
                        route,
                        DescribeGroupsRequestData.class,
                        DescribeGroupsResponseData.class,
                        GroupBatches.DESCRIBE));
        apis.put(
                ApiKeys.CONSUMER_GROUP_DESCRIBE,
                new CoordinatedBatchApi<>(
                        route,
                        ConsumerGroupDescribeRequestData.class,
                        ConsumerGroupDescribeResponseData.class,
                        GroupBatches.DESCRIBE_CONSUMERS));
        apis.put(
                ApiKeys.STREAMS_GROUP_DESCRIBE,
                new CoordinatedBatchApi<>(
                        route,
                        StreamsGroupDescribeRequestData.class,
                        StreamsGroupDescribeResponseData.class,
                        GroupBatches.DESCRIBE_STREAMS));
        apis.put(
                ApiKeys.DELETE_GROUPS,
                new CoordinatedBatchApi<>(
                        route,
                        DeleteGroupsRequestData.class,
                        DeleteGroupsResponseData.class,
                        GroupBatches.DELETE));
    }
}
