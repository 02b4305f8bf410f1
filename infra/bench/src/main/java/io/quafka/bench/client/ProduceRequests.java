package io.quafka.bench.client;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/// Produce requests that carry one and the same batch to several partitions: it is built and its
/// checksum computed once, so that sending costs little.
public final class ProduceRequests {
    /// The version in use: flexible, and the topic still has its name.
    public static final short VERSION = 9;

    private static final int TIMEOUT_MS = 30_000;
    private static final short ALL_REPLICAS = -1;

    private ProduceRequests() {}

    /// A batch without producer id that holds as many records as fit `batchBytes`, at least one.
    public static MemoryRecords batch(int batchBytes, int recordBytes) {
        int count = Math.max(1, batchBytes / recordBytes);
        long now = System.currentTimeMillis();
        SimpleRecord[] records = new SimpleRecord[count];
        for (int i = 0; i < count; i++) {
            records[i] = new SimpleRecord(now, new byte[recordBytes]);
        }
        return MemoryRecords.withRecords(Compression.NONE, records);
    }

    /// A request, acknowledged by all replicas, that carries `batch` to each of `partitions`.
    public static ProduceRequestData request(
            String topic, List<Integer> partitions, MemoryRecords batch) {
        List<PartitionProduceData> data = new ArrayList<>(partitions.size());
        for (int partition : partitions) {
            data.add(new PartitionProduceData().setIndex(partition).setRecords(batch));
        }
        TopicProduceDataCollection topics = new TopicProduceDataCollection(1);
        topics.add(new TopicProduceData().setName(topic).setPartitionData(data));
        return new ProduceRequestData()
                .setAcks(ALL_REPLICAS)
                .setTimeoutMs(TIMEOUT_MS)
                .setTopicData(topics);
    }

    /// The partitions that a response acknowledges.
    public static List<Integer> acknowledged(ProduceResponseData response) {
        List<Integer> partitions = new ArrayList<>();
        response.responses()
                .forEach(topic ->
                        topic.partitionResponses().stream()
                                .filter(answer -> answer.errorCode() == Errors.NONE.code())
                                .forEach(answer -> partitions.add(answer.index())));
        return partitions;
    }
}
