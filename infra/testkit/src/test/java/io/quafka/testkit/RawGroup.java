package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// One group's requests, frame by frame, through one gateway: for what no client of Kafka's would
/// send. Not safe for use by several threads.
final class RawGroup implements AutoCloseable {
    private static final Duration ANSWERED_MAX = Duration.ofSeconds(40);

    private final FrameClient client;
    private final String group;
    private int correlationId;

    RawGroup(int port, String group) throws IOException {
        this.client = new FrameClient(port, ANSWERED_MAX);
        this.group = group;
    }

    <T extends ApiMessage> T call(ApiKeys api, int version, ApiMessage body, T into) {
        try {
            client.send(api, (short) version, ++correlationId, body);
            return client.read(api, (short) version, correlationId, into);
        } catch (IOException e) {
            throw new AssertionError(api + " was not answered", e);
        }
    }

    /// Asks until the group's coordinator is there.
    private static <T> T settled(Supplier<T> ask, ToIntFunction<T> error) {
        return await().atMost(ANSWERED_MAX)
                .pollInterval(Duration.ofMillis(50))
                .until(
                        ask::get,
                        answer -> {
                            Errors code = Errors.forCode((short) error.applyAsInt(answer));
                            return code != Errors.NOT_COORDINATOR
                                    && code != Errors.COORDINATOR_LOAD_IN_PROGRESS
                                    && code != Errors.COORDINATOR_NOT_AVAILABLE;
                        });
    }

    JoinGroupResponseData join(String member, @Nullable String instance) {
        var protocols = new JoinGroupRequestData.JoinGroupRequestProtocolCollection();
        protocols.add(
                new JoinGroupRequestData.JoinGroupRequestProtocol()
                        .setName("any")
                        .setMetadata(new byte[1]));
        var request =
                new JoinGroupRequestData()
                        .setGroupId(group)
                        .setMemberId(member)
                        .setGroupInstanceId(instance)
                        .setProtocolType("test")
                        .setProtocols(protocols)
                        .setSessionTimeoutMs(30_000)
                        .setRebalanceTimeoutMs(30_000);
        return settled(
                () -> call(ApiKeys.JOIN_GROUP, 9, request.duplicate(), new JoinGroupResponseData()),
                JoinGroupResponseData::errorCode);
    }

    /// The leader's, which assigns nothing to itself.
    Errors sync(String member, int generation) {
        var request =
                new SyncGroupRequestData()
                        .setGroupId(group)
                        .setMemberId(member)
                        .setGenerationId(generation)
                        .setProtocolType("test")
                        .setProtocolName("any")
                        .setAssignments(
                                List.of(
                                        new SyncGroupRequestData.SyncGroupRequestAssignment()
                                                .setMemberId(member)
                                                .setAssignment(new byte[1])));
        return Errors.forCode(
                call(ApiKeys.SYNC_GROUP, 5, request, new SyncGroupResponseData()).errorCode());
    }

    Errors heartbeat(String member, int generation, @Nullable String instance) {
        var request =
                new HeartbeatRequestData()
                        .setGroupId(group)
                        .setMemberId(member)
                        .setGroupInstanceId(instance)
                        .setGenerationId(generation);
        return Errors.forCode(
                call(ApiKeys.HEARTBEAT, 4, request, new HeartbeatResponseData()).errorCode());
    }

    /// Commits an offset of the topic's partition 0.
    ///
    /// @param version up to 4 the offset has a time to live of its own Asks for all committed
    ///   offsets.
    Errors fetchOffsets(@Nullable String member, int epoch) {
        var request =
                new OffsetFetchRequestData()
                        .setGroups(
                                List.of(
                                        new OffsetFetchRequestData.OffsetFetchRequestGroup()
                                                .setGroupId(group)
                                                .setMemberId(member)
                                                .setMemberEpoch(epoch)
                                                .setTopics(null)));
        var answer =
                settled(
                        () ->
                                call(
                                        ApiKeys.OFFSET_FETCH,
                                        9,
                                        request.duplicate(),
                                        new OffsetFetchResponseData()),
                        data -> data.groups().getFirst().errorCode());
        return Errors.forCode(answer.groups().getFirst().errorCode());
    }

    Errors commit(int version, String topic, String member, int generation, long retentionMs) {
        var request =
                new OffsetCommitRequestData()
                        .setGroupId(group)
                        .setMemberId(member)
                        .setGenerationIdOrMemberEpoch(generation)
                        .setTopics(
                                List.of(
                                        new OffsetCommitRequestData.OffsetCommitRequestTopic()
                                                .setName(topic)
                                                .setPartitions(
                                                        List.of(
                                                                new OffsetCommitRequestData
                                                                                .OffsetCommitRequestPartition()
                                                                        .setPartitionIndex(0)
                                                                        .setCommittedOffset(1)))));
        if (version <= 4) {
            request.setRetentionTimeMs(retentionMs);
        }
        var answer =
                settled(
                        () ->
                                call(
                                        ApiKeys.OFFSET_COMMIT,
                                        version,
                                        request.duplicate(),
                                        new OffsetCommitResponseData()),
                        data -> data.topics().getFirst().partitions().getFirst().errorCode());
        assertThat(answer.topics()).hasSize(1);
        return Errors.forCode(answer.topics().getFirst().partitions().getFirst().errorCode());
    }

    /// A heartbeat of the consumer protocol.
    ///
    /// @param topic null for a heartbeat that tells nothing new
    ConsumerGroupHeartbeatResponseData consumerHeartbeat(
            String member, int epoch, @Nullable String topic) {
        var request =
                new ConsumerGroupHeartbeatRequestData()
                        .setGroupId(group)
                        .setMemberId(member)
                        .setMemberEpoch(epoch);
        if (topic != null) {
            request.setRebalanceTimeoutMs(30_000)
                    .setSubscribedTopicNames(List.of(topic))
                    .setTopicPartitions(List.of());
        }
        return settled(
                () ->
                        call(
                                ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                                1,
                                request.duplicate(),
                                new ConsumerGroupHeartbeatResponseData()),
                ConsumerGroupHeartbeatResponseData::errorCode);
    }

    /// A heartbeat of a streams group whose topology is one task for each partition of a topic,
    /// with a store that has a changelog.
    StreamsGroupHeartbeatResponseData streamsHeartbeat(
            String member, int epoch, String source, String changelog) {
        var request =
                new StreamsGroupHeartbeatRequestData()
                        .setGroupId(group)
                        .setMemberId(member)
                        .setMemberEpoch(epoch);
        if (epoch == 0) {
            var subtopology =
                    new StreamsGroupHeartbeatRequestData.Subtopology()
                            .setSubtopologyId("0")
                            .setSourceTopics(List.of(source))
                            .setStateChangelogTopics(
                                    List.of(
                                            new StreamsGroupHeartbeatRequestData.TopicInfo()
                                                    .setName(changelog)));
            request.setRebalanceTimeoutMs(30_000)
                    .setProcessId(member)
                    .setClientTags(List.of())
                    .setActiveTasks(List.of())
                    .setStandbyTasks(List.of())
                    .setWarmupTasks(List.of())
                    .setTopology(
                            new StreamsGroupHeartbeatRequestData.Topology()
                                    .setSubtopologies(List.of(subtopology)));
        }
        return settled(
                () ->
                        call(
                                ApiKeys.STREAMS_GROUP_HEARTBEAT,
                                0,
                                request.duplicate(),
                                new StreamsGroupHeartbeatResponseData()),
                StreamsGroupHeartbeatResponseData::errorCode);
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
