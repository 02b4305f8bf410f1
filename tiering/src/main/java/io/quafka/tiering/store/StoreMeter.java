package io.quafka.tiering.store;

/// Told of every request to an object store, retries too: what a bill counts.
///
/// Called by the thread that made the request, or one that the store keeps for it: an
/// implementation adds to counters and returns.
@FunctionalInterface
public interface StoreMeter {
    /// Counts nothing.
    StoreMeter NONE = (operation, succeeded, bytes, nanos) -> {};

    /// @param succeeded whether the store answered as wished; a refusal of a conditional put or the
    ///   absence of an object is no success
    /// @param bytes of objects' content that were sent or received
    /// @param nanos from the request to the end of the answer
    void request(StoreOperation operation, boolean succeeded, long bytes, long nanos);
}
