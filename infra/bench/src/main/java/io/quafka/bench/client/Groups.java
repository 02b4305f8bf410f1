package io.quafka.bench.client;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/// Offsets of groups without members.
public final class Groups {
    /// Of OffsetCommit.
    public static final short COMMIT_VERSION = 8;

    private static final short FETCH_VERSION = 8;
    private static final short FIND_VERSION = 3;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofMillis(5);

    private Groups() {}

    /// Waits until a group has a coordinator.
    public static void awaitCoordinator(KafkaSocket socket, String group)
            throws IOException, InterruptedException {
        FindCoordinatorRequestData request = new FindCoordinatorRequestData().setKey(group);
        await(
                "a coordinator of " + group,
                () -> {
                    var answer =
                            (FindCoordinatorResponseData)
                                    socket.call(ApiKeys.FIND_COORDINATOR, FIND_VERSION, request);
                    return Errors.forCode(answer.errorCode());
                });
    }

    /// The same offset for some partitions of a topic, from 0 up.
    public static OffsetCommitRequestData commit(
            String group, String topic, int partitions, long offset) {
        List<OffsetCommitRequestPartition> all = new ArrayList<>(partitions);
        for (int partition = 0; partition < partitions; partition++) {
            all.add(
                    new OffsetCommitRequestPartition()
                            .setPartitionIndex(partition)
                            .setCommittedOffset(offset)
                            .setCommittedMetadata(""));
        }
        return new OffsetCommitRequestData()
                .setGroupId(group)
                .setTopics(
                        List.of(new OffsetCommitRequestTopic().setName(topic).setPartitions(all)));
    }

    /// What became of a commit's first partition.
    public static Errors outcome(OffsetCommitResponseData answer) {
        return Errors.forCode(answer.topics().getFirst().partitions().getFirst().errorCode());
    }

    /// Commits, again until the coordinator is there.
    public static void awaitCommit(KafkaSocket socket, OffsetCommitRequestData request)
            throws IOException, InterruptedException {
        await(
                "a commit of " + request.groupId(),
                () ->
                        outcome(
                                (OffsetCommitResponseData)
                                        socket.call(
                                                ApiKeys.OFFSET_COMMIT, COMMIT_VERSION, request)));
    }

    /// Waits until a group's offsets are told, and are as many as were committed.
    public static void awaitOffsets(KafkaSocket socket, String group, String topic, int partitions)
            throws IOException, InterruptedException {
        List<Integer> indexes = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            indexes.add(partition);
        }
        OffsetFetchRequestData request =
                new OffsetFetchRequestData()
                        .setGroups(
                                List.of(
                                        new OffsetFetchRequestGroup()
                                                .setGroupId(group)
                                                .setTopics(
                                                        List.of(
                                                                new OffsetFetchRequestTopics()
                                                                        .setName(topic)
                                                                        .setPartitionIndexes(
                                                                                indexes)))));
        await(
                "offsets of " + group,
                () -> {
                    var answer =
                            (OffsetFetchResponseData)
                                    socket.call(ApiKeys.OFFSET_FETCH, FETCH_VERSION, request);
                    var found = answer.groups().getFirst();
                    Errors error = Errors.forCode(found.errorCode());
                    boolean lost =
                            error == Errors.NONE
                                    && found.topics().getFirst().partitions().stream()
                                            .anyMatch(one -> one.committedOffset() < 0);
                    if (lost) {
                        throw new IOException("offsets of " + group + " are lost");
                    }
                    return error;
                });
    }

    private interface Attempt {
        Errors run() throws IOException;
    }

    private static void await(String what, Attempt attempt)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Errors error = attempt.run();
        while (error != Errors.NONE) {
            if (System.nanoTime() > deadline) {
                throw new IOException("no " + what + ": " + error);
            }
            TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
            error = attempt.run();
        }
    }
}
