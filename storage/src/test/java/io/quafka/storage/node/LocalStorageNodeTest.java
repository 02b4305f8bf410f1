package io.quafka.storage.node;

import static io.quafka.storage.node.NodeUnderTest.fetchRequest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quafka.controller.model.Topic;
import io.quafka.storage.FetchReply;
import io.quafka.storage.StoredBatches;
import io.quafka.storage.log.LogOptions;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalStorageNodeTest {
    @TempDir Path directory;

    private NodeUnderTest node;
    private Topic topic;

    @BeforeEach
    void start() throws Exception {
        node = new NodeUnderTest(directory, 2, NodeUnderTest.SMALL_SEGMENTS);
        topic = node.metadata.topic("orders", 4, FixedMetadata.settings(-1, -1));
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    @Test
    void recordsComeBackInOrderAndSurviveARestart() throws Exception {
        assertThat(node.append(topic, 0, "a", "b")).isEqualTo(0);
        assertThat(node.append(topic, 0, "c")).isEqualTo(2);
        assertThat(node.append(topic, 1, "other")).isEqualTo(0);
        assertThat(node.readAll(topic, 0)).containsExactly("0=a", "1=b", "2=c");
        node.restart();
        assertThat(node.readAll(topic, 0)).containsExactly("0=a", "1=b", "2=c");
        assertThat(node.append(topic, 0, "d")).isEqualTo(3);
        assertThat(node.readAll(topic, 0)).containsExactly("0=a", "1=b", "2=c", "3=d");
        assertThat(node.readAll(topic, 1)).containsExactly("0=other");
        assertThat(node.readAll(topic, 3)).isEmpty();
    }

    @Test
    void manySegmentsAreReadBackWhole() throws Exception {
        List<String> written = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            String value = i + "-" + "x".repeat(9_000);
            written.add(node.append(topic, i % 2 * 2, value) + "=" + value);
        }
        List<String> read = new ArrayList<>(node.readAll(topic, 0));
        read.addAll(node.readAll(topic, 2));
        assertThat(read).containsExactlyInAnyOrderElementsOf(written);
        node.restart();
        read = new ArrayList<>(node.readAll(topic, 0));
        read.addAll(node.readAll(topic, 2));
        assertThat(read).containsExactlyInAnyOrderElementsOf(written);
    }

    @Test
    void aRetriedBatchIsNotAppendedTwiceEvenAfterARestart() throws Exception {
        assertThat(sendIdempotent(0, 0, "a", "b").baseOffset()).isEqualTo(0);
        assertThat(sendIdempotent(0, 2, "c").baseOffset()).isEqualTo(2);
        assertThat(sendIdempotent(0, 0, "a", "b").baseOffset()).isEqualTo(0);
        node.restart();
        PartitionProduceResponse again = sendIdempotent(0, 2, "c");
        assertThat(Errors.forCode(again.errorCode())).isEqualTo(Errors.NONE);
        assertThat(again.baseOffset()).isEqualTo(2);
        assertThat(Errors.forCode(sendIdempotent(0, 5, "gap").errorCode()))
                .isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(sendIdempotent(1, 0, "new epoch").baseOffset()).isEqualTo(3);
        assertThat(Errors.forCode(sendIdempotent(0, 3, "fenced").errorCode()))
                .isEqualTo(Errors.INVALID_PRODUCER_EPOCH);
        assertThat(node.readAll(topic, 0)).containsExactly("0=a", "1=b", "2=c", "3=new epoch");
    }

    private PartitionProduceResponse sendIdempotent(int epoch, int sequence, String... values)
            throws Exception {
        return node.produce(
                topic, 0, StoredBatches.idempotent(77, epoch, sequence, node.nowMs.get(), values));
    }

    @Test
    void aFetchWaitsForDataAndForMinBytes() throws Exception {
        CompletableFuture<FetchReply> waiting =
                node.node().fetch(fetchRequest(topic, 0, 0, 1 << 20, 1000, 20_000));
        node.append(topic, 0, "small");
        node.append(topic, 1, "elsewhere".repeat(1000));
        assertThat(waiting).isNotDone();
        node.append(topic, 0, "large".repeat(300));
        assertThat(NodeUnderTest.fetched(waiting.get(10, TimeUnit.SECONDS)).values()).hasSize(2);
    }

    @Test
    void aFetchThatWaitsInVainIsAnsweredEmptyWhenItsTimeIsUp() throws Exception {
        node.append(topic, 0, "a");
        long begin = System.nanoTime();
        NodeUnderTest.Fetched fetched = node.fetch(fetchRequest(topic, 0, 1, 1 << 20, 1, 150));
        assertThat(System.nanoTime() - begin).isGreaterThan(140_000_000L);
        assertThat(fetched.error()).isEqualTo(Errors.NONE);
        assertThat(fetched.values()).isEmpty();
        assertThat(fetched.data().highWatermark()).isEqualTo(1);
    }

    @Test
    void anOversizedFirstBatchIsServedWhole() throws Exception {
        node.append(topic, 0, "x".repeat(50_000));
        node.append(topic, 0, "y");
        NodeUnderTest.Fetched fetched = node.fetch(fetchRequest(topic, 0, 0, 100, 1, 0));
        assertThat(fetched.values()).containsExactly("0=" + "x".repeat(50_000));
    }

    @Test
    void offsetsOutOfRangeAreRefused() throws Exception {
        node.append(topic, 0, "a");
        assertThat(node.fetch(topic, 0, 2).error()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
        assertThat(node.fetch(topic, 0, -1).error()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
        assertThat(node.fetch(topic, 9, 0).error()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void offsetsAreFoundByTime() throws Exception {
        for (int i = 0; i < 50; i++) {
            node.produce(topic, 0, StoredBatches.of(10_000L + i * 100, "r" + i));
        }
        node.produce(topic, 0, StoredBatches.of(11_000, "late"));
        for (int restart = 0; restart < 2; restart++) {
            assertThat(node.listOffset(topic, 0, 10_000).offset()).isEqualTo(0);
            assertThat(node.listOffset(topic, 0, 10_001).offset()).isEqualTo(1);
            assertThat(node.listOffset(topic, 0, 12_345).offset()).isEqualTo(24);
            assertThat(node.listOffset(topic, 0, 12_345).timestamp()).isEqualTo(12_400);
            assertThat(node.listOffset(topic, 0, 99_999).offset()).isEqualTo(-1);
            assertThat(node.listOffset(topic, 0, -3).offset()).isEqualTo(49);
            assertThat(node.listOffset(topic, 0, -1).offset()).isEqualTo(51);
            assertThat(node.listOffset(topic, 0, -2).offset()).isEqualTo(0);
            node.restart();
        }
    }

    @Test
    void deletedRecordsAreGoneAtOnceAndForGood() throws Exception {
        for (int i = 0; i < 10; i++) {
            node.append(topic, 0, "v" + i);
        }
        deleteTo(4);
        assertThat(node.fetch(topic, 0, 3).error()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
        assertThat(node.readAll(topic, 0)).hasSize(6).startsWith("4=v4");
        node.restart();
        assertThat(node.readAll(topic, 0)).hasSize(6).startsWith("4=v4");
        deleteTo(-1);
        assertThat(node.readAll(topic, 0)).isEmpty();
        node.restart();
        assertThat(node.append(topic, 0, "next")).isEqualTo(10);
    }

    private void deleteTo(long offset) throws Exception {
        node.node()
                .deleteRecords(
                        new DeleteRecordsRequestData()
                                .setTopics(
                                        List.of(
                                                new DeleteRecordsRequestData.DeleteRecordsTopic()
                                                        .setName(topic.name())
                                                        .setPartitions(
                                                                List.of(
                                                                        new DeleteRecordsRequestData
                                                                                        .DeleteRecordsPartition()
                                                                                .setPartitionIndex(
                                                                                        0)
                                                                                .setOffset(
                                                                                        offset))))))
                .get(10, TimeUnit.SECONDS);
    }

    @Test
    void epochsEndWhereTheNextOneBegan() throws Exception {
        node.append(topic, 0, "one", "two");
        node.metadata.shard(1, 5);
        node.node().openShards(node.metadata.image());
        node.append(topic, 0, "three");
        assertThat(epochEnd(1).endOffset()).isEqualTo(2);
        assertThat(epochEnd(3).leaderEpoch()).isEqualTo(1);
        assertThat(epochEnd(5).endOffset()).isEqualTo(3);
        assertThat(epochEnd(9).endOffset()).isEqualTo(-1);
        node.restart();
        assertThat(epochEnd(1).endOffset()).isEqualTo(2);
    }

    private EpochEndOffset epochEnd(int epoch) throws Exception {
        OffsetForLeaderEpochRequestData request = new OffsetForLeaderEpochRequestData();
        request.topics()
                .add(
                        new OffsetForLeaderEpochRequestData.OffsetForLeaderTopic()
                                .setTopic(topic.name())
                                .setPartitions(
                                        List.of(
                                                new OffsetForLeaderEpochRequestData
                                                                .OffsetForLeaderPartition()
                                                        .setPartition(0)
                                                        .setCurrentLeaderEpoch(-1)
                                                        .setLeaderEpoch(epoch))));
        return node.node()
                .offsetForLeaderEpoch(request)
                .get(10, TimeUnit.SECONDS)
                .topics()
                .iterator()
                .next()
                .partitions()
                .getFirst();
    }

    @Test
    void aFlippedByteIsNeverServed() throws Exception {
        for (int i = 0; i < 5; i++) {
            node.append(topic, 0, "marker-" + i + "-" + "m".repeat(100));
        }
        flipByteAfter("marker-2-");
        NodeUnderTest.Fetched before = node.fetch(topic, 0, 0);
        assertThat(before.values()).hasSize(2);
        assertThat(node.fetch(topic, 0, 2).error()).isEqualTo(Errors.CORRUPT_MESSAGE);
        assertThat(node.fetch(topic, 0, 3).values()).hasSize(2);
    }

    private void flipByteAfter(String marker) throws Exception {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".log")).toList()) {
                String text =
                        new String(
                                Files.readAllBytes(file),
                                java.nio.charset.StandardCharsets.ISO_8859_1);
                int at = text.indexOf(marker);
                if (at >= 0) {
                    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                        channel.write(ByteBuffer.wrap(new byte[] {'!'}), at + marker.length());
                    }
                    return;
                }
            }
        }
        throw new AssertionError("marker not on disk");
    }

    @Test
    void retentionBySizeKeepsTheNewestAndGivesTheDiskBack() throws Exception {
        Topic small = node.metadata.topic("small", 1, FixedMetadata.settings(-1, 200_000));
        for (int i = 0; i < 600; i++) {
            node.append(small, 0, i + "x".repeat(10_000));
        }
        node.nowMs.addAndGet(5_000);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> {
                    node.nowMs.addAndGet(2_000);
                    assertThat(node.listOffset(small, 0, -2).offset()).isGreaterThan(550);
                    assertThat(diskBytes()).isLessThan(6 << 20);
                });
        assertThat(node.readAll(small, 0).getLast()).startsWith("599=");
        node.restart();
        assertThat(node.readAll(small, 0).getLast()).startsWith("599=");
    }

    @Test
    void retentionByTimeEmptiesIdleTopicsAndLeavesOthersAlone() throws Exception {
        Topic brief = node.metadata.topic("brief", 1, FixedMetadata.settings(60_000, -1));
        for (int i = 0; i < 300; i++) {
            node.append(brief, 0, "b".repeat(10_000));
            if (i % 50 == 0) {
                node.append(topic, 0, "keep" + i);
            }
        }
        node.nowMs.addAndGet(61_000);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> {
                    node.nowMs.addAndGet(2_000);
                    assertThat(node.listOffset(brief, 0, -2).offset()).isEqualTo(300);
                    assertThat(diskBytes()).isLessThan(3 << 20);
                });
        assertThat(node.readAll(topic, 0)).hasSize(6);
        node.restart();
        assertThat(node.readAll(topic, 0)).hasSize(6);
        assertThat(node.append(brief, 0, "again")).isEqualTo(300);
    }

    @Test
    void aDeletedTopicGivesItsDiskBack() throws Exception {
        Topic doomed = node.metadata.topic("doomed", 2, FixedMetadata.settings(-1, -1));
        for (int i = 0; i < 300; i++) {
            node.append(doomed, 0, "d".repeat(10_000));
        }
        node.append(topic, 0, "stays");
        node.metadata.delete(doomed);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(diskBytes()).isLessThan(3 << 20));
        assertThat(node.readAll(topic, 0)).containsExactly("0=stays");
        node.restart();
        assertThat(node.readAll(topic, 0)).containsExactly("0=stays");
    }

    /// Bytes that the shards' segments take, spares left out, and those that vanish while asked.
    private long diskBytes() throws Exception {
        long bytes = 0;
        Process du =
                new ProcessBuilder("sh", "-c", "du -sk " + directory + "/shard-*/*.log")
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        for (String line : new String(du.getInputStream().readAllBytes()).lines().toList()) {
            bytes += Long.parseLong(line.split("\\s")[0]) * 1024;
        }
        return bytes;
    }

    @Test
    void aSecondNodeOnTheSameDirectoryIsRefused() {
        assertThatThrownBy(() -> new NodeUnderTest(directory, 1, LogOptions.DEFAULT))
                .isInstanceOf(DirectoryInUseException.class)
                .hasMessageContaining("in use");
    }

    @Test
    void aLostIndexIsRebuiltFromTheLog() throws Exception {
        node.append(topic, 0, "a", "b");
        node.append(topic, 0, "c");
        deleteTo(1);
        node.close();
        try (Stream<Path> files = Files.walk(directory.resolve("index"))) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        FixedMetadata metadata = node.metadata;
        node = reopened(metadata);
        assertThat(node.readAll(topic, 0)).containsExactly("1=b", "2=c");
    }

    private NodeUnderTest reopened(FixedMetadata metadata) throws Exception {
        return new NodeUnderTest(directory, metadata, NodeUnderTest.SMALL_SEGMENTS);
    }
}
