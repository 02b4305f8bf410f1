package io.quafka.testkit.faults;

import io.quafka.testkit.history.Op.Isolation;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/// Reads all partitions from their start as they grow.
final class Watcher extends Actor {
    private final List<TopicPartition> partitions;
    private final Isolation isolation;

    Watcher(
            String name,
            Surroundings surroundings,
            long seed,
            List<TopicPartition> partitions,
            Isolation isolation) {
        super(name, surroundings, seed);
        this.partitions = partitions;
        this.isolation = isolation;
    }

    @Override
    void work(String by) {
        try (Reading reading = new Reading(surroundings(), by, isolation, null, Map.of())) {
            reading.assign(partitions);
            while (!isFinishing()) {
                if (!reading.poll(null).reads().isEmpty()) {
                    succeeded();
                }
            }
        }
    }
}
