package io.quafka.storage.node;

import io.quafka.storage.History;
import io.quafka.storage.node.OffsetQueries.EpochEnd;
import io.quafka.storage.node.OffsetQueries.Found;
import io.quafka.storage.shard.Partition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// ListOffsets and OffsetForLeaderEpoch. Platform threads only.
final class OffsetCalls {
    private static final Logger log = LoggerFactory.getLogger(OffsetCalls.class);

    /// Kafka's special timestamps (ListOffsetsRequest).
    private static final long LATEST = -1;

    private static final long EARLIEST = -2;
    private static final long MAX_TIMESTAMP = -3;
    private static final long EARLIEST_LOCAL = -4;
    private static final long LATEST_TIERED = -5;
    private static final long EARLIEST_PENDING_UPLOAD = -6;
    private static final long UNKNOWN = -1;
    private static final byte READ_COMMITTED = 1;

    private final Shards shards;
    private final OffsetQueries queries;
    private final HistoryLookup histories;

    OffsetCalls(Shards shards, OffsetQueries queries, HistoryLookup histories) {
        this.shards = shards;
        this.queries = queries;
        this.histories = histories;
    }

    ListOffsetsResponseData listOffsets(ListOffsetsRequestData request) {
        ListOffsetsResponseData data = new ListOffsetsResponseData();
        for (ListOffsetsTopic topic : request.topics()) {
            List<ListOffsetsPartitionResponse> answers = new ArrayList<>();
            for (ListOffsetsPartition asked : topic.partitions()) {
                answers.add(
                        listOffset(
                                topic.name(), asked, request.isolationLevel() == READ_COMMITTED));
            }
            data.topics()
                    .add(
                            new ListOffsetsTopicResponse()
                                    .setName(topic.name())
                                    .setPartitions(answers));
        }
        return data;
    }

    private ListOffsetsPartitionResponse listOffset(
            String topic, ListOffsetsPartition asked, boolean readCommitted) {
        ListOffsetsPartitionResponse answer =
                new ListOffsetsPartitionResponse()
                        .setPartitionIndex(asked.partitionIndex())
                        .setOffset(UNKNOWN)
                        .setTimestamp(UNKNOWN);
        Resolved resolved = shards.byName(topic, asked.partitionIndex());
        Errors error =
                switch (resolved) {
                    case Resolved.Missing(Errors why) -> why;
                    case Resolved.Here here -> here.checkEpoch(asked.currentLeaderEpoch());
                };
        if (error != Errors.NONE || !(resolved instanceof Resolved.Here here)) {
            return answer.setErrorCode(error.code());
        }
        try {
            History history = history(here, asked.timestamp(), readCommitted);
            if (history != null) {
                history.attach(answer);
            }
            Found found = find(here, asked.timestamp(), readCommitted);
            if (!here.isServed()) {
                answer.unknownTaggedFields().clear();
                return answer.setErrorCode(Errors.NOT_LEADER_OR_FOLLOWER.code());
            }
            return found == null
                    ? answer
                    : answer.setOffset(found.offset())
                            .setTimestamp(found.timestampMs())
                            .setLeaderEpoch(found.epoch());
        } catch (IOException e) {
            log.atError().setCause(e).addKeyValue("topic", topic).log("offset by time not found");
            return answer.setErrorCode(Errors.KAFKA_STORAGE_ERROR.code());
        }
    }

    private @Nullable Found find(Resolved.Here here, long timestamp, boolean readCommitted)
            throws IOException {
        Partition partition = here.partition();
        long end = readCommitted ? partition.lastStableOffset() : partition.committedEnd();
        if (timestamp == LATEST) {
            return new Found(end, UNKNOWN, here.epoch());
        }
        if (timestamp == EARLIEST) {
            return new Found(partition.logStart(), UNKNOWN, here.epoch());
        }
        if (timestamp == EARLIEST_LOCAL) {
            return new Found(partition.localStart(), UNKNOWN, here.epoch());
        }
        if (timestamp == LATEST_TIERED || timestamp == EARLIEST_PENDING_UPLOAD) {
            return tiered(here, timestamp);
        }
        Found found =
                timestamp == MAX_TIMESTAMP
                        ? queries.latest(partition)
                        : queries.firstNotOlder(partition, timestamp);
        return found == null || found.offset() < end ? found : null;
    }

    /// The last offset that lies in an object, or the first that does not.
    private static @Nullable Found tiered(Resolved.Here here, long timestamp) {
        Partition partition = here.partition();
        long end = Math.max(partition.tieredEnd(), partition.logStart());
        boolean any = partition.tieredEnd() > partition.logStart();
        if (timestamp == LATEST_TIERED) {
            return any ? new Found(end - 1, UNKNOWN, here.epoch()) : null;
        }
        return any || here.topic().settings().tiered()
                ? new Found(end, UNKNOWN, here.epoch())
                : null;
    }

    /// Where to look for a time first; null if it is not among what has left this disk.
    private @Nullable History history(Resolved.Here here, long timestamp, boolean readCommitted)
            throws IOException {
        Partition partition = here.partition();
        if (partition.localStart() <= partition.logStart()) {
            return null;
        }
        long end = readCommitted ? partition.lastStableOffset() : partition.committedEnd();
        if (timestamp >= 0) {
            return histories.firstNotOlder(partition, timestamp, end);
        }
        if (timestamp != MAX_TIMESTAMP) {
            return null;
        }
        long max = histories.maxTimestamp(partition);
        Found local = queries.latest(partition);
        return max < 0 || (local != null && local.timestampMs() > max)
                ? null
                : histories.firstNotOlder(partition, max, end);
    }

    OffsetForLeaderEpochResponseData offsetForLeaderEpoch(OffsetForLeaderEpochRequestData request) {
        OffsetForLeaderEpochResponseData data = new OffsetForLeaderEpochResponseData();
        for (OffsetForLeaderTopic topic : request.topics()) {
            OffsetForLeaderTopicResult result =
                    new OffsetForLeaderTopicResult().setTopic(topic.topic());
            for (OffsetForLeaderPartition asked : topic.partitions()) {
                result.partitions().add(epochEnd(topic.topic(), asked));
            }
            data.topics().add(result);
        }
        return data;
    }

    private EpochEndOffset epochEnd(String topic, OffsetForLeaderPartition asked) {
        EpochEndOffset answer = new EpochEndOffset().setPartition(asked.partition());
        return switch (shards.byName(topic, asked.partition())) {
            case Resolved.Missing(Errors error) -> answer.setErrorCode(error.code());
            case Resolved.Here here -> {
                Errors error = here.checkEpoch(asked.currentLeaderEpoch());
                if (error != Errors.NONE) {
                    yield answer.setErrorCode(error.code());
                }
                EpochEndOffset filled = fill(answer, here, asked.leaderEpoch());
                yield here.isServed()
                        ? filled
                        : new EpochEndOffset()
                                .setPartition(asked.partition())
                                .setErrorCode(Errors.NOT_LEADER_OR_FOLLOWER.code());
            }
        };
    }

    private static EpochEndOffset fill(EpochEndOffset answer, Resolved.Here here, int epoch) {
        Partition partition = here.partition();
        if (epoch == here.epoch()) {
            return answer.setLeaderEpoch(epoch).setEndOffset(partition.committedEnd());
        }
        EpochEnd end = epoch > here.epoch() ? null : OffsetQueries.epochEnd(partition, epoch);
        return end == null
                ? answer
                : answer.setLeaderEpoch(end.epoch()).setEndOffset(end.endOffset());
    }
}
