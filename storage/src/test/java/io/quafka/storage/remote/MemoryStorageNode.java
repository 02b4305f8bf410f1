package io.quafka.storage.remote;

import io.quafka.storage.CoordinatorCall;
import io.quafka.storage.FetchReply;
import io.quafka.storage.StorageNode;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/// A storage node of one partition and one batch, in memory: it stamps batches in place as a real
/// one does, and a fetch of an empty partition waits until there is one.
final class MemoryStorageNode implements StorageNode {
    static final Uuid TOPIC = new Uuid(7, 8);
    static final long BASE_OFFSET = 4_242;

    final AtomicInteger released = new AtomicInteger();
    final List<Integer> maxBytesAsked = new CopyOnWriteArrayList<>();
    private final CompletableFuture<ByteBuffer> stored = new CompletableFuture<>();

    /// What the partition holds, once it holds something.
    CompletableFuture<ByteBuffer> stored() {
        return stored;
    }

    @Override
    public CompletableFuture<ProduceResponseData> produce(ProduceRequestData request) {
        TopicProduceData topic = request.topicData().iterator().next();
        ByteBuffer records = ((MemoryRecords) topic.partitionData().getFirst().records()).buffer();
        records.putLong(records.position(), BASE_OFFSET);
        ByteBuffer copy = ByteBuffer.allocateDirect(records.remaining()).put(records).flip();
        stored.complete(copy);
        ProduceResponseData response = new ProduceResponseData();
        response.responses()
                .add(
                        new TopicProduceResponse()
                                .setTopicId(topic.topicId())
                                .setPartitionResponses(
                                        List.of(
                                                new PartitionProduceResponse()
                                                        .setBaseOffset(BASE_OFFSET))));
        return CompletableFuture.completedFuture(response);
    }

    @Override
    public CompletableFuture<FetchReply> fetch(FetchRequestData request) {
        Uuid topic = request.topics().getFirst().topicId();
        maxBytesAsked.add(request.maxBytes());
        return stored.thenApply(records ->
                new FetchReply(
                        new FetchResponseData()
                                .setResponses(
                                        List.of(
                                                new FetchableTopicResponse()
                                                        .setTopicId(topic)
                                                        .setPartitions(
                                                                List.of(
                                                                        new PartitionData()
                                                                                .setRecords(
                                                                                        MemoryRecords
                                                                                                .readableRecords(
                                                                                                        records
                                                                                                                .duplicate())))))),
                        released::incrementAndGet));
    }

    @Override
    public CompletableFuture<ListOffsetsResponseData> listOffsets(ListOffsetsRequestData request) {
        return CompletableFuture.completedFuture(
                new ListOffsetsResponseData()
                        .setTopics(
                                List.of(
                                        new ListOffsetsTopicResponse()
                                                .setName(request.topics().getFirst().name()))));
    }

    @Override
    public CompletableFuture<OffsetForLeaderEpochResponseData> offsetForLeaderEpoch(
            OffsetForLeaderEpochRequestData request) {
        OffsetForLeaderEpochResponseData response = new OffsetForLeaderEpochResponseData();
        response.topics()
                .add(
                        new OffsetForLeaderTopicResult()
                                .setTopic(request.topics().iterator().next().topic()));
        return CompletableFuture.completedFuture(response);
    }

    @Override
    public CompletableFuture<DeleteRecordsResponseData> deleteRecords(
            DeleteRecordsRequestData request) {
        DeleteRecordsResponseData response = new DeleteRecordsResponseData();
        response.topics()
                .add(new DeleteRecordsTopicResult().setName(request.topics().getFirst().name()));
        return CompletableFuture.completedFuture(response);
    }

    @Override
    public CompletableFuture<DescribeProducersResponseData> describeProducers(
            DescribeProducersRequestData request) {
        return CompletableFuture.failedFuture(new IllegalStateException("closing, on purpose"));
    }

    @Override
    public CompletableFuture<WriteTxnMarkersResponseData> writeTxnMarkers(
            WriteTxnMarkersRequestData request) {
        return CompletableFuture.failedFuture(new IllegalStateException("no transactions here"));
    }

    @Override
    public CompletableFuture<DescribeLogDirsResponseData> describeLogDirs(
            DescribeLogDirsRequestData request) {
        return CompletableFuture.completedFuture(
                new DescribeLogDirsResponseData()
                        .setResults(List.of(new DescribeLogDirsResult().setLogDir("/data"))));
    }

    /// Coordinates nothing.
    @Override
    public CompletableFuture<ApiMessage> coordinate(CoordinatorCall call) {
        return CompletableFuture.completedFuture(call.refuse(Errors.NOT_COORDINATOR));
    }
}
