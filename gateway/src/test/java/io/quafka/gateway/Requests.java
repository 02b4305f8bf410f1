package io.quafka.gateway;

import io.quafka.controller.model.Topic;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/// Requests that several tests send.
final class Requests {
    /// An id that no topic has.
    static final Uuid OTHER_ID = new Uuid(11, 12);

    private Requests() {}

    static MemoryRecords records(String value) {
        return MemoryRecords.withRecords(
                Compression.NONE, new SimpleRecord(value.getBytes(StandardCharsets.UTF_8)));
    }

    /// One batch for one partition; from version 13 on by id: the topic's own where `name` is the
    /// topic's, else [#OTHER_ID].
    static ProduceRequestData produce(
            short version, Topic topic, String name, int partition, String value) {
        var asked = new TopicProduceData();
        if (version >= ProduceApi.TOPIC_IDS_VERSION) {
            asked.setTopicId(name.equals(topic.name()) ? topic.id() : OTHER_ID);
        } else {
            asked.setName(name);
        }
        asked.setPartitionData(
                new ArrayList<>(
                        List.of(
                                new PartitionProduceData()
                                        .setIndex(partition)
                                        .setRecords(records(value)))));
        var data = new ProduceRequestData().setAcks((short) -1).setTimeoutMs(1_000);
        data.topicData().add(asked);
        return data;
    }
}
