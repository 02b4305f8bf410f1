package io.quafka.tiering.object;

import io.quafka.tiering.store.ObjectSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.kafka.common.Uuid;

/// The bytes of an object. All integers are big endian.
///
/// ```
/// Object    := Block{blocks} Index Footer
/// Block     := Kafka v2 record batches of one partition and one leader epoch, in the order of their
///              offsets, as they lay in the commit log
/// Index     := Partition{partitions}
/// Partition :=
///      topicId          2 × int64
///      partition        int32
///      blocks           int32    1 or more
///      aborted          int32    0 or more
///      Entry{blocks}    in the order of offsets
///      Aborted{aborted} in the order of lastOffset
/// Entry     := (48 bytes)
///    0 baseOffset       int64
///    8 lastOffset       int64
///   16 position         int64    from the object's start
///   24 length           int32    bytes
///   28 leaderEpoch      int32    of all its batches
///   32 batches          int32    how many
///   36 maxTimestamp     int64    milliseconds; -1 if no record has one
///   44 crc              int32    CRC-32C of the block's bytes
/// Aborted   := (32 bytes) a transaction that was aborted, of which something lies in the object
///    0 producerId       int64
///    8 firstOffset      int64    of its first batch in the partition
///   16 lastOffset       int64    of its marker
///   24 lastStableOffset int64    of the partition once it was ended
/// Footer    := (64 bytes)
///    0 indexPosition    int64    from the object's start
///    8 indexLength      int32    bytes
///   12 indexCrc         int32    CRC-32C of the index
///   16 partitions       int32    in the index
///   20 shard            int32    whose commit log it was made of
///   24 epoch            int32    of the leader that made it
///   28 position         int64    of the commit log, from which on it holds what is tiered
///   36 endPosition      int64    of the commit log, up to which it does
///   44 reserved         8 bytes, zero
///   52 version          int32    1
///   56 footerCrc        int32    CRC-32C of the footer before it
///   60 magic            int32    'Q' 'O' 'B' '1'
/// ```
///
/// Blocks lie without gaps from the object's first byte to the index; partitions are in the order
/// of [TieredPartition], in the blocks as in the index. So each byte is covered by just one
/// checksum, and equal input makes equal bytes.
final class ObjectFormat {
    static final int MAGIC = 0x514F4231;
    static final int VERSION = 1;
    static final int FOOTER_BYTES = 64;
    static final int PARTITION_BYTES = 28;
    static final int ENTRY_BYTES = 48;
    static final int ABORTED_BYTES = 32;

    private static final int FOOTER_CRC_AT = 56;

    private ObjectFormat() {}

