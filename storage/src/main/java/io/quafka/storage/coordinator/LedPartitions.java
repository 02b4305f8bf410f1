package io.quafka.storage.coordinator;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.jspecify.annotations.Nullable;

/// What the coordinators of this node write to and load from: the same for all kinds of them.
final class LedPartitions {
    private final CoordinatorLogs logs;
    private final Consumer<TopicPartition> broken;
    private final ConcurrentMap<TopicPartition, LedPartition> loaded = new ConcurrentHashMap<>();

    /// @param broken told, on a thread that must not be blocked, of a partition whose coordinator
    ///   has to be loaded anew
    LedPartitions(CoordinatorLogs logs, Consumer<TopicPartition> broken) {
        this.logs = logs;
        this.broken = broken;
    }

    /// The log of a partition, or null while this node does not lead it.
    @Nullable CoordinatorLog find(TopicPartition name) {
        return logs.find(name.topic(), name.partition());
    }

    /// The partition as its coordinator writes to it.
    ///
    /// @throws NotLeaderOrFollowerException if no coordinator was loaded from it
    LedPartition get(TopicPartition name) {
        LedPartition partition = loaded.get(name);
        if (partition == null) {
            throw new NotLeaderOrFollowerException("no coordinator was loaded from " + name);
        }
        return partition;
    }

    /// A coordinator has been loaded up to an offset and may write from there on.
    void open(TopicPartition name, CoordinatorLog log, long end) {
        loaded.put(name, new LedPartition(name, log, end, () -> broken.accept(name)));
    }

    /// Nobody writes to the partition any more, until it is opened again.
    ///
    /// @return completes when no write is on its way any more
    CompletableFuture<Void> close(TopicPartition name) {
        LedPartition partition = loaded.get(name);
        return partition == null ? CompletableFuture.completedFuture(null) : partition.close();
    }

    void loadFailed(TopicPartition name) {
        broken.accept(name);
    }
}
