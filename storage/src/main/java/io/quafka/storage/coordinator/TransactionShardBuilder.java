package io.quafka.storage.coordinator;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.common.runtime.CoordinatorExecutor;
import org.apache.kafka.coordinator.common.runtime.CoordinatorMetrics;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorShardBuilder;
import org.apache.kafka.coordinator.common.runtime.CoordinatorTimer;
import org.apache.kafka.timeline.SnapshotRegistry;
import org.jspecify.annotations.Nullable;

/// Makes [TransactionShard]s, which need no more than a place for their snapshots.
final class TransactionShardBuilder
        implements CoordinatorShardBuilder<TransactionShard, CoordinatorRecord> {
    private @Nullable SnapshotRegistry snapshots;

    @Override
    public TransactionShardBuilder withSnapshotRegistry(SnapshotRegistry registry) {
        snapshots = registry;
        return this;
    }

    @Override
    public TransactionShardBuilder withLogContext(LogContext context) {
        return this;
    }

    @Override
    public TransactionShardBuilder withTime(Time time) {
        return this;
    }

    @Override
    public TransactionShardBuilder withTimer(CoordinatorTimer<CoordinatorRecord> timer) {
        return this;
    }

    @Override
    public TransactionShardBuilder withExecutor(CoordinatorExecutor<CoordinatorRecord> executor) {
        return this;
    }

    @Override
    public TransactionShardBuilder withCoordinatorMetrics(CoordinatorMetrics metrics) {
        return this;
    }

    @Override
    public TransactionShardBuilder withTopicPartition(TopicPartition partition) {
        return this;
    }

    @Override
    public TransactionShard build() {
        SnapshotRegistry registry = snapshots;
        if (registry == null) {
            throw new IllegalStateException("no snapshot registry");
        }
        return new TransactionShard(registry);
    }
}
