package io.quafka.testkit.history;

import org.apache.kafka.common.TopicPartition;

/// Where a record stands.
public record Place(TopicPartition partition, long offset) {
    @Override
    public String toString() {
        return partition + "/" + offset;
    }
}
