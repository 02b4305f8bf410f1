package io.quafka.tiering.object;

import io.quafka.tiering.store.ObjectAbsentException;
import io.quafka.tiering.store.ObjectSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
        ObjectDamagedException damage = readBlocks(key, List.of(block), List.of(target)).getFirst();
        if (damage != null) {
            throw damage;
        }
        destination.position(start + block.length());
    }

    /// Reads blocks that lie next to each other, in one request, and checks each by itself.
    ///
    /// @param neighbours one or more, each where the one before ends
    /// @param destinations for each a buffer with just as much room; filled, where the block is
    ///   whole
    /// @return for each, how it is damaged: then its bytes must not be used; null if it is not
    public List<@Nullable ObjectDamagedException> readBlocks(
            String key, List<Block> neighbours, List<ByteBuffer> destinations) throws IOException {
        List<ByteBuffer> targets = destinations.stream().map(ByteBuffer::slice).toList();
        long left = store.read(key, neighbours.getFirst().position(), targets);
        List<@Nullable ObjectDamagedException> damages = new ArrayList<>();
        for (int i = 0; i < neighbours.size(); i++) {
            Block block = neighbours.get(i);
            damages.add(
                    left < block.length()
                            ? endsEarly(key, block, left)
                            : check(key, block, targets.get(i).flip()));
            left = Math.max(0, left - block.length());
        }
        return damages;
    }

    private static ObjectDamagedException endsEarly(String key, Block block, long there) {
        return new ObjectDamagedException(
                key,
                block.position() + there,
                "it ends here, %d bytes too early".formatted(block.length() - there));
    }

    private static @Nullable ObjectDamagedException check(
            String key, Block block, ByteBuffer bytes) {
        return ObjectFormat.crc(bytes) == block.crc()
                ? null
                : new ObjectDamagedException(
                        key,
                        block.position(),
                        "the block of offsets %d..%d does not match its checksum"
                                .formatted(block.baseOffset(), block.lastOffset()));
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
