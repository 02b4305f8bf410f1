package io.quafka.tiering.store;

/// A kind of request to an object store, as it is billed.
public enum StoreOperation {
    /// Stores an object, or a part of one, or begins or completes what has parts.
    PUT,
    /// Reads bytes of an object.
    GET,
    /// Asks for size and age.
    HEAD,
    /// Reads a page of a listing.
    LIST,
    /// Deletes objects or aborts uploads; stores bill nothing for it.
    DELETE
}