    static ByteBuffer encodeIndex(List<PartitionBlocks> partitions) {
        long bytes = 0;
        for (PartitionBlocks each : partitions) {
            bytes +=
                    PARTITION_BYTES
                            + (long) ENTRY_BYTES * each.blocks().size()
                            + (long) ABORTED_BYTES * each.aborted().size();
        }
        ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(bytes));
        for (PartitionBlocks each : partitions) {
            Uuid topicId = each.partition().topicId();
            buffer.putLong(topicId.getMostSignificantBits());
            buffer.putLong(topicId.getLeastSignificantBits());
            buffer.putInt(each.partition().partition());
            buffer.putInt(each.blocks().size());
            buffer.putInt(each.aborted().size());
            each.blocks().forEach(block -> encode(block, buffer));
            each.aborted().forEach(aborted -> encode(aborted, buffer));
        }
        return buffer.flip();
    }

    private static void encode(Block block, ByteBuffer buffer) {
        buffer.putLong(block.baseOffset());
        buffer.putLong(block.lastOffset());
        buffer.putLong(block.position());
        buffer.putInt(block.length());
        buffer.putInt(block.leaderEpoch());
        buffer.putInt(block.batches());
        buffer.putLong(block.maxTimestamp());
        buffer.putInt(block.crc());
    }

    private static void encode(AbortedRange aborted, ByteBuffer buffer) {
        buffer.putLong(aborted.producerId());
        buffer.putLong(aborted.firstOffset());
        buffer.putLong(aborted.lastOffset());
        buffer.putLong(aborted.lastStableOffset());
    }

    /// @param index of which the checksum was checked
    static List<PartitionBlocks> decodeIndex(ByteBuffer index, int count) {
        List<PartitionBlocks> partitions = new ArrayList<>(count);
        for (int n = 0; n < count; n++) {
            Uuid topicId = new Uuid(index.getLong(), index.getLong());
            TieredPartition partition = new TieredPartition(topicId, index.getInt());
            int blockCount = index.getInt();
            int abortedCount = index.getInt();
            List<Block> blocks = new ArrayList<>(blockCount);
            for (int i = 0; i < blockCount; i++) {
                blocks.add(decodeBlock(index));
            }
            List<AbortedRange> aborted = new ArrayList<>(abortedCount);
            for (int i = 0; i < abortedCount; i++) {
                aborted.add(
                        new AbortedRange(
                                index.getLong(),
                                index.getLong(),
                                index.getLong(),
                                index.getLong()));
            }
            partitions.add(new PartitionBlocks(partition, blocks, aborted));
        }
        if (index.hasRemaining()) {
            throw new IllegalArgumentException(index.remaining() + " bytes behind the index");
        }
        return partitions;
    }

    private static Block decodeBlock(ByteBuffer index) {
        return new Block(
                index.getLong(),
                index.getLong(),
                index.getLong(),
                index.getInt(),
                index.getInt(),
                index.getInt(),
                index.getLong(),
                index.getInt());
    }

    static ByteBuffer encodeFooter(ObjectFooter footer) {
        ObjectOrigin origin = footer.origin();
        ByteBuffer buffer = ByteBuffer.allocate(FOOTER_BYTES);
        buffer.putLong(footer.indexPosition());
        buffer.putInt(footer.indexLength());
        buffer.putInt(footer.indexCrc());
        buffer.putInt(footer.partitions());
        buffer.putInt(origin.shard());
        buffer.putInt(origin.epoch());
        buffer.putLong(origin.position());
        buffer.putLong(origin.endPosition());
        buffer.putLong(0);
        buffer.putInt(VERSION);
        buffer.putInt(crc(buffer.slice(0, FOOTER_CRC_AT)));
        buffer.putInt(MAGIC);
        return buffer.flip();
    }

    /// @param bytes the object's last [#FOOTER_BYTES]
    /// @param size of the object, in bytes
    static ObjectFooter decodeFooter(String key, ByteBuffer bytes, long size)
            throws ObjectDamagedException {
        long at = size - FOOTER_BYTES;
        ByteBuffer buffer = bytes.slice();
        if (buffer.getInt(FOOTER_BYTES - Integer.BYTES) != MAGIC) {
            throw new ObjectDamagedException(
                    key, size - Integer.BYTES, "it does not end like an object");
        }
        if (buffer.getInt(FOOTER_CRC_AT) != crc(buffer.slice(0, FOOTER_CRC_AT))) {
            throw new ObjectDamagedException(key, at, "its footer does not match its checksum");
        }
        ObjectFooter footer =
                new ObjectFooter(
                        buffer.getLong(),
                        buffer.getInt(),
                        buffer.getInt(),
                        buffer.getInt(),
                        new ObjectOrigin(
                                buffer.getInt(),
                                buffer.getInt(),
                                buffer.getLong(),
                                buffer.getLong()));
        buffer.getLong();
        int version = buffer.getInt();
        if (version != VERSION) {
            throw new ObjectDamagedException(
                    key, at, "its format is version %d, not %d".formatted(version, VERSION));
        }
        if (footer.indexPosition() + footer.indexLength() != at) {
            throw new ObjectDamagedException(
                    key, at, "its footer is another size's: it was cut, or is not whole");
        }
        return footer;
    }

    static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return (int) crc.getValue();
    }

    /// Reads a range that must be there.
    static void readFully(ObjectSource store, String key, long position, ByteBuffer destination)
            throws IOException {
        int wanted = destination.remaining();
        int read = store.read(key, position, destination);
        if (read < wanted) {
            throw new ObjectDamagedException(
                    key,
                    position + read,
                    "it ends here, %d bytes too early".formatted(wanted - read));
        }
    }
}
