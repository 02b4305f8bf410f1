package io.quafka.storage.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.Topic;
import io.quafka.storage.FetchReply;
import io.quafka.storage.ImplicitTransaction;
import io.quafka.storage.StoredBatches;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersResponseData.ProducerState;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarkerTopic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;

/// What transactional producers, their coordinator and consumers of committed records do to a node.
final class TransactionalClient {
    private final NodeUnderTest node;
    private final Topic topic;

    TransactionalClient(NodeUnderTest node, Topic topic) {
        this.node = node;
        this.topic = topic;
    }

    Errors send(int partition, long producerId, int epoch, int sequence, String... values)
            throws Exception {
        ByteBuffer batch =
                StoredBatches.transactional(producerId, epoch, sequence, node.nowMs.get(), values);
        return Errors.forCode(node.produce(topic, partition, batch).errorCode());
    }

    /// As the gateway sends it, with the transactional id.
    CompletableFuture<PartitionProduceResponse> sendNamed(
            String id, int partition, long producerId, int epoch, int sequence, String value) {
        return sendNamed(id, producerId, epoch, Map.of(partition, sequence), value)
                .thenApply(List::getFirst);
    }

    /// The same value in several partitions, by one request.
    ///
    /// @param sequences by partition
    CompletableFuture<List<PartitionProduceResponse>> sendNamed(
            String id, long producerId, int epoch, Map<Integer, Integer> sequences, String value) {
        ProduceRequestData request =
                new ProduceRequestData().setAcks((short) -1).setTransactionalId(id);
        ImplicitTransaction.mark(request);
        List<ProduceRequestData.PartitionProduceData> partitions = new ArrayList<>();
        sequences.forEach((partition, sequence) -> {
            ByteBuffer batch =
                    StoredBatches.transactional(
                            producerId, epoch, sequence, node.nowMs.get(), value);
            partitions.add(
                    new ProduceRequestData.PartitionProduceData()
                            .setIndex(partition)
                            .setRecords(MemoryRecords.readableRecords(batch)));
        });
        request.topicData()
                .add(
                        new ProduceRequestData.TopicProduceData()
                                .setTopicId(topic.id())
                                .setPartitionData(partitions));
        return node.node()
                .produce(request)
                .thenApply(data -> data.responses().iterator().next().partitionResponses());
    }

    /// Ends a transaction in partitions, as a coordinator of epoch 0 does.
    Errors end(long producerId, int epoch, boolean commit, int partition) throws Exception {
        return end(
                new WritableTxnMarker()
                        .setProducerId(producerId)
                        .setProducerEpoch((short) epoch)
                        .setTransactionResult(commit),
                partition);
    }

    Errors end(WritableTxnMarker marker, int partition) throws Exception {
        marker.setTopics(
                List.of(
                        new WritableTxnMarkerTopic()
                                .setName(topic.name())
                                .setPartitionIndexes(List.of(partition))));
        var answer =
                node.node()
                        .writeTxnMarkers(
                                new WriteTxnMarkersRequestData().setMarkers(List.of(marker)))
                        .get(20, TimeUnit.SECONDS);
        return Errors.forCode(
                answer.markers()
                        .getFirst()
                        .topics()
                        .getFirst()
                        .partitions()
                        .getFirst()
                        .errorCode());
    }

    List<ProducerState> producers(int partition) throws Exception {
        return node.node()
                .describeProducers(
                        new DescribeProducersRequestData()
                                .setTopics(
                                        List.of(
                                                new DescribeProducersRequestData.TopicRequest()
                                                        .setName(topic.name())
                                                        .setPartitionIndexes(List.of(partition)))))
                .get(20, TimeUnit.SECONDS)
                .topics()
                .getFirst()
                .partitions()
                .getFirst()
                .activeProducers();
    }

    static FetchRequestData committed(FetchRequestData request) {
        return request.setIsolationLevel((byte) 1);
    }

    /// All committed records from an offset on, in fetches of a size, as a consumer reads them.
    List<String> readCommitted(int partition, long from, int maxBytes) throws Exception {
        List<String> all = new ArrayList<>();
        long offset = from;
        while (true) {
            FetchReply reply =
                    node.node()
                            .fetch(
                                    committed(
                                            NodeUnderTest.fetchRequest(
                                                    topic, partition, offset, maxBytes, 1, 0)))
                            .get(20, TimeUnit.SECONDS);
            PartitionData data = reply.data().responses().getFirst().partitions().getFirst();
            assertThat(Errors.forCode(data.errorCode())).isEqualTo(Errors.NONE);
            long next = filter(data, offset, all);
            reply.release().run();
            if (next == offset) {
                return all;
            }
            offset = next;
        }
    }

    /// Leaves out aborted records the way Kafka's consumer does.
    ///
    /// @return where to read on
    private static long filter(PartitionData data, long offset, List<String> into) {
        PriorityQueue<AbortedTransaction> aborted =
                new PriorityQueue<>(Comparator.comparingLong(AbortedTransaction::firstOffset));
        aborted.addAll(data.abortedTransactions());
        Set<Long> aborting = new HashSet<>();
        long next = offset;
        for (RecordBatch batch : ((MemoryRecords) data.records()).batches()) {
            assertThat(batch.lastOffset()).isLessThan(data.lastStableOffset());
            next = batch.lastOffset() + 1;
            while (!aborted.isEmpty() && aborted.peek().firstOffset() <= batch.lastOffset()) {
                aborting.add(aborted.poll().producerId());
            }
            if (batch.isControlBatch()) {
                if (ControlRecordType.parse(batch.iterator().next().key())
                        == ControlRecordType.ABORT) {
                    aborting.remove(batch.producerId());
                }
            } else if (!batch.isTransactional() || !aborting.contains(batch.producerId())) {
                batch.forEach(record -> {
                    if (record.offset() >= offset) {
                        into.add(StoredBatches.text(record));
                    }
                });
            }
        }
        return next;
    }
}
