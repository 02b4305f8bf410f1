package io.quafka.storage.coordinator;

import io.quafka.storage.CoordinatorCall;
import io.quafka.storage.WantedTopics;
import java.util.concurrent.CompletableFuture;
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
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.StreamsGroupDescribeRequestData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.JoinGroupRequest;
import org.apache.kafka.common.requests.JoinGroupResponse;
import org.apache.kafka.common.requests.LeaveGroupRequest;
import org.apache.kafka.common.requests.LeaveGroupResponse;
import org.apache.kafka.common.requests.SyncGroupRequest;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.coordinator.group.GroupCoordinatorService;
import org.apache.kafka.coordinator.group.streams.StreamsGroupHeartbeatResult;

/// From requests to Kafka's group coordinator and back, with what Kafka's brokers do around it:
/// fields that a version lacks, requests that are wrong in themselves.
final class GroupRequests {
    private static final BufferSupplier BUFFERS = BufferSupplier.NO_CACHING;

    private final GroupCoordinatorService service;
    private final OffsetRequests offsets;

    GroupRequests(GroupCoordinatorService service, OffsetRequests offsets) {
        this.service = service;
        this.offsets = offsets;
    }

    CompletableFuture<? extends ApiMessage> handle(CoordinatorCall call) {
        CallContext from = new CallContext(call);
        return switch (call.body()) {
            case JoinGroupRequestData join -> join(from, join);
            case SyncGroupRequestData sync -> sync(from, sync);
            case HeartbeatRequestData heartbeat -> service.heartbeat(from, heartbeat);
            case LeaveGroupRequestData leave -> leave(from, leave);
            case OffsetCommitRequestData commit -> offsets.commit(from, commit);
            case OffsetFetchRequestData fetch -> offsets.fetch(from, fetch);
            case OffsetDeleteRequestData delete -> offsets.delete(from, delete);
            case TxnOffsetCommitRequestData commit -> offsets.commitInTransaction(from, commit);
            case ListGroupsRequestData list -> service.listGroups(from, list);
            case ConsumerGroupHeartbeatRequestData heartbeat ->
                    service.consumerGroupHeartbeat(from, heartbeat);
            case StreamsGroupHeartbeatRequestData heartbeat ->
                    service.streamsGroupHeartbeat(from, heartbeat)
                            .thenApply(GroupRequests::withWantedTopics);
            default -> ofSeveralGroups(from);
        };
    }

    private static ApiMessage withWantedTopics(StreamsGroupHeartbeatResult result) {
        WantedTopics.put(result.data(), result.creatableTopics().values());
        return result.data();
    }

    private CompletableFuture<? extends ApiMessage> ofSeveralGroups(CallContext from) {
        return switch (from.call().body()) {
            case DescribeGroupsRequestData describe ->
                    service.describeGroups(from, describe.groups())
                            .thenApply(new DescribeGroupsResponseData()::setGroups);
            case ConsumerGroupDescribeRequestData describe ->
                    service.consumerGroupDescribe(from, describe.groupIds())
                            .thenApply(new ConsumerGroupDescribeResponseData()::setGroups);
            case StreamsGroupDescribeRequestData describe ->
                    service.streamsGroupDescribe(from, describe.groupIds())
                            .thenApply(new StreamsGroupDescribeResponseData()::setGroups);
            case DeleteGroupsRequestData delete ->
                    service.deleteGroups(from, delete.groupsNames(), BUFFERS)
                            .thenApply(new DeleteGroupsResponseData()::setResults);
            default -> throw new IllegalStateException(from.call().api() + " is not of groups");
        };
    }

    /// A join at version 0 has no rebalance time-out; before version 7 an answer has no null.
    private CompletableFuture<ApiMessage> join(CallContext from, JoinGroupRequestData data) {
        short version = from.call().version();
        return service.joinGroup(from, new JoinGroupRequest(data, version).data(), BUFFERS)
                .thenApply(answer -> new JoinGroupResponse(answer, version).data());
    }

    private CompletableFuture<? extends ApiMessage> sync(
            CallContext from, SyncGroupRequestData data) {
        if (!new SyncGroupRequest(data, from.call().version())
                .areMandatoryProtocolTypeAndNamePresent()) {
            return CompletableFuture.completedFuture(
                    from.call().refuse(Errors.INCONSISTENT_GROUP_PROTOCOL));
        }
        return service.syncGroup(from, data, BUFFERS);
    }

    /// Before version 3 a request names one member, and the answer has one error.
    private CompletableFuture<ApiMessage> leave(CallContext from, LeaveGroupRequestData data) {
        short version = from.call().version();
        LeaveGroupRequest request =
                LeaveGroupRequest.parse(MessageUtil.toByteBufferAccessor(data, version), version);
        return service.leaveGroup(from, request.normalizedData())
                .thenApply(answer -> new LeaveGroupResponse(answer, version).data());
    }
}
