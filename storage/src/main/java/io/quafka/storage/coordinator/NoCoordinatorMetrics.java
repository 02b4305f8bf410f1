package io.quafka.storage.coordinator;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.coordinator.common.runtime.CoordinatorMetrics;
import org.apache.kafka.coordinator.common.runtime.CoordinatorMetricsShard;
import org.apache.kafka.timeline.SnapshotRegistry;

/// Counts nothing.
final class NoCoordinatorMetrics extends CoordinatorMetrics {
    @Override
    public CoordinatorMetricsShard newMetricsShard(
            SnapshotRegistry snapshots, TopicPartition partition) {
        return new Shard(partition);
    }

    @Override
    public void activateMetricsShard(CoordinatorMetricsShard shard) {}

    @Override
    public void deactivateMetricsShard(CoordinatorMetricsShard shard) {}

    @Override
    public void onUpdateLastCommittedOffset(TopicPartition partition, long offset) {}

    private record Shard(TopicPartition topicPartition) implements CoordinatorMetricsShard {
        @Override
        public void record(String sensorName) {}

        @Override
        public void record(String sensorName, double value) {}

        @Override
        public void commitUpTo(long offset) {}
    }
}
