package io.quafka.tiering.object;

import io.quafka.tiering.store.ObjectAbsentException;
import io.quafka.tiering.store.ObjectSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// Reads objects, and checks each byte before anybody sees it. Blocks the calling thread; keeps
/// nothing.
public final class ObjectReader {
    /// Read first, from the object's end: enough for footer and index of an object with about a
    /// thousand blocks.
    public static final int TAIL_BYTES = 64 << 10;

    private final ObjectSource store;

    public ObjectReader(ObjectSource store) {
        this.store = store;
    }

    /// As [#index(String, long)], of an object whose size is not known: one request more.
    public ObjectIndex index(String key) throws IOException {
        return index(key, store.head(key).size());
    }

    /// Reads what lies where: one request, or two if the index is large.
    ///
    /// @param size of the object, in bytes
    /// @throws ObjectDamagedException if footer or index do not match their checksums
    /// @throws ObjectAbsentException if there is no such object
    public ObjectIndex index(String key, long size) throws IOException {
        if (size < ObjectFormat.FOOTER_BYTES) {
            throw new ObjectDamagedException(key, size, "it is too short for an object");
        }
        long tailAt = Math.max(0, size - TAIL_BYTES);
        ByteBuffer tail = ByteBuffer.allocate((int) (size - tailAt));
        ObjectFormat.readFully(store, key, tailAt, tail);
        int footerAt = tail.capacity() - ObjectFormat.FOOTER_BYTES;
        ObjectFooter footer =
                ObjectFormat.decodeFooter(
                        key, tail.slice(footerAt, ObjectFormat.FOOTER_BYTES), size);
        ByteBuffer bytes;
        if (footer.indexLength() <= footerAt) {
            bytes = tail.slice(footerAt - footer.indexLength(), footer.indexLength());
        } else {
            bytes = ByteBuffer.allocate(footer.indexLength());
            ObjectFormat.readFully(store, key, footer.indexPosition(), bytes);
            bytes.flip();
        }
        if (ObjectFormat.crc(bytes) != footer.indexCrc()) {
            throw new ObjectDamagedException(
                    key, footer.indexPosition(), "its index does not match its checksum");
        }
        List<PartitionBlocks> partitions = ObjectFormat.decodeIndex(bytes, footer.partitions());
        return new ObjectIndex(key, size, footer.indexPosition(), footer.origin(), partitions);
    }

    /// Reads a block into a buffer, from its position on, and checks it. The position moves by the
    /// block's length.
    ///
    /// @throws ObjectDamagedException if it does not match its checksum; the position stays
    public void readBlock(String key, Block block, ByteBuffer destination) throws IOException {
        int start = destination.position();
        ByteBuffer target = destination.slice(start, block.length());
        ObjectFormat.readFully(store, key, block.position(), target);
        if (ObjectFormat.crc(target.flip()) != block.crc()) {
            throw new ObjectDamagedException(
                    key,
                    block.position(),
                    "the block of offsets %d..%d does not match its checksum"
                            .formatted(block.baseOffset(), block.lastOffset()));
        }
        destination.position(start + block.length());
    }

    /// Reads and checks every byte of an object.
    ///
    /// @return what lies where
    /// @throws ObjectDamagedException naming the first damage found
    public ObjectIndex verify(String key) throws IOException {
        ObjectIndex index = index(key);
        long at = 0;
        ByteBuffer buffer = ByteBuffer.allocate(0);
        for (PartitionBlocks partition : index.partitions()) {
            for (Block block : partition.blocks()) {
                if (block.position() != at) {
                    throw new ObjectDamagedException(key, at, "no block begins here");
                }
                if (buffer.capacity() < block.length()) {
                    buffer = ByteBuffer.allocate(block.length());
                }
                readBlock(key, block, buffer.clear());
                at += block.length();
            }
        }
        if (at != index.dataBytes()) {
            throw new ObjectDamagedException(key, at, "no block begins here");
        }
        return index;
    }
}
