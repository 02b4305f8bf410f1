package io.quafka.wire;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.record.internal.MemoryRecords;

/// Messages that the tests send.
final class Messages {
    private Messages() {}

    static ApiVersionsRequestData versions() {
        return new ApiVersionsRequestData()
                .setClientSoftwareName("test")
                .setClientSoftwareVersion("1");
    }

    static ProduceRequestData produce(byte[] records, int acks) {
        ProduceRequestData request =
                new ProduceRequestData().setAcks((short) acks).setTimeoutMs(1000);
        request.topicData()
                .add(
                        new ProduceRequestData.TopicProduceData()
                                .setName("topic")
                                .setPartitionData(
                                        List.of(
                                                new ProduceRequestData.PartitionProduceData()
                                                        .setIndex(0)
                                                        .setRecords(
                                                                MemoryRecords.readableRecords(
                                                                        ByteBuffer.wrap(
                                                                                records))))));
        return request;
    }

    static ByteBuffer recordsOf(ProduceRequestData request) {
        MemoryRecords records =
                (MemoryRecords)
                        request.topicData().iterator().next().partitionData().getFirst().records();
        return records.buffer();
    }

    static FetchResponseData fetched(ByteBuffer records) {
        return new FetchResponseData()
                .setResponses(
                        List.of(
                                new FetchResponseData.FetchableTopicResponse()
                                        .setTopic("topic")
                                        .setPartitions(
                                                List.of(
                                                        new FetchResponseData.PartitionData()
                                                                .setRecords(
                                                                        MemoryRecords
                                                                                .readableRecords(
                                                                                        records))))));
    }

    static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
