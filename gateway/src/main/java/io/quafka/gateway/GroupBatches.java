package io.quafka.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjIntConsumer;
import java.util.function.ToIntFunction;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
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

    static final KeyBatch<DescribeGroupsRequestData, DescribeGroupsResponseData> DESCRIBE =
            new KeyBatch<>(
                    DescribeGroupsRequestData::groups,
                    (like, ids) -> like.duplicate().setGroups(ids),
                    (into, more) -> into.setGroups(joined(into.groups(), more.groups())),
                    (request, answer) -> {
                        if (request.includeAuthorizedOperations()) {
                            allow(
                                    answer.groups(),
                                    DescribeGroupsResponseData.DescribedGroup::errorCode,
                                    DescribeGroupsResponseData.DescribedGroup
                                            ::setAuthorizedOperations);
                        }
                    });

    static final KeyBatch<ConsumerGroupDescribeRequestData, ConsumerGroupDescribeResponseData>
            DESCRIBE_CONSUMERS =
                    new KeyBatch<>(
                            ConsumerGroupDescribeRequestData::groupIds,
                            (like, ids) -> like.duplicate().setGroupIds(ids),
                            (into, more) -> into.setGroups(joined(into.groups(), more.groups())),
                            (request, answer) -> {
                                if (request.includeAuthorizedOperations()) {
                                    allow(
                                            answer.groups(),
                                            ConsumerGroupDescribeResponseData.DescribedGroup
                                                    ::errorCode,
                                            ConsumerGroupDescribeResponseData.DescribedGroup
                                                    ::setAuthorizedOperations);
                                }
                            });

    static final KeyBatch<StreamsGroupDescribeRequestData, StreamsGroupDescribeResponseData>
            DESCRIBE_STREAMS =
                    new KeyBatch<>(
                            StreamsGroupDescribeRequestData::groupIds,
                            (like, ids) -> like.duplicate().setGroupIds(ids),
                            (into, more) -> into.setGroups(joined(into.groups(), more.groups())),
                            (request, answer) -> {
                                if (request.includeAuthorizedOperations()) {
                                    allow(
                                            answer.groups(),
                                            StreamsGroupDescribeResponseData.DescribedGroup
                                                    ::errorCode,
                                            StreamsGroupDescribeResponseData.DescribedGroup
                                                    ::setAuthorizedOperations);
                                }
                            });

    static final KeyBatch<DeleteGroupsRequestData, DeleteGroupsResponseData> DELETE =
            new KeyBatch<>(
                    DeleteGroupsRequestData::groupsNames,
                    (like, ids) -> like.duplicate().setGroupsNames(ids),
                    (into, more) ->
                            more.results()
                                    .forEach(result -> into.results().add(result.duplicate())),
                    (_, _) -> {});

    /// Tells what may be done with each group that was found.
    private static <G> void allow(
            List<G> groups, ToIntFunction<G> error, ObjIntConsumer<G> operations) {
        for (G group : groups) {
            if (error.applyAsInt(group) == Errors.NONE.code()) {
                operations.accept(group, AllowedOperations.GROUP);
            }
        }
    }

    private static <G> List<G> joined(List<G> some, List<G> more) {
        List<G> all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }
}
