package io.quafka.storage.coordinator;

import org.jspecify.annotations.Nullable;

/// The way from a partition's name to its log on this node.
public interface CoordinatorLogs {
    /// The partition's log, or null while this node does not lead it. Touches no disk; any thread.
    @Nullable CoordinatorLog find(String topic, int partition);
}
