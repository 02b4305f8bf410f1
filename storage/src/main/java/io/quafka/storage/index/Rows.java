package io.quafka.storage.index;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.Uuid;

/// The rows of the index, byte by byte. All numbers are big endian, so that keys sort as their
/// fields do; none is negative.
///
/// ```
/// key      = shard:4 topicId:16 partition:4 kind:1 rest
/// applied  = kind 1                        value = version:1 position:8
/// state    = kind 2, rest = name in UTF-8  value = version:1 the caller's bytes
/// segment  = kind 3, rest = base:8         value = version:1 liveBytes:8
/// logStart = kind 4                        value = version:1 offset:8
/// producer = kind 5, rest = producerId:8   value = version:1 the caller's bytes
/// run      = kind 6, rest = lastOffset:8   value = version:1 baseOffset:8 position:8 length:4 leaderEpoch:4
///                                                  maxTimestamp:8 cumulativeMaxTimestamp:8 cumulativeBytes:8
///            of a run that may have gaps           version:2 the same, headsCrc:4
/// aborted  = kind 7, rest = lastOffset:8   value = version:1 producerId:8 firstOffset:8 lastStableOffset:8
/// cleaned  = kind 8                        value = version:1 offset:8
/// tiered   = kind 9, rest = lastOffset:8   value = version:1 baseOffset:8 object:8 position:8 length:8 leaderEpoch:4
///                                                  maxTimestamp:8 cumulativeMaxTimestamp:8 cumulativeBytes:8
/// intended = kind 10, rest = object:8      value = version:1 nonce:8 createdMs:8 size:8 ranges:4
/// held     = kind 11, rest = object:8      value = as intended
/// doomed   = kind 12, rest = object:8      value = as intended
/// ```
///
/// Kinds 1 to 3 and 10 to 12 belong to the shard: their topic id and partition are zero, which no
/// topic has. The version is 1. Rows carry no checksum of their own: RocksDB checks that of the
/// block on every read from disk.
///
/// The partition comes before the kind, so that one range holds all of a partition, and one seek
/// finds the next partition. Runs are keyed by their *last* offset: the run that holds an offset,
/// or the first behind it, is one seek; the runs before an offset are one range; neither needs to
/// read first.
final class Rows {
    static final byte APPLIED = 1;
    static final byte STATE = 2;
    static final byte SEGMENT = 3;
    static final byte LOG_START = 4;
    static final byte PRODUCER = 5;
    static final byte RUN = 6;
    static final byte ABORTED = 7;
    static final byte CLEANED = 8;

    static final byte TIERED = 9;
    static final byte INTENDED = 10;
    static final byte HELD = 11;
    static final byte DOOMED = 12;

    /// Above every kind.
    static final byte KINDS_END = 13;

    /// Bytes of a key up to and including its kind; also the length of every bound of a scan.
    static final int PREFIX_BYTES = Integer.BYTES + 2 * Long.BYTES + Integer.BYTES + Byte.BYTES;

    /// Bytes of a key whose rest is one number.
    static final int NUMBER_KEY_BYTES = PREFIX_BYTES + Long.BYTES;

    static final int PLAIN_RUN_BYTES = 1 + 5 * Long.BYTES + 2 * Integer.BYTES;

    /// The longer of the two forms.
    static final int RUN_VALUE_BYTES = PLAIN_RUN_BYTES + Integer.BYTES;

    static final int LONG_VALUE_BYTES = 1 + Long.BYTES;
    static final int ABORTED_VALUE_BYTES = 1 + 3 * Long.BYTES;
    static final int TIERED_VALUE_BYTES = 1 + 7 * Long.BYTES + Integer.BYTES;
    static final int OBJECT_VALUE_BYTES = 1 + 3 * Long.BYTES + Integer.BYTES;

    /// Of all values that do not hold a caller's bytes.
    static final int VALUE_BYTES_MAX = Math.max(RUN_VALUE_BYTES, TIERED_VALUE_BYTES);

    private static final byte VERSION = 1;
    private static final byte RUN_WITH_GAPS = 2;

    private Rows() {}

    /// The kind that a key is of.
    static byte kindOf(byte[] key) {
        return key[PREFIX_BYTES - 1];
    }

    /// Writes the key's prefix at the buffer's position.
    static ByteBuffer putPrefix(ByteBuffer to, int shardId, PartitionKey partition, byte kind) {
        return putPrefix(to, shardId, partition.topicId(), partition.partition(), kind);
    }

    static ByteBuffer putPrefix(ByteBuffer to, int shardId, Uuid topicId, int partition, int kind) {
        return to.putInt(shardId)
                .putLong(topicId.getMostSignificantBits())
                .putLong(topicId.getLeastSignificantBits())
                .putInt(partition)
                .put((byte) kind);
    }

    /// The prefix of one kind of the shard's own rows.
    static ByteBuffer putShardPrefix(ByteBuffer to, int shardId, int kind) {
        return putPrefix(to, shardId, Uuid.ZERO_UUID, 0, kind);
    }

    static byte[] shardKey(int shardId, byte kind) {
        return putShardPrefix(ByteBuffer.allocate(PREFIX_BYTES), shardId, kind).array();
    }

    static byte[] stateKey(int shardId, String name) {
        byte[] rest = name.getBytes(StandardCharsets.UTF_8);
        ByteBuffer key = ByteBuffer.allocate(PREFIX_BYTES + rest.length);
        return putShardPrefix(key, shardId, STATE).put(rest).array();
    }

