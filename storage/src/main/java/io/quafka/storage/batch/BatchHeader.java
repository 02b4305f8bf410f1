package io.quafka.storage.batch;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.kafka.common.record.TimestampType;

/// The header of a Kafka record batch, format 2 (KIP-98), read and changed in place.
///
/// Every method takes a big-endian buffer, heap or direct, and the batch's first byte in it as an
/// absolute index; none touches the buffer's own position or limit, so that threads may read one
/// buffer together. Readers check nothing but the buffer's bounds (`IndexOutOfBoundsException`):
/// ask [#isWhole] first of bytes from outside. Nothing here is atomic.
///
/// ```
/// batch      := baseOffset      int64    at  0
///               batchLength     int32    at  8   bytes after this field
///               leaderEpoch     int32    at 12   -1 from a client
///               magic           int8     at 16   2
///               crc             uint32   at 17   CRC-32C of all that follows
///               attributes      int16    at 21
///               lastOffsetDelta int32    at 23   last offset - base offset
///               baseTimestamp   int64    at 27   milliseconds; the delete horizon where that bit is set
///               maxTimestamp    int64    at 35   milliseconds; -1 if no record has one
///               producerId      int64    at 43   -1 without idempotence
///               producerEpoch   int16    at 51   -1 without idempotence
///               baseSequence    int32    at 53   -1 without idempotence
///               recordCount     int32    at 57
///               records                  at 61   compressed as one block
/// attributes := compression code (bits 0-2), log append time (3), transactional (4), control (5), delete horizon (6)
/// record     := length varint, attributes int8, timestampDelta varlong, offsetDelta varint,
///               keyLength varint, key, valueLength varint, value, headerCount varint, header*
/// header     := keyLength varint, key, valueLength varint, value
/// ```
///
/// A varint is zigzag, seven bits a byte, lowest first; a length of -1 stands for null (never a
/// header's key).
public final class BatchHeader {
    /// Bytes of a header: where the records begin.
    public static final int BYTES = 61;

    /// Bytes in front of what `batchLength` counts.
    public static final int LENGTH_PREFIX_BYTES = 12;

    /// Bytes up to and including `magic`: what tells the batch formats apart.
    public static final int BYTES_UP_TO_MAGIC = 17;

    /// The one format that is stored.
    public static final byte MAGIC = 2;

    public static final long NO_TIMESTAMP = -1;
    public static final long NO_PRODUCER_ID = -1;
    public static final short NO_PRODUCER_EPOCH = -1;
    public static final int NO_SEQUENCE = -1;
    public static final int NO_LEADER_EPOCH = -1;

    private static final int BASE_OFFSET_AT = 0;
    private static final int BATCH_LENGTH_AT = 8;
    private static final int LEADER_EPOCH_AT = 12;
    private static final int MAGIC_AT = 16;
    private static final int CRC_AT = 17;
    private static final int ATTRIBUTES_AT = 21;
    private static final int LAST_OFFSET_DELTA_AT = 23;
    private static final int BASE_TIMESTAMP_AT = 27;
    private static final int MAX_TIMESTAMP_AT = 35;
    private static final int PRODUCER_ID_AT = 43;
    private static final int PRODUCER_EPOCH_AT = 51;
    private static final int BASE_SEQUENCE_AT = 53;
    private static final int RECORD_COUNT_AT = 57;

    private static final int COMPRESSION_MASK = 0x07;
    private static final int LOG_APPEND_TIME_BIT = 0x08;
    private static final int TRANSACTIONAL_BIT = 0x10;
    private static final int CONTROL_BIT = 0x20;
    private static final int DELETE_HORIZON_BIT = 0x40;

    private BatchHeader() {}

    public static long baseOffset(ByteBuffer buffer, int position) {
        return buffer.getLong(position + BASE_OFFSET_AT);
    }

    /// Bytes after the length field, as the batch declares: not checked, may be negative.
    public static int batchLength(ByteBuffer buffer, int position) {
        return buffer.getInt(position + BATCH_LENGTH_AT);
    }

    /// Bytes of the whole batch, as it declares: not checked, may be negative.
    public static int sizeInBytes(ByteBuffer buffer, int position) {
        return LENGTH_PREFIX_BYTES + batchLength(buffer, position);
    }

    /// The batches that a buffer holds from its position to its limit, all of them whole, each as a
    /// view of it.
    public static List<ByteBuffer> split(ByteBuffer batches) {
        List<ByteBuffer> split = new ArrayList<>();
        for (int at = batches.position(); at < batches.limit(); ) {
            int size = sizeInBytes(batches, at);
            split.add(batches.duplicate().position(at).limit(at + size));
            at += size;
        }
        return split;
    }

    public static int leaderEpoch(ByteBuffer buffer, int position) {
        return buffer.getInt(position + LEADER_EPOCH_AT);
    }

    public static byte magic(ByteBuffer buffer, int position) {
        return buffer.get(position + MAGIC_AT);
    }

    /// The stored CRC-32C, as an unsigned number.
    public static long crc(ByteBuffer buffer, int position) {
        return Integer.toUnsignedLong(buffer.getInt(position + CRC_AT));
    }

    public static short attributes(ByteBuffer buffer, int position) {
        return buffer.getShort(position + ATTRIBUTES_AT);
    }

