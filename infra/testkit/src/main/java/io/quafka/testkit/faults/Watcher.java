package io.quafka.testkit.faults;

import io.quafka.testkit.history.Op.Isolation;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/// Reads all partitions from their start as they grow.
record Watcher(List<TopicPartition> partitions, Isolation isolation) implements Work {
    @Override
    public void work(Actor me, String by) {
        try (Reading reading = new Reading(me.surroundings(), by, isolation, null, Map.of())) {
            reading.assign(partitions);
            while (!me.isFinishing()) {
                if (!reading.poll(null).reads().isEmpty()) {
                    me.succeeded();
                }
            }
        }
    }
}