    /// The prefix as a key: of a row without a rest, or a bound before all rows of that kind.
    static byte[] key(int shardId, PartitionKey partition, int kind) {
        ByteBuffer key = ByteBuffer.allocate(PREFIX_BYTES);
        return putPrefix(key, shardId, partition.topicId(), partition.partition(), kind).array();
    }

    static byte[] key(int shardId, PartitionKey partition, byte kind, long rest) {
        ByteBuffer key = ByteBuffer.allocate(NUMBER_KEY_BYTES);
        return putPrefix(key, shardId, partition, kind).putLong(rest).array();
    }

    static ByteBuffer putRun(ByteBuffer to, Run run) {
        to.put(run.mayHaveGaps() ? RUN_WITH_GAPS : VERSION)
                .putLong(run.baseOffset())
                .putLong(run.position())
                .putInt(run.length())
                .putInt(run.leaderEpoch())
                .putLong(run.maxTimestamp())
                .putLong(run.cumulativeMaxTimestamp())
                .putLong(run.cumulativeBytes());
        return run.mayHaveGaps() ? to.putInt((int) run.headsCrc()) : to;
    }

    static Run readRun(ByteBuffer key, ByteBuffer value) {
        boolean gaps =
                value.remaining() == RUN_VALUE_BYTES
                        && value.get(value.position()) == RUN_WITH_GAPS;
        if (gaps) {
            value.get();
        } else {
            checkValue(value, PLAIN_RUN_BYTES);
        }
        return new Run(
                value.getLong(),
                key.getLong(PREFIX_BYTES),
                value.getLong(),
                value.getInt(),
                value.getInt(),
                value.getLong(),
                value.getLong(),
                value.getLong(),
                gaps ? Integer.toUnsignedLong(value.getInt()) : Run.NO_GAPS);
    }

    static ByteBuffer putAborted(ByteBuffer to, AbortedTransaction aborted) {
        return to.put(VERSION)
                .putLong(aborted.producerId())
                .putLong(aborted.firstOffset())
                .putLong(aborted.lastStableOffset());
    }

    static AbortedTransaction readAborted(long lastOffset, ByteBuffer value) {
        checkValue(value, ABORTED_VALUE_BYTES);
        long producerId = value.getLong();
        long firstOffset = value.getLong();
        return new AbortedTransaction(producerId, firstOffset, lastOffset, value.getLong());
    }

    static ByteBuffer putTiered(ByteBuffer to, TieredRange range) {
        return to.put(VERSION)
                .putLong(range.baseOffset())
                .putLong(range.object())
                .putLong(range.position())
                .putLong(range.length())
                .putInt(range.leaderEpoch())
                .putLong(range.maxTimestamp())
                .putLong(range.cumulativeMaxTimestamp())
                .putLong(range.cumulativeBytes());
    }

    static TieredRange readTiered(long lastOffset, ByteBuffer value) {
        checkValue(value, TIERED_VALUE_BYTES);
        return new TieredRange(
                value.getLong(),
                lastOffset,
                value.getLong(),
                value.getLong(),
                value.getLong(),
                value.getInt(),
                value.getLong(),
                value.getLong(),
                value.getLong());
    }

    static byte kind(ObjectState state) {
        return switch (state) {
            case INTENDED -> INTENDED;
            case HELD -> HELD;
            case DOOMED -> DOOMED;
        };
    }

    static byte[] objectKey(int shardId, ObjectState state, long number) {
        return putShardPrefix(ByteBuffer.allocate(NUMBER_KEY_BYTES), shardId, kind(state))
                .putLong(number)
                .array();
    }

    static ByteBuffer putObject(ByteBuffer to, TieredObject object) {
        return to.put(VERSION)
                .putLong(object.nonce())
                .putLong(object.createdMs())
                .putLong(object.size())
                .putInt(object.ranges());
    }

    static TieredObject readObject(long number, ByteBuffer value) {
        checkValue(value, OBJECT_VALUE_BYTES);
        return new TieredObject(
                number, value.getLong(), value.getLong(), value.getLong(), value.getInt());
    }

    static ByteBuffer putLong(ByteBuffer to, long number) {
        return to.put(VERSION).putLong(number);
    }

    static long readLong(ByteBuffer value) {
        checkValue(value, LONG_VALUE_BYTES);
        return value.getLong();
    }

    static byte[] versioned(byte[] bytes) {
        byte[] value = new byte[1 + bytes.length];
        value[0] = VERSION;
        System.arraycopy(bytes, 0, value, 1, bytes.length);
        return value;
    }

    static byte[] readBytes(ByteBuffer value) {
        checkValue(value, value.remaining());
        byte[] bytes = new byte[value.remaining()];
        value.get(bytes);
        return bytes;
    }

    static PartitionKey readPartition(ByteBuffer key) {
        int at = Integer.BYTES;
        Uuid topicId = new Uuid(key.getLong(at), key.getLong(at + Long.BYTES));
        return new PartitionKey(topicId, key.getInt(at + 2 * Long.BYTES));
    }

    private static void checkValue(ByteBuffer value, int bytes) {
        if (value.remaining() != bytes || bytes == 0) {
            throw new IndexException(
                    "a row of %d bytes where %d are due".formatted(value.remaining(), bytes));
        }
        byte version = value.get();
        if (version != VERSION) {
            throw new IndexException(
                    "a row of version %d; this program knows %d".formatted(version, VERSION));
        }
    }
}
