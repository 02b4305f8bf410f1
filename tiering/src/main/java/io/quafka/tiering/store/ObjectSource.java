package io.quafka.tiering.store;

import java.nio.ByteBuffer;
import java.util.List;

/// What can be read of objects: see [ObjectStore] for threads and exceptions.
public interface ObjectSource {
    /// As [#read(String, long, List)], into one buffer.
    default int read(String key, long offset, ByteBuffer destination) throws StoreException {
        return read(key, offset, List.of(destination));
    }

    /// Fills buffers, each from its position on, one after the other, with the object's bytes from
    /// an offset on: one request to the store, however many buffers. The positions move by what was
    /// read; where an exception is thrown, the buffers are as they were but for their content.
    ///
    /// @param offset bytes from the object's start, 0 or more
    /// @param destinations room for less than 2 GiB in all
    /// @return bytes read: as many as the buffers had room for, fewer only where the object ends, 0
    ///   at its end and beyond
    /// @throws ObjectAbsentException if there is no such object
    int read(String key, long offset, List<ByteBuffer> destinations) throws StoreException;

    /// Size and age of an object.
    ///
    /// @throws ObjectAbsentException if there is no such object
    ObjectInfo head(String key) throws StoreException;
}
