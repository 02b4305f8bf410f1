package io.quafka.gateway;

import io.quafka.controller.Metadata;
import io.quafka.storage.CoordinatorCall;
import io.quafka.storage.FetchReply;
import io.quafka.storage.StorageNode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.DescribeProducersResponseData.PartitionResponse;
import org.apache.kafka.common.message.DescribeProducersResponseData.TopicResponse;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.requests.ListOffsetsRequest;

/// A storage node whose log is in memory, which keeps the contract's promises and counts what it is
/// asked.
final class MemoryStorageNode implements StorageNode {
    private record Partition(Uuid topicId, int index) {}

    private static final class Log {
        final List<ByteBuffer> batches = new ArrayList<>();
        final List<Long> baseOffsets = new ArrayList<>();
        long end;
    }

    private record Waiter(FetchRequestData request, CompletableFuture<FetchReply> reply) {}

    private final Metadata metadata;
    private final Map<Partition, Log> logs = new HashMap<>();
    private final List<Waiter> waiters = new ArrayList<>();
    final List<ProduceRequestData> produced = new ArrayList<>();

    /// Bodies of the requests it was asked to coordinate.
    final List<ApiMessage> coordinated = new ArrayList<>();

    final AtomicInteger fetches = new AtomicInteger();
    final AtomicInteger heldReplies = new AtomicInteger();
    volatile boolean unreachable;

    MemoryStorageNode(Metadata metadata) {
        this.metadata = metadata;
    }

    private <T> CompletableFuture<T> gone() {
        return CompletableFuture.failedFuture(new java.io.IOException("connection lost"));
    }

    @Override
    public synchronized CompletableFuture<ProduceResponseData> produce(ProduceRequestData request) {
        if (unreachable) {
            return gone();
        }
        produced.add(request);
        var answer = new ProduceResponseData();
        for (var topic : request.topicData()) {
            var answered = new TopicProduceResponse().setTopicId(topic.topicId());
            answer.responses().add(answered);
            for (var partition : topic.partitionData()) {
                Log log = log(topic.topicId(), partition.index());
                long base = log.end;
                append(log, (MemoryRecords) partition.records());
                answered.partitionResponses()
                        .add(
                                new PartitionProduceResponse()
                                        .setIndex(partition.index())
                                        .setBaseOffset(base)
                                        .setLogStartOffset(0));
            }
        }
        for (Waiter waiter : List.copyOf(waiters)) {
            FetchReply reply = read(waiter.request());
            if (bytes(reply) >= waiter.request().minBytes()) {
                waiters.remove(waiter);
                waiter.reply().complete(reply);
            } else {
                reply.release().run();
            }
        }
        return CompletableFuture.completedFuture(answer);
    }

    private static void append(Log log, MemoryRecords records) {
        for (MutableRecordBatch batch : records.batches()) {
            long count = batch.lastOffset() - batch.baseOffset() + 1;
            batch.setLastOffset(log.end + count - 1);
            ByteBuffer copy = ByteBuffer.allocate(batch.sizeInBytes());
            batch.writeTo(copy);
            log.batches.add(copy.flip());
            log.baseOffsets.add(log.end);
            log.end += count;
        }
    }

    private Log log(Uuid topicId, int partition) {
        return logs.computeIfAbsent(new Partition(topicId, partition), _ -> new Log());
    }

    @Override
    public synchronized CompletableFuture<FetchReply> fetch(FetchRequestData request) {
        fetches.incrementAndGet();
        if (unreachable) {
            return gone();
        }
        FetchReply reply = read(request);
        if (bytes(reply) >= request.minBytes() || request.maxWaitMs() <= 0) {
            return CompletableFuture.completedFuture(reply);
        }
        reply.release().run();
        var waiter = new Waiter(request, new CompletableFuture<>());
        waiters.add(waiter);
        CompletableFuture.delayedExecutor(request.maxWaitMs(), TimeUnit.MILLISECONDS)
                .execute(() -> expire(waiter));
        return waiter.reply();
    }

    private synchronized void expire(Waiter waiter) {
        if (waiters.remove(waiter)) {
            waiter.reply().complete(read(waiter.request()));
        }
    }

    synchronized int waiting() {
        return waiters.size();
    }

    private static long bytes(FetchReply reply) {
        return reply.data().responses().stream()
                .flatMap(topic -> topic.partitions().stream())
                .mapToLong(FetchedAnswers::bytes)
                .sum();
    }

