package io.quafka.storage.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.Topic;
import io.quafka.storage.FetchReply;
import io.quafka.storage.StoragePeers;
import io.quafka.storage.StoredBatches;
import io.quafka.storage.coordinator.CoordinatorConfig;
import io.quafka.storage.index.IndexOptions;
import io.quafka.storage.log.LogOptions;
import io.quafka.storage.tier.TieringConfig;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;

/// A real storage node on a directory, with short words for what tests do to it.
final class NodeUnderTest implements AutoCloseable {
    static final LogOptions SMALL_SEGMENTS = new LogOptions(1 << 20, 256 << 10, 0, true, 4);

    final FixedMetadata metadata;
    final AtomicLong nowMs = new AtomicLong(1_700_000_000_000L);
    final InstantSource clock = () -> Instant.ofEpochMilli(nowMs.get());
    private final Path directory;
    private final LogOptions log;
    private final long readBufferBytes;
    private CompactionConfig compaction = CompactionConfig.DEFAULT;
    private Duration retentionInterval = Duration.ofSeconds(1);
    private @Nullable StoragePeers peers;
    private CoordinatorConfig coordinators = CoordinatorConfig.DEFAULTS;
    private @Nullable TieringConfig tiering;
    private LocalStorageNode node;

    NodeUnderTest(Path directory, int shards, LogOptions log) throws Exception {
        this(directory, new FixedMetadata(shards), log);
    }

    NodeUnderTest(Path directory, FixedMetadata metadata, LogOptions log) throws Exception {
        this(directory, metadata, log, 64 << 20);
    }

    NodeUnderTest(Path directory, FixedMetadata metadata, LogOptions log, long readBufferBytes)
            throws Exception {
        this.directory = directory;
        this.log = log;
        this.readBufferBytes = readBufferBytes;
        this.metadata = metadata;
        this.node = open();
    }

    /// Coordinates transactions.
    NodeUnderTest(Path directory, FixedMetadata metadata, StoragePeers peers) throws Exception {
        this.directory = directory;
        this.log = SMALL_SEGMENTS;
        this.readBufferBytes = 64 << 20;
        this.metadata = metadata;
        this.peers = peers;
        this.node = open();
    }

    /// With Kafka's broker settings for coordinators.
    NodeUnderTest(Path directory, FixedMetadata metadata, CoordinatorConfig coordinators)
            throws Exception {
        this.directory = directory;
        this.log = SMALL_SEGMENTS;
        this.readBufferBytes = 64 << 20;
        this.metadata = metadata;
        this.coordinators = coordinators;
        this.node = open();
    }

    /// Compacts only when it is told to.
    NodeUnderTest(
            Path directory, FixedMetadata metadata, long keysBytes, Duration retentionInterval)
            throws Exception {
        this.directory = directory;
        this.log = SMALL_SEGMENTS;
        this.readBufferBytes = 64 << 20;
        this.metadata = metadata;
        this.compaction = new CompactionConfig(Duration.ofDays(1), keysBytes, 1L << 40);
        this.retentionInterval = retentionInterval;
        this.node = open();
    }

    /// Tiers to a store.
    NodeUnderTest(Path directory, FixedMetadata metadata, TieringConfig tiering) throws Exception {
        this.directory = directory;
        this.log = SMALL_SEGMENTS;
        this.readBufferBytes = 64 << 20;
        this.metadata = metadata;
        this.tiering = tiering;
        this.retentionInterval = Duration.ZERO;
        this.node = open();
    }

    private LocalStorageNode open() throws Exception {
        StorageConfig config =
                new StorageConfig(
                        directory,
                        log,
                        IndexOptions.DEFAULTS,
                        readBufferBytes,
                        2,
                        retentionInterval,
                        StorageConfig.PRODUCER_EXPIRY,
                        compaction,
                        coordinators,
                        tiering,
                        List.of());
        return LocalStorageNode.open(config, 1, metadata, peers, clock);
    }

    LocalStorageNode node() {
        return node;
    }

    void restart() throws Exception {
        node.close();
        node = open();
    }

    PartitionProduceResponse produce(Topic topic, int partition, ByteBuffer batch)
            throws Exception {
        return produceAsync(topic, partition, batch).get(20, TimeUnit.SECONDS);
    }

