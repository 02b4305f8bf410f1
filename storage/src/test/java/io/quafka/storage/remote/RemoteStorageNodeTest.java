package io.quafka.storage.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quafka.storage.FetchReply;
import io.quafka.wire.BufferPool;
import io.quafka.wire.KafkaPeer;
import io.quafka.wire.KafkaServer;
import io.quafka.wire.PeerLimits;
import io.quafka.wire.PeerUnavailableException;
import io.quafka.wire.PooledBuffer;
import io.quafka.wire.ServerLimits;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RemoteStorageNodeTest {
    private final BufferPool serverPool = new BufferPool(64 << 20);
    private final BufferPool peerPool = new BufferPool(64 << 20);
    private final AnswerMemory answers = new AnswerMemory(new BufferPool(64 << 20));
    private final MemoryStorageNode node = new MemoryStorageNode();
    private final KafkaServer server =
            KafkaServer.builder(new StorageRequestHandler(node), serverPool)
                    .host("127.0.0.1")
                    .limits(ServerLimits.forPeers())
                    .build()
                    .start();
    private final RemoteStorageNode remote =
            new RemoteStorageNode(peer(peerPool), peer(answers.pool()), answers);

    private KafkaPeer peer(BufferPool pool) {
        return new KafkaPeer("127.0.0.1", server.port(), "gateway", pool, PeerLimits.defaults());
    }

    @AfterEach
    void nothingIsLeft() {
        remote.close();
        server.close();
        await().untilAsserted(() -> assertThat(serverPool.inUse()).isZero());
        await().untilAsserted(() -> assertThat(peerPool.inUse()).isZero());
        await().untilAsserted(() -> assertThat(answers.pool().inUse()).isZero());
        assertThat(answers.promised()).isZero();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(10, TimeUnit.SECONDS);
    }

    private static MemoryRecords batch(int valueBytes) {
        byte[] value = new byte[valueBytes];
        new Random(valueBytes).nextBytes(value);
        return MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(1_000L, value));
    }

    private static ProduceRequestData produce(MemoryRecords records, int acks) {
        ProduceRequestData request =
                new ProduceRequestData().setAcks((short) acks).setTimeoutMs(1_000);
        request.topicData()
                .add(
                        new ProduceRequestData.TopicProduceData()
                                .setTopicId(MemoryStorageNode.TOPIC)
                                .setPartitionData(
                                        List.of(
                                                new ProduceRequestData.PartitionProduceData()
                                                        .setRecords(records))));
        return request;
    }

    private static FetchRequestData fetch() {
        return new FetchRequestData()
                .setTopics(
                        List.of(
                                new FetchRequestData.FetchTopic()
                                        .setTopicId(MemoryStorageNode.TOPIC)
                                        .setPartitions(
                                                List.of(new FetchRequestData.FetchPartition()))));
    }

    private static MemoryRecords recordsOf(FetchReply reply) {
        return (MemoryRecords)
                reply.data().responses().getFirst().partitions().getFirst().records();
    }

    @Test
    void producedBytesAreStoredAndFetchedAsTheyAre() throws Exception {
        MemoryRecords records = batch(3 << 20);
        ByteBuffer sent = records.buffer();
        long baseOffset = sent.getLong(0);
        ProduceResponseData produced = get(remote.produce(produce(records, -1)));
        assertThat(produced.responses().iterator().next().topicId())
                .isEqualTo(MemoryStorageNode.TOPIC);
        assertThat(
                        produced.responses()
                                .iterator()
                                .next()
                                .partitionResponses()
                                .getFirst()
                                .baseOffset())
                .isEqualTo(MemoryStorageNode.BASE_OFFSET);
        assertThat(sent.getLong(0)).as("the caller's copy").isEqualTo(baseOffset);

        FetchReply reply = get(remote.fetch(fetch()));
        ByteBuffer fetched = recordsOf(reply).buffer();
        assertThat(reply.data().responses().getFirst().topicId())
                .isEqualTo(MemoryStorageNode.TOPIC);
        assertThat(fetched.getLong(0)).isEqualTo(MemoryStorageNode.BASE_OFFSET);
        assertThat(fetched.slice(8, fetched.limit() - 8))
                .isEqualTo(sent.slice(8, sent.limit() - 8));
        assertThat(fetched.isDirect()).isTrue();
        await().until(() -> node.released.get() == 1);
        assertThat(answers.pool().inUse()).isGreaterThan(3 << 20);
        reply.release().run();
        assertThat(answers.pool().inUse()).isZero();
    }

    @Test
    void aFetchThatWaitsHoldsNoProduceUp() throws Exception {
        CompletableFuture<FetchReply> waiting = remote.fetch(fetch());
        await().until(() -> node.maxBytesAsked.size() == 1);
        assertThat(waiting).isNotDone();
        get(remote.produce(produce(batch(100), 1)));
        FetchReply reply = get(waiting);
        assertThat(recordsOf(reply).batches()).hasSize(1);
        reply.release().run();
    }

    @Test
    void aFetchThatWasGivenUpKeepsNoMemory() throws Exception {
        CompletableFuture<FetchReply> waiting = remote.fetch(fetch());
        await().until(() -> node.maxBytesAsked.size() == 1);
        waiting.cancel(true);
        get(remote.produce(produce(batch(100_000), 1)));
        await().until(() -> node.released.get() == 1);
        await().until(() -> answers.promised() == 0);
        assertThat(answers.pool().inUse()).isZero();
    }

    @Test
    void fetchesAskForNoMoreThanThereWillBeRoomFor() throws Exception {
        List<CompletableFuture<FetchReply>> waiting = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            waiting.add(remote.fetch(fetch().setMaxBytes(50 << 20)));
        }
        await().until(() -> node.maxBytesAsked.size() == 200);
        assertThat(node.maxBytesAsked).allMatch(bytes -> bytes >= AnswerMemory.FETCH_BYTES_MIN);
        assertThat(node.maxBytesAsked.getFirst()).isEqualTo((64 << 20) / AnswerMemory.PARTS);
        assertThat(answers.promised())
                .isEqualTo(node.maxBytesAsked.stream().mapToInt(bytes -> bytes).sum())
                .isLessThan(
                        answers.pool().capacity()
                                - answers.pool().capacity() / AnswerMemory.RESERVE
                                + 200L * AnswerMemory.FETCH_BYTES_MIN);
        get(remote.produce(produce(batch(100), 1)));
        for (CompletableFuture<FetchReply> each : waiting) {
            get(each).release().run();
        }
        await().until(() -> answers.promised() == 0);
    }

    @Test
    void whatAnswersHoldIsNotPromisedAgain() throws Exception {
        PooledBuffer held = answers.pool().acquire(54 << 20);
        get(remote.produce(produce(batch(100), 1)));
        get(remote.fetch(fetch().setMaxBytes(50 << 20))).release().run();
        get(remote.fetch(fetch().setMaxBytes(1_000))).release().run();
        held.release();
        get(remote.fetch(fetch().setMaxBytes(50 << 20))).release().run();
        assertThat(node.maxBytesAsked)
                .containsExactly(
                        AnswerMemory.FETCH_BYTES_MIN, 1_000, (64 << 20) / AnswerMemory.PARTS);
    }

    @Test
    void anAnswerWithoutRoomHoldsUpNoProduce() throws Exception {
        PooledBuffer all = answers.pool().acquire(64 << 20);
        get(remote.produce(produce(batch(1 << 20), 1)));
        CompletableFuture<FetchReply> starved = remote.fetch(fetch().setMaxBytes(50 << 20));
        await().until(() -> answers.pool().waiting() == 1);
        get(remote.produce(produce(batch(1 << 20), 1)));
        get(remote.listOffsets(offsets()));
        assertThat(starved).isNotDone();
        all.release();
        get(starved).release().run();
    }

    @Test
    void acksZeroIsAnswered() throws Exception {
        assertThat(get(remote.produce(produce(batch(10), 0))).responses()).hasSize(1);
    }

    @Test
    void theOtherQuestionsAreAnswered() throws Exception {
        assertThat(get(remote.listOffsets(offsets())).topics().getFirst().name()).isEqualTo("t");
        OffsetForLeaderEpochRequestData epochs = new OffsetForLeaderEpochRequestData();
        epochs.topics()
                .add(new OffsetForLeaderEpochRequestData.OffsetForLeaderTopic().setTopic("t"));
        assertThat(get(remote.offsetForLeaderEpoch(epochs)).topics().find("t")).isNotNull();
        assertThat(
                        get(remote.deleteRecords(
                                        new DeleteRecordsRequestData()
                                                .setTopics(
                                                        List.of(
                                                                new DeleteRecordsRequestData
                                                                                .DeleteRecordsTopic()
                                                                        .setName("t")))))
                                .topics()
                                .find("t"))
                .isNotNull();
        assertThat(
                        get(remote.describeLogDirs(
                                        new DescribeLogDirsRequestData().setTopics(null)))
                                .results()
                                .getFirst()
                                .logDir())
                .isEqualTo("/data");
    }

    @Test
    void aNodeThatFailsIsUnavailable() {
        assertThatThrownBy(() -> get(remote.describeProducers(new DescribeProducersRequestData())))
                .hasCauseInstanceOf(PeerUnavailableException.class);
    }

    private static ListOffsetsRequestData offsets() {
        return new ListOffsetsRequestData()
                .setTopics(
                        List.of(
                                new ListOffsetsRequestData.ListOffsetsTopic()
                                        .setName("t")
                                        .setPartitions(List.of())));
    }
}
