package io.quafka.storage;

import io.quafka.controller.model.Command;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// What a storage node needs of the cluster around it to coordinate transactions, and to replicate.
public interface StoragePeers {
    /// Another storage node, or null while none of that id is known. Any thread; must not block.
    @Nullable StorageNode node(int id);

    /// Has the controller decide a leader's wish.
    ///
    /// @return the metadata version by which it is decided, one way or the other
    CompletableFuture<Long> alterInSync(Command.AlterInSync wish);

    /// A producer id that nobody else was or is given.
    CompletableFuture<Long> newProducerId();
}