    static ProduceRequestData produceRequest(Topic topic, int partition, ByteBuffer batch) {
        ProduceRequestData request = new ProduceRequestData().setAcks((short) -1);
        request.topicData()
                .add(
                        new ProduceRequestData.TopicProduceData()
                                .setTopicId(topic.id())
                                .setPartitionData(
                                        List.of(
                                                new ProduceRequestData.PartitionProduceData()
                                                        .setIndex(partition)
                                                        .setRecords(
                                                                MemoryRecords.readableRecords(
                                                                        batch)))));
        return request;
    }

    static DeleteRecordsRequestData.DeleteRecordsTopic deletion(
            Topic topic, int partition, long before) {
        return new DeleteRecordsRequestData.DeleteRecordsTopic()
                .setName(topic.name())
                .setPartitions(
                        List.of(
                                new DeleteRecordsRequestData.DeleteRecordsPartition()
                                        .setPartitionIndex(partition)
                                        .setOffset(before)));
    }

    CompletableFuture<PartitionProduceResponse> produceAsync(
            Topic topic, int partition, ByteBuffer batch) {
        return node.produce(produceRequest(topic, partition, batch))
                .thenApply(
                        data -> data.responses().iterator().next().partitionResponses().getFirst());
    }

    long append(Topic topic, int partition, String... values) throws Exception {
        PartitionProduceResponse answer =
                produce(topic, partition, StoredBatches.of(nowMs.get(), values));
        assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.NONE);
        return answer.baseOffset();
    }

    static FetchRequestData fetchRequest(
            Topic topic, int partition, long offset, int maxBytes, int minBytes, int waitMs) {
        return new FetchRequestData()
                .setMaxWaitMs(waitMs)
                .setMinBytes(minBytes)
                .setMaxBytes(maxBytes)
                .setTopics(
                        List.of(
                                new FetchRequestData.FetchTopic()
                                        .setTopicId(topic.id())
                                        .setPartitions(
                                                List.of(
                                                        new FetchRequestData.FetchPartition()
                                                                .setPartition(partition)
                                                                .setFetchOffset(offset)
                                                                .setPartitionMaxBytes(maxBytes)))));
    }

    /// Error and `offset=value` of what one fetch brings.
    record Fetched(Errors error, List<String> values, PartitionData data) {}

    Fetched fetch(Topic topic, int partition, long offset) throws Exception {
        return fetch(fetchRequest(topic, partition, offset, 1 << 20, 1, 0));
    }

    Fetched fetch(FetchRequestData request) throws Exception {
        return fetched(node.fetch(request).get(20, TimeUnit.SECONDS));
    }

    static Fetched fetched(FetchReply reply) {
        PartitionData data = reply.data().responses().getFirst().partitions().getFirst();
        List<String> values = StoredBatches.read(((MemoryRecords) data.records()).buffer());
        reply.release().run();
        return new Fetched(Errors.forCode(data.errorCode()), values, data);
    }

    List<String> readAll(Topic topic, int partition) throws Exception {
        List<String> all = new ArrayList<>();
        long offset = listOffset(topic, partition, -2).offset();
        while (true) {
            Fetched fetched = fetch(topic, partition, offset);
            assertThat(fetched.error()).isEqualTo(Errors.NONE);
            if (fetched.values().isEmpty()) {
                return all;
            }
            for (String value : fetched.values()) {
                long at = Long.parseLong(value.substring(0, value.indexOf('=')));
                if (at >= offset) {
                    all.add(value);
                }
            }
            String last = fetched.values().getLast();
            offset = Long.parseLong(last.substring(0, last.indexOf('='))) + 1;
        }
    }

    static ListOffsetsRequestData listOffsetsRequest(Topic topic, int partition, long timestamp) {
        return new ListOffsetsRequestData()
                .setTopics(
                        List.of(
                                new ListOffsetsRequestData.ListOffsetsTopic()
                                        .setName(topic.name())
                                        .setPartitions(
                                                List.of(
                                                        new ListOffsetsRequestData
                                                                        .ListOffsetsPartition()
                                                                .setPartitionIndex(partition)
                                                                .setCurrentLeaderEpoch(-1)
                                                                .setTimestamp(timestamp)))));
    }

    ListOffsetsPartitionResponse listOffset(Topic topic, int partition, long timestamp)
            throws Exception {
        return node.listOffsets(listOffsetsRequest(topic, partition, timestamp))
                .get(20, TimeUnit.SECONDS)
                .topics()
                .getFirst()
                .partitions()
                .getFirst();
    }

    @Override
    public void close() throws Exception {
        node.close();
    }
}
