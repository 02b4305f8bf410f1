package io.quafka.storage.coordinator;

import io.quafka.storage.TransactionVerifier;
import java.util.concurrent.Executor;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader;
import org.apache.kafka.coordinator.common.runtime.Deserializer;
import org.apache.kafka.coordinator.common.runtime.PartitionWriter;
import org.apache.kafka.server.util.timer.SystemTimer;
import org.apache.kafka.server.util.timer.SystemTimerReaper;
import org.apache.kafka.server.util.timer.Timer;
import org.jspecify.annotations.Nullable;

/// What every kind of coordinator on this node runs on.
///
/// @param partitionCount partitions of the kind's topic
/// @param readers threads that may block on the disk
/// @param verifier null where transactions are not coordinated
record CoordinatorEnvironment(
        int nodeId,
        int partitionCount,
        CoordinatorConfig config,
        LedPartitions partitions,
        Executor readers,
        @Nullable TransactionVerifier verifier,
        Time time) {
    PartitionWriter writer() {
        return new LogPartitionWriter(partitions, verifier);
    }

    <U> CoordinatorLoader<U> loader(Deserializer<U> deserializer) {
        return new LogLoader<>(partitions, deserializer, readers);
    }

    /// A timer with a thread of its own, closed by the coordinator that uses it.
    Timer timer(String name) {
        return new SystemTimerReaper(name + "-reaper", new SystemTimer(name));
    }
}