    /// Kafka's code: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd; 5 to 7 mean nothing.
    public static int compressionCode(ByteBuffer buffer, int position) {
        return attributes(buffer, position) & COMPRESSION_MASK;
    }

    public static TimestampType timestampType(ByteBuffer buffer, int position) {
        return has(buffer, position, LOG_APPEND_TIME_BIT)
                ? TimestampType.LOG_APPEND_TIME
                : TimestampType.CREATE_TIME;
    }

    public static boolean isTransactional(ByteBuffer buffer, int position) {
        return has(buffer, position, TRANSACTIONAL_BIT);
    }

    public static boolean isControl(ByteBuffer buffer, int position) {
        return has(buffer, position, CONTROL_BIT);
    }

    /// Whether the base timestamp is the time from which compaction may drop the batch's
    /// tombstones.
    public static boolean hasDeleteHorizon(ByteBuffer buffer, int position) {
        return has(buffer, position, DELETE_HORIZON_BIT);
    }

    public static int lastOffsetDelta(ByteBuffer buffer, int position) {
        return buffer.getInt(position + LAST_OFFSET_DELTA_AT);
    }

    public static long lastOffset(ByteBuffer buffer, int position) {
        return baseOffset(buffer, position) + lastOffsetDelta(buffer, position);
    }

    public static long baseTimestamp(ByteBuffer buffer, int position) {
        return buffer.getLong(position + BASE_TIMESTAMP_AT);
    }

    public static long maxTimestamp(ByteBuffer buffer, int position) {
        return buffer.getLong(position + MAX_TIMESTAMP_AT);
    }

    public static long producerId(ByteBuffer buffer, int position) {
        return buffer.getLong(position + PRODUCER_ID_AT);
    }

    public static boolean hasProducerId(ByteBuffer buffer, int position) {
        return producerId(buffer, position) > NO_PRODUCER_ID;
    }

    public static short producerEpoch(ByteBuffer buffer, int position) {
        return buffer.getShort(position + PRODUCER_EPOCH_AT);
    }

    public static int baseSequence(ByteBuffer buffer, int position) {
        return buffer.getInt(position + BASE_SEQUENCE_AT);
    }

    /// The last record's sequence number, which wraps to 0 after 2^31 - 1; [#NO_SEQUENCE] where the
    /// base is negative.
    public static int lastSequence(ByteBuffer buffer, int position) {
        int base = baseSequence(buffer, position);
        return base < 0
                ? NO_SEQUENCE
                : (base + lastOffsetDelta(buffer, position)) & Integer.MAX_VALUE;
    }

    public static int recordCount(ByteBuffer buffer, int position) {
        return buffer.getInt(position + RECORD_COUNT_AT);
    }

    /// Sets the first record's offset, and so all of them. Outside of what the CRC covers.
    public static void setBaseOffset(ByteBuffer buffer, int position, long baseOffset) {
        buffer.putLong(position + BASE_OFFSET_AT, baseOffset);
    }

    /// Sets the epoch of the leader that appends. Outside of what the CRC covers.
    public static void setLeaderEpoch(ByteBuffer buffer, int position, int leaderEpoch) {
        buffer.putInt(position + LEADER_EPOCH_AT, leaderEpoch);
    }

    /// Gives all records of a whole batch the time of the append, and the batch its new CRC: one
    /// pass over its bytes.
    public static void stampLogAppendTime(ByteBuffer buffer, int position, long nowMs) {
        int attributes = attributes(buffer, position) | LOG_APPEND_TIME_BIT;
        buffer.putShort(position + ATTRIBUTES_AT, (short) attributes);
        setMaxTimestamp(buffer, position, nowMs);
    }

    /// Sets the max timestamp of a whole batch, and its new CRC: one pass over its bytes.
    static void setMaxTimestamp(ByteBuffer buffer, int position, long maxTimestampMs) {
        buffer.putLong(position + MAX_TIMESTAMP_AT, maxTimestampMs);
        stampCrc(buffer, position);
    }

    static void stampCrc(ByteBuffer buffer, int position) {
        buffer.putInt(position + CRC_AT, (int) computeCrc(buffer, position));
    }

    /// Whether all bytes that a batch at the position declares lie before the buffer's limit, at
    /// least a header's worth.
    public static boolean isWhole(ByteBuffer buffer, int position) {
        int available = buffer.limit() - position;
        if (available < BYTES) {
            return false;
        }
        int size = sizeInBytes(buffer, position);
        return size >= BYTES && size <= available;
    }

    /// Whether a batch of format 2 lies whole at the position and its bytes are those that the CRC
    /// was computed of. One pass over them, without a copy.
    public static boolean crcMatches(ByteBuffer buffer, int position) {
        return isWhole(buffer, position)
                && magic(buffer, position) == MAGIC
                && crc(buffer, position) == computeCrc(buffer, position);
    }

    private static long computeCrc(ByteBuffer buffer, int position) {
        int covered = sizeInBytes(buffer, position) - ATTRIBUTES_AT;
        CRC32C crc = new CRC32C();
        crc.update(buffer.slice(position + ATTRIBUTES_AT, covered));
        return crc.getValue();
    }

    private static boolean has(ByteBuffer buffer, int position, int bit) {
        return (attributes(buffer, position) & bit) != 0;
    }
}
