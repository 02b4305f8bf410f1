package io.quafka.storage.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.controller.model.Topic;
import io.quafka.storage.CoordinatorCall;
import io.quafka.storage.coordinator.CoordinatorConfig;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The group coordinator on a storage node's own log.
class CoordinatorsTest {
    private static final int PARTITIONS = 100;
    private static final int GROUPS = 100;
    private static final Duration SETTLED_MAX = Duration.ofSeconds(30);

    @TempDir private Path directory;

    private FixedMetadata metadata;
    private Topic offsets;

    @BeforeEach
    void topics() {
        metadata = new FixedMetadata(1);
        metadata.topic("t", PARTITIONS, FixedMetadata.settings(-1, -1));
        offsets = metadata.topic("__consumer_offsets", 4, FixedMetadata.settings(-1, -1));
    }

    private NodeUnderTest node() throws Exception {
        return new NodeUnderTest(directory, metadata, NodeUnderTest.SMALL_SEGMENTS);
    }

    private static ApiMessage call(NodeUnderTest node, ApiKeys api, int version, ApiMessage body)
            throws Exception {
        var client =
                new CoordinatorCall.Client(
                        "test", InetAddress.getLoopbackAddress(), KafkaPrincipal.ANONYMOUS);
        return node.node()
                .coordinate(new CoordinatorCall(api, (short) version, client, body))
                .get(20, TimeUnit.SECONDS);
    }

    private static Errors commit(NodeUnderTest node, String group, String topic, long offset)
            throws Exception {
        List<OffsetCommitRequestPartition> partitions = new ArrayList<>();
        for (int i = 0; i < PARTITIONS; i++) {
            partitions.add(
                    new OffsetCommitRequestPartition()
                            .setPartitionIndex(i)
                            .setCommittedOffset(offset + i));
        }
        var request =
                new OffsetCommitRequestData()
                        .setGroupId(group)
                        .setTopics(
                                List.of(
                                        new OffsetCommitRequestTopic()
                                                .setName(topic)
                                                .setPartitions(partitions)));
        var answer = (OffsetCommitResponseData) call(node, ApiKeys.OFFSET_COMMIT, 9, request);
        return Errors.forCode(answer.topics().getFirst().partitions().getFirst().errorCode());
    }

    private static OffsetFetchResponseGroup fetch(NodeUnderTest node, String group)
            throws Exception {
        var request =
                new OffsetFetchRequestData()
                        .setGroups(
                                List.of(
                                        new OffsetFetchRequestGroup()
                                                .setGroupId(group)
                                                .setTopics(null)));
        var answer = (OffsetFetchResponseData) call(node, ApiKeys.OFFSET_FETCH, 9, request);
        return answer.groups().getFirst();
    }

    private static void awaitCommit(NodeUnderTest node, String group, long offset) {
        await().atMost(SETTLED_MAX)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> commit(node, group, "t", offset) == Errors.NONE);
    }

    private static void awaitLoaded(NodeUnderTest node) {
        for (int i = 0; i < GROUPS; i++) {
            String group = "g" + i;
            await().atMost(SETTLED_MAX)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> fetch(node, group).errorCode() == Errors.NONE.code());
        }
    }

    @Test
    void tenThousandOffsetsAreThereAfterARestart() throws Exception {
        try (NodeUnderTest node = node()) {
            for (int i = 0; i < GROUPS; i++) {
                awaitCommit(node, "g" + i, 1_000L * i);
            }
            node.restart();
            awaitLoaded(node);
            for (int i = 0; i < GROUPS; i++) {
                var partitions = fetch(node, "g" + i).topics().getFirst().partitions();
                assertThat(partitions).hasSize(PARTITIONS);
                for (var partition : partitions) {
                    assertThat(partition.committedOffset())
                            .isEqualTo(1_000L * i + partition.partitionIndex());
                }
            }
        }
    }

    @Test
    void aCoordinatorWhoseLogEndsElsewhereIsLoadedAnew() throws Exception {
        try (NodeUnderTest node = node()) {
            awaitCommit(node, "g", 5);
            for (int partition = 0; partition < offsets.partitionCount(); partition++) {
                byte[] key = ByteBuffer.allocate(2).putShort((short) 999).array();
                ByteBuffer foreign =
                        MemoryRecords.withRecords(
                                        Compression.NONE,
                                        new SimpleRecord(node.nowMs.get(), key, key))
                                .buffer();
                assertThat(node.produce(offsets, partition, foreign).errorCode()).isZero();
            }
            assertThat(commit(node, "g", "t", 6)).isNotEqualTo(Errors.NONE);
            awaitCommit(node, "g", 7);
            var partitions = fetch(node, "g").topics().getFirst().partitions();
            assertThat(partitions)
                    .hasSize(PARTITIONS)
                    .allSatisfy(
                            p -> assertThat(p.committedOffset()).isEqualTo(7 + p.partitionIndex()));
        }
    }

    @Test
    void whatAnEmptyGroupCommittedExpiresAfterTheRetentionAndNotBefore() throws Exception {
        CoordinatorConfig retention =
                new CoordinatorConfig(
                        Map.of(
                                "offsets.retention.minutes",
                                "60",
                                "offsets.retention.check.interval.ms",
                                "50"));
        try (NodeUnderTest node = new NodeUnderTest(directory, metadata, retention)) {
            awaitCommit(node, "old", 1);
            node.nowMs.addAndGet(Duration.ofMinutes(40).toMillis());
            awaitCommit(node, "young", 2);
            node.nowMs.addAndGet(Duration.ofMinutes(30).toMillis());
            await().atMost(SETTLED_MAX).until(() -> fetch(node, "old").topics().isEmpty());
            assertThat(fetch(node, "young").topics()).hasSize(1);
            node.restart();
            await().atMost(SETTLED_MAX)
                    .until(() -> fetch(node, "young").errorCode() == Errors.NONE.code());
            await().atMost(SETTLED_MAX)
                    .until(() -> fetch(node, "old").errorCode() == Errors.NONE.code());
            assertThat(fetch(node, "young").topics()).hasSize(1);
            assertThat(fetch(node, "old").topics()).isEmpty();
        }
    }

    @Test
    void whoDoesNotCoordinateSaysSo() throws Exception {
        metadata = new FixedMetadata(1);
        metadata.topic("t", PARTITIONS, FixedMetadata.settings(-1, -1));
        try (NodeUnderTest node = node()) {
            assertThat(commit(node, "g", "t", 1)).isEqualTo(Errors.NOT_COORDINATOR);
            assertThat(fetch(node, "g").errorCode()).isEqualTo(Errors.NOT_COORDINATOR.code());
        }
    }

    @Test
    void offsetsOfTopicsThatAreNotThereAreRefused() throws Exception {
        try (NodeUnderTest node = node()) {
            awaitCommit(node, "g", 1);
            assertThat(commit(node, "g", "unknown", 1))
                    .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        }
    }
}
