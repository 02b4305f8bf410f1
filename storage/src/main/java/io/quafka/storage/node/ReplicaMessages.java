package io.quafka.storage.node;

import io.quafka.controller.model.ShardState;
import io.quafka.storage.index.RowSnapshot;
import io.quafka.storage.replication.EpochTable.EpochEnd;
import io.quafka.storage.shard.Shard;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ReplicaState;
import org.apache.kafka.common.message.FetchResponseData.EpochEndOffset;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.jspecify.annotations.Nullable;

/// What replicas of shards say to each other, in Kafka's words for it: a Fetch of a follower.
///
/// | field of Fetch | meaning here |
/// |---|---|
/// | `replicaState.replicaId` | the follower's node id: the request is one of a replica |
/// | topic id | [#COMMIT_LOG] |
/// | partition | the shard's id |
/// | `currentLeaderEpoch` | the epoch in which the follower follows |
/// | `fetchOffset` | the position that its log ends at: everything before is on its disk |
/// | `lastFetchedEpoch` | the epoch of its last group |
/// | `divergingEpoch` | where the logs may part: the follower is to cut |
/// | `highWatermark` | the committed position |
/// | `lastStableOffset` | the salt of the segment that the groups lie in |
/// | `records` | whole groups, as they lie in the leader's file |
///
/// Who is to be made anew ([ReplicaCopier]) asks for one [#SNAPSHOT] at a time:
///
/// | field of Fetch | meaning here |
/// |---|---|
/// | topic id | [#SNAPSHOT] |
/// | partition, `currentLeaderEpoch` | as above |
/// | `lastFetchedEpoch` | the ordinal of an [Asked] |
/// | `fetchOffset` | groups: where to go on; rows: the number of the chunk |
/// | `logStartOffset`, asked | rows: whose, a number drawn by the follower |
/// | `logStartOffset`, answered | where the groups lie, there or further on |
/// | `highWatermark` | up to where there are groups; rows: what they include |
/// | `lastStableOffset` | as above |
/// | `records` | whole groups, a plan, or a chunk of a [RowSnapshot] |
final class ReplicaMessages {
    static final Uuid COMMIT_LOG = new Uuid(0x51_75_61_66_6b_61_4c_6fL, 0x67_00_00_00_00_00_00_01L);

    static final Uuid SNAPSHOT = new Uuid(0x51_75_61_66_6b_61_4c_6fL, 0x67_00_00_00_00_00_00_02L);

    /// What a replica that is to be made anew asks for.
    enum Asked {
        PLAN,
        GROUPS,
        ROWS
    }

    /// What one answer may hold, but for a single larger group.
    static final int BYTES_MAX = 8 << 20;

    /// How long a leader waits for something to ship; the committed position is told no later.
    static final int WAIT_MS_MAX = 500;

    private static final int NOT_DIVERGING = -1;

    private ReplicaMessages() {}

    static boolean isReplicas(FetchRequestData request) {
        return request.replicaState().replicaId() >= 0;
    }

    static FetchRequestData request(int self, List<FetchPartition> shards) {
        return new FetchRequestData()
                .setReplicaState(new ReplicaState().setReplicaId(self))
                .setMaxWaitMs(WAIT_MS_MAX)
                .setMinBytes(1)
                .setMaxBytes(BYTES_MAX)
                .setTopics(List.of(new FetchTopic().setTopicId(COMMIT_LOG).setPartitions(shards)));
    }

    static boolean isSnapshots(FetchRequestData request) {
        return request.topics().size() == 1
                && request.topics().getFirst().topicId().equals(SNAPSHOT)
                && request.topics().getFirst().partitions().size() == 1;
    }

    /// @param at see [#SNAPSHOT]
    /// @param rows whose rows
    static FetchRequestData snapshot(int self, ShardState state, Asked what, long at, long rows) {
        FetchPartition asked =
                new FetchPartition()
                        .setPartition(state.id())
                        .setCurrentLeaderEpoch(state.epoch())
                        .setLastFetchedEpoch(what.ordinal())
                        .setFetchOffset(at)
                        .setLogStartOffset(rows)
                        .setPartitionMaxBytes(RowSnapshot.CHUNK_BYTES_MAX);
        return new FetchRequestData()
                .setReplicaState(new ReplicaState().setReplicaId(self))
                .setMaxWaitMs(0)
                .setMinBytes(1)
                .setMaxBytes(RowSnapshot.CHUNK_BYTES_MAX)
                .setTopics(
                        List.of(
                                new FetchTopic()
                                        .setTopicId(SNAPSHOT)
                                        .setPartitions(List.of(asked))));
    }

    static FetchPartition ask(ShardState state, Shard shard) {
        return new FetchPartition()
                .setPartition(state.id())
                .setCurrentLeaderEpoch(state.epoch())
                .setFetchOffset(shard.logEnd())
                .setLastFetchedEpoch(shard.lastEpoch())
                .setPartitionMaxBytes(BYTES_MAX);
    }

    static void diverging(PartitionData answer, EpochEnd end) {
        answer.setDivergingEpoch(
                new EpochEndOffset().setEpoch(end.epoch()).setEndOffset(end.position()));
    }

    static @Nullable EpochEnd diverging(PartitionData answer) {
        EpochEndOffset told = answer.divergingEpoch();
        return told.endOffset() == NOT_DIVERGING
                ? null
                : new EpochEnd(told.epoch(), told.endOffset());
    }
}
