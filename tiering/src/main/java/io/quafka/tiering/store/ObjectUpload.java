package io.quafka.tiering.store;

import java.nio.ByteBuffer;

/// One object on its way into the store. For one thread at a time.
///
/// Holds a bounded number of parts in memory, whatever the object's size: [#write] blocks while
/// they are full. Ends with [#commit] or [#abort]; [#close] aborts what was not committed.
public interface ObjectUpload extends AutoCloseable {
    /// Appends bytes, from position to limit; the buffer's position moves to its limit, and the
    /// caller may use it again at once.
    ///
    /// @throws StoreException if these or earlier bytes could not be sent: the upload can only be
    ///   aborted
    void write(ByteBuffer bytes) throws StoreException;

    /// Makes the object appear under its key, durable, with all bytes that were written.
    ///
    /// @return what was stored
    /// @throws StoreException if it is not known to have appeared. It may have, where the answer
    ///   was lost: whole, with exactly these bytes
    StoredObject commit() throws StoreException;

    /// Gives up, and removes what was sent as far as the store can be reached; the rest is for
    /// [ObjectStore#sweepUploads]. Does nothing after [#commit] or another abort.
    void abort();

    /// Bytes written so far.
    long size();

    @Override
    default void close() {
        abort();
    }
}