    private FetchReply read(FetchRequestData request) {
        var data = new FetchResponseData();
        long left = request.maxBytes();
        boolean first = true;
        for (FetchTopic topic : request.topics()) {
            var answered = new FetchableTopicResponse().setTopicId(topic.topicId());
            data.responses().add(answered);
            for (FetchPartition asked : topic.partitions()) {
                Log log = log(topic.topicId(), asked.partition());
                ByteBuffer bytes = ByteBuffer.allocate(1 << 20);
                for (int i = 0; i < log.batches.size(); i++) {
                    ByteBuffer batch = log.batches.get(i);
                    if (log.baseOffsets.get(i) >= asked.fetchOffset()
                            && (first || batch.remaining() <= left)) {
                        bytes.put(batch.duplicate());
                        left -= batch.remaining();
                        first = false;
                    }
                }
                answered.partitions()
                        .add(
                                new PartitionData()
                                        .setPartitionIndex(asked.partition())
                                        .setHighWatermark(log.end)
                                        .setLastStableOffset(log.end)
                                        .setLogStartOffset(0)
                                        .setRecords(MemoryRecords.readableRecords(bytes.flip())));
            }
        }
        heldReplies.incrementAndGet();
        var released = new AtomicBoolean();
        return new FetchReply(
                data,
                () -> {
                    if (!released.compareAndSet(false, true)) {
                        throw new IllegalStateException("released twice");
                    }
                    heldReplies.decrementAndGet();
                });
    }

    @Override
    public synchronized CompletableFuture<ListOffsetsResponseData> listOffsets(
            ListOffsetsRequestData request) {
        if (unreachable) {
            return gone();
        }
        var answer = new ListOffsetsResponseData();
        for (var topic : request.topics()) {
            var answered = new ListOffsetsTopicResponse().setName(topic.name());
            answer.topics().add(answered);
            for (var asked : topic.partitions()) {
                answered.partitions()
                        .add(
                                new ListOffsetsPartitionResponse()
                                        .setPartitionIndex(asked.partitionIndex())
                                        .setOffset(offset(topic.name(), asked))
                                        .setLeaderEpoch(7));
            }
        }
        return CompletableFuture.completedFuture(answer);
    }

    private long offset(String name, ListOffsetsRequestData.ListOffsetsPartition asked) {
        Uuid id = Objects.requireNonNull(metadata.image().topic(name)).id();
        return asked.timestamp() == ListOffsetsRequest.LATEST_TIMESTAMP
                ? log(id, asked.partitionIndex()).end
                : 0;
    }

    @Override
    public CompletableFuture<OffsetForLeaderEpochResponseData> offsetForLeaderEpoch(
            OffsetForLeaderEpochRequestData request) {
        var answer = new OffsetForLeaderEpochResponseData();
        for (var topic : request.topics()) {
            var answered = new OffsetForLeaderTopicResult().setTopic(topic.topic());
            answer.topics().add(answered);
            topic.partitions()
                    .forEach(asked ->
                            answered.partitions()
                                    .add(
                                            new EpochEndOffset()
                                                    .setPartition(asked.partition())
                                                    .setLeaderEpoch(7)
                                                    .setEndOffset(5)));
        }
        return CompletableFuture.completedFuture(answer);
    }

    @Override
    public CompletableFuture<DeleteRecordsResponseData> deleteRecords(
            DeleteRecordsRequestData request) {
        var answer = new DeleteRecordsResponseData();
        for (var topic : request.topics()) {
            var answered = new DeleteRecordsTopicResult().setName(topic.name());
            answer.topics().add(answered);
            topic.partitions()
                    .forEach(asked ->
                            answered.partitions()
                                    .add(
                                            new DeleteRecordsPartitionResult()
                                                    .setPartitionIndex(asked.partitionIndex())
                                                    .setLowWatermark(asked.offset())));
        }
        return CompletableFuture.completedFuture(answer);
    }

    @Override
    public CompletableFuture<DescribeProducersResponseData> describeProducers(
            DescribeProducersRequestData request) {
        var answer = new DescribeProducersResponseData();
        for (var topic : request.topics()) {
            var answered = new TopicResponse().setName(topic.name());
            answer.topics().add(answered);
            topic.partitionIndexes()
                    .forEach(index ->
                            answered.partitions()
                                    .add(new PartitionResponse().setPartitionIndex(index)));
        }
        return CompletableFuture.completedFuture(answer);
    }

    @Override
    public CompletableFuture<WriteTxnMarkersResponseData> writeTxnMarkers(
            WriteTxnMarkersRequestData request) {
        return CompletableFuture.failedFuture(new IllegalStateException("no transactions here"));
    }

    @Override
    public CompletableFuture<DescribeLogDirsResponseData> describeLogDirs(
            DescribeLogDirsRequestData request) {
        var result = new DescribeLogDirsResult().setLogDir("/data");
        if (request.topics() != null) {
            for (var topic : request.topics()) {
                var described = new DescribeLogDirsTopic().setName(topic.topic());
                result.topics().add(described);
                topic.partitions()
                        .forEach(index ->
                                described
                                        .partitions()
                                        .add(
                                                new DescribeLogDirsPartition()
                                                        .setPartitionIndex(index)
                                                        .setPartitionSize(10)));
            }
        }
        return CompletableFuture.completedFuture(
                new DescribeLogDirsResponseData().setResults(List.of(result)));
    }

    /// Coordinates nothing.
    @Override
    public synchronized CompletableFuture<ApiMessage> coordinate(CoordinatorCall call) {
        coordinated.add(call.body());
        return CompletableFuture.completedFuture(call.refuse(Errors.NOT_COORDINATOR));
    }
}
