package io.quafka.storage.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// The bytes of a *group*: everything that one gathered write puts into the commit log.
///
/// All integers are big endian. A group starts on a 64-byte boundary and is padded to one, so that
/// a search for the next group after damage looks only there.
///
/// ```
/// Group     := Head Padding Payload
/// Head      := Header Entry{entries}
/// Header    := (64 bytes)
///    0  magic            int32   'Q' 'L' 'G' '1'
///    4  headCrc          int32   CRC-32C of the segment's salt, then of the head from byte 8 to its end
///    8  position         int64   where the group lies: a stale or misplaced group does not match
///   16  durablePosition  int64   everything before it was on disk when this group was written
///   24  epoch            int32   of the shard's leader
///   28  shard            int32
///   32  entries          int32
///   36  payloadOffset    int32   from the group's first byte
///   40  payloadLength    int32
///   44  writtenMs        int64   wall clock of the writer, for people
///   52  reserved         12 bytes, zero
/// Entry     := (48 bytes)
///    0  kind             int8    see [EntryKind]
///    1  reserved         3 bytes, zero
///    4  partition        int32
///    8  topicId          2 × int64
///   24  offset           int64   run: its first offset; cleaned: the first of the stretch; log start: the new one;
///                                object: its number
///   32  length           int32   run, cleaned, object: bytes in the payload
///   36  batches          int32   run, cleaned: how many
///   40  headsCrc         int32   run, cleaned: CRC-32C of the first 21 bytes of each batch, which a batch's own CRC leaves out;
///                                object: CRC-32C of its bytes
///   44  lastOffsetDelta  uint32  run: its last offset, less its first; cleaned: the last offset of the stretch, less the first
/// Payload   := the runs' Kafka v2 record batches and the objects' notes, in the order of their entries
/// ```
///
/// Each payload byte is covered once: bytes 21 and up of a batch by the batch's own CRC, the rest
/// by `headsCrc`, and that by `headCrc`. Which offsets a run has is said in its entry too: of a run
/// that does not check, this is known all the same. The durable position tells a torn tail from
/// damage: an unreadable group that a later, readable group calls durable was damaged; one that
/// nobody calls durable was never acknowledged.
final class GroupFormat {
    static final int MAGIC = 0x514C4731;
    static final int HEADER_BYTES = 64;
    static final int ENTRY_BYTES = 48;
    static final int ALIGNMENT = 64;

    /// Bytes at the start of a batch that its own CRC does not cover.
    static final int BATCH_HEAD_BYTES = 21;

    static final int CRC_AT = 4;
    static final int POSITION_AT = 8;
    static final int DURABLE_AT = 16;
    static final int EPOCH_AT = 24;
    static final int SHARD_AT = 28;
    static final int ENTRIES_AT = 32;
    static final int PAYLOAD_OFFSET_AT = 36;
    static final int PAYLOAD_LENGTH_AT = 40;
    static final int WRITTEN_AT = 44;

    private GroupFormat() {}

    static long align(long bytes) {
        return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
    }

    /// CRC of a head, which lies in `buffer` from `start` on and is `headBytes` long.
    static int headCrc(ByteBuffer buffer, int start, int headBytes, long salt) {
        CRC32C crc = new CRC32C();
        for (int shift = 56; shift >= 0; shift -= 8) {
            crc.update((int) (salt >>> shift) & 0xff);
        }
        crc.update(buffer.duplicate().limit(start + headBytes).position(start + POSITION_AT));
        return (int) crc.getValue();
    }

    /// Adds one batch's first bytes to a run's `headsCrc`.
    static void addBatchHead(CRC32C crc, ByteBuffer batch, int start, byte[] scratch) {
        batch.get(start, scratch, 0, BATCH_HEAD_BYTES);
        crc.update(scratch, 0, BATCH_HEAD_BYTES);
    }
}
