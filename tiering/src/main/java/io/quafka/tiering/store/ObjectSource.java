package io.quafka.tiering.store;

import java.nio.ByteBuffer;

/// What can be read of objects: see [ObjectStore] for threads and exceptions.
public interface ObjectSource {
    /// Fills the buffer from its position on with the object's bytes from an offset on. The
    /// position moves by what was read; where an exception is thrown, the buffer is as it was but
    /// for its content.
    ///
    /// @param offset bytes from the object's start, 0 or more
    /// @return bytes read: as many as the buffer had room for, fewer only where the object ends, 0
    ///   at its end and beyond
    /// @throws ObjectAbsentException if there is no such object
    int read(String key, long offset, ByteBuffer destination) throws StoreException;

    /// Size and age of an object.
    ///
    /// @throws ObjectAbsentException if there is no such object
    ObjectInfo head(String key) throws StoreException;
}
