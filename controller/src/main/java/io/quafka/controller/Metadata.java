package io.quafka.controller;

import io.quafka.controller.model.ClusterImage;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

/// The local copy of the cluster's metadata, kept fresh in the background.
public interface Metadata {
    /// The newest image known here: a volatile read, safe on any thread and on hot paths.
    ClusterImage image();

    /// Completes with the first image at or past `version`; at once if it is already here. Never
    /// completes exceptionally but by the closing of the source. Bound the wait yourself.
    CompletableFuture<ClusterImage> awaitVersion(long version);

    /// Calls `listener` with (previous, next) after every change, in order, one call at a time, on
    /// a thread of the metadata's own: do not block it. The first call is made at once with (EMPTY,
    /// current).
    ///
    /// @return closes the subscription
    AutoCloseable subscribe(BiConsumer<ClusterImage, ClusterImage> listener);
}
