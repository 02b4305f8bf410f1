package io.quafka.gateway;

import io.quafka.storage.StorageNode;
import org.jspecify.annotations.Nullable;

/// Finds the storage node behind a node id: in this process, or across the network.
public interface StorageNodes {
    /// The node, or null while none of that id is known or can be reached. Called for every produce
    /// and fetch: it must not block.
    @Nullable StorageNode node(int id);
}
