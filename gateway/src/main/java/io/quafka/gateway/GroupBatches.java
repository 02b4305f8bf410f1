package io.quafka.gateway;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.StreamsGroupDescribeRequestData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData;
import org.apache.kafka.common.protocol.Errors;

/// The APIs that ask for several groups at once.
final class GroupBatches {
    private GroupBatches() {}

    /// Before version 8 of one group, in fields of its own: such a request has one part.
    enum OffsetFetch
            implements
                    CoordinatedBatchApi.Protocol<
                            OffsetFetchRequestData,
                            OffsetFetchRequestGroup,
                            OffsetFetchResponseData> {
        INSTANCE;

        @Override
        public List<OffsetFetchRequestGroup> parts(OffsetFetchRequestData request) {
            return request.groups().isEmpty() && !request.groupId().isEmpty()
                    ? List.of(new OffsetFetchRequestGroup().setGroupId(request.groupId()))
                    : request.groups();
        }

        @Override
        public String key(OffsetFetchRequestGroup part) {
            return part.groupId();
        }

        @Override
        public OffsetFetchRequestData request(
                OffsetFetchRequestData like, List<OffsetFetchRequestGroup> parts) {
            return new OffsetFetchRequestData()
                    .setGroups(parts)
                    .setRequireStable(like.requireStable());
        }

        @Override
        public void join(OffsetFetchResponseData into, OffsetFetchResponseData more) {
            into.groups().addAll(more.groups());
        }
    }

    enum Describe
            implements
                    CoordinatedBatchApi.Protocol<
                            DescribeGroupsRequestData, String, DescribeGroupsResponseData> {
        INSTANCE;

        @Override
        public List<String> parts(DescribeGroupsRequestData request) {
            return request.groups();
        }

        @Override
        public String key(String part) {
            return part;
        }

        @Override
        public DescribeGroupsRequestData request(
                DescribeGroupsRequestData like, List<String> parts) {
            return like.duplicate().setGroups(parts);
        }

        @Override
        public void join(DescribeGroupsResponseData into, DescribeGroupsResponseData more) {
            into.setGroups(joined(into.groups(), more.groups()));
        }

        @Override
        public void finish(DescribeGroupsRequestData request, DescribeGroupsResponseData answer) {
            for (var group : answer.groups()) {
                if (request.includeAuthorizedOperations()
                        && group.errorCode() == Errors.NONE.code()) {
                    group.setAuthorizedOperations(AllowedOperations.GROUP);
                }
            }
        }
    }

    enum DescribeConsumers
            implements
                    CoordinatedBatchApi.Protocol<
                            ConsumerGroupDescribeRequestData,
                            String,
                            ConsumerGroupDescribeResponseData> {
        INSTANCE;

        @Override
        public List<String> parts(ConsumerGroupDescribeRequestData request) {
            return request.groupIds();
        }

        @Override
        public String key(String part) {
            return part;
        }

        @Override
        public ConsumerGroupDescribeRequestData request(
                ConsumerGroupDescribeRequestData like, List<String> parts) {
            return like.duplicate().setGroupIds(parts);
        }

        @Override
        public void join(
                ConsumerGroupDescribeResponseData into, ConsumerGroupDescribeResponseData more) {
            into.setGroups(joined(into.groups(), more.groups()));
        }

        @Override
        public void finish(
                ConsumerGroupDescribeRequestData request,
                ConsumerGroupDescribeResponseData answer) {
            for (var group : answer.groups()) {
                if (request.includeAuthorizedOperations()
                        && group.errorCode() == Errors.NONE.code()) {
                    group.setAuthorizedOperations(AllowedOperations.GROUP);
                }
            }
        }
    }

    enum DescribeStreams
            implements
                    CoordinatedBatchApi.Protocol<
                            StreamsGroupDescribeRequestData,
                            String,
                            StreamsGroupDescribeResponseData> {
        INSTANCE;

        @Override
        public List<String> parts(StreamsGroupDescribeRequestData request) {
            return request.groupIds();
        }

        @Override
        public String key(String part) {
            return part;
        }

        @Override
        public StreamsGroupDescribeRequestData request(
                StreamsGroupDescribeRequestData like, List<String> parts) {
            return like.duplicate().setGroupIds(parts);
        }

        @Override
        public void join(
                StreamsGroupDescribeResponseData into, StreamsGroupDescribeResponseData more) {
            into.setGroups(joined(into.groups(), more.groups()));
        }

        @Override
        public void finish(
                StreamsGroupDescribeRequestData request, StreamsGroupDescribeResponseData answer) {
            for (var group : answer.groups()) {
                if (request.includeAuthorizedOperations()
                        && group.errorCode() == Errors.NONE.code()) {
                    group.setAuthorizedOperations(AllowedOperations.GROUP);
                }
            }
        }
    }

    enum Delete
            implements
                    CoordinatedBatchApi.Protocol<
                            DeleteGroupsRequestData, String, DeleteGroupsResponseData> {
        INSTANCE;

        @Override
        public List<String> parts(DeleteGroupsRequestData request) {
            return request.groupsNames();
        }

        @Override
        public String key(String part) {
            return part;
        }

        @Override
        public DeleteGroupsRequestData request(DeleteGroupsRequestData like, List<String> parts) {
            return like.duplicate().setGroupsNames(parts);
        }

        @Override
        public void join(DeleteGroupsResponseData into, DeleteGroupsResponseData more) {
            for (DeletableGroupResult result : more.results()) {
                into.results().add(result.duplicate());
            }
        }
    }

    private static <G> List<G> joined(List<G> some, List<G> more) {
        List<G> all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }
}
