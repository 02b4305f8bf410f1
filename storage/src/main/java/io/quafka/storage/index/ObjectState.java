package io.quafka.storage.index;

/// Where an object stands in its life, which goes from the first to the last.
public enum ObjectState {
    /// It may be in the store, whole or not, or on its way there.
    INTENDED,
    /// Ranges of partitions lie in it.
    HELD,
    /// Nothing lies in it that anybody needs: it is to be deleted.
    DOOMED
}
