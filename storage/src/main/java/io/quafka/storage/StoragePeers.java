package io.quafka.storage;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// What a storage node needs of the cluster around it to coordinate transactions.
public interface StoragePeers {
    /// Another storage node, or null while none of that id is known. Any thread; must not block.
    @Nullable StorageNode node(int id);

    /// A producer id that nobody else was or is given.
    CompletableFuture<Long> newProducerId();
}
