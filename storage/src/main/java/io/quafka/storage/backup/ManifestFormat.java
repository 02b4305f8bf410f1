package io.quafka.storage.backup;

import io.quafka.storage.index.AbortedTransaction;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.TieredObject;
import io.quafka.storage.index.TieredRange;
import io.quafka.storage.shard.ManifestEntry;
import io.quafka.storage.shard.OngoingTransaction;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.kafka.common.Uuid;

/// The bytes of a copy of a shard's manifest, whole or what changed since an earlier one. All
/// integers are big endian.
///
/// ```
/// Copy     := Head Chunk* End
/// Head     := (64 bytes)
///    0 magic            int32   'Q' 'B' 'M' '1'
///    4 version          int32   1
///    8 shard            int32
///   12 epoch            int32   of the leader that wrote it
///   16 sequence         int64   counts the copies of one epoch
///   24 kind             int32   1 the whole manifest, 2 what changed since the copy before
///   28 reserved         int32   zero
///   32 logEnd           int64   position where the shard's commit log ended, or later
///   40 untieredBytes    int64   of the log, that were in no object
///   48 writtenMs        int64   by the writer's clock, for people
///   56 reserved         int32   zero
///   60 headCrc          int32   CRC-32C of the head before it
/// Chunk    := length:4 (1 or more), CRC-32C of the entries:4, Entry* of so many bytes
/// End      := 0:4, how many entries the copy has:8, CRC-32C of these eight bytes:4
/// Entry    := kind:1 fields
///   1 range            partition baseOffset:8 lastOffset:8 object:8 position:8 length:8 leaderEpoch:4
///                      maxTimestamp:8 cumulativeMaxTimestamp:8 cumulativeBytes:8
///   2 log start        partition offset:8
///   3 dropped          partition
///   4 aborted          partition producerId:8 firstOffset:8 lastOffset:8 lastStableOffset:8
///   5 ongoing          partition count:4 (producerId:8 epoch:2 firstOffset:8)*
///   6 stored           object:8 nonce:8 createdMs:8 size:8
/// partition := topicId:16 index:4
/// ```
///
/// A whole copy, then all that follow on it in its epoch, are read as one list: see
/// [ManifestEntry].
final class ManifestFormat {
    static final int HEAD_BYTES = 64;
    static final int CHUNK_HEAD_BYTES = 8;
    static final int END_BYTES = 16;

    /// Of entries in a chunk; the largest entry is one of 10,000 transactions.
    static final int CHUNK_BYTES_MAX = 1 << 20;

    /// Where a chunk is written out: an entry fits behind it.
    static final int CHUNK_FULL_BYTES = CHUNK_BYTES_MAX / 2;

    private static final int MAGIC = 0x51424D31;
    private static final int VERSION = 1;
    private static final int WHOLE = 1;
    private static final int MORE = 2;
    private static final int HEAD_CRC_AT = 60;

    private ManifestFormat() {}

    /// @param whole or only what changed
    record Head(
            int shard,
            int epoch,
            long sequence,
            boolean whole,
            long logEnd,
            long untieredBytes,
            long writtenMs) {}

    static ByteBuffer encode(Head head) {
        ByteBuffer to = ByteBuffer.allocate(HEAD_BYTES);
        to.putInt(MAGIC)
                .putInt(VERSION)
                .putInt(head.shard())
                .putInt(head.epoch())
                .putLong(head.sequence())
                .putInt(head.whole() ? WHOLE : MORE)
                .putInt(0)
                .putLong(head.logEnd())
                .putLong(head.untieredBytes())
                .putLong(head.writtenMs())
                .putInt(0)
                .putInt(crc(to.slice(0, HEAD_CRC_AT)));
        return to.flip();
    }

    static Head decodeHead(ByteBuffer from) throws CopyDamagedException {
        if (from.remaining() != HEAD_BYTES || from.getInt(0) != MAGIC) {
            throw new CopyDamagedException("it does not begin as a copy of a manifest does");
        }
        if (from.getInt(HEAD_CRC_AT) != crc(from.slice(0, HEAD_CRC_AT))) {
            throw new CopyDamagedException("its head does not match its checksum");
        }
        if (from.getInt(4) != VERSION) {
            throw new CopyDamagedException(
                    "it is of version %d; this program knows %d"
                            .formatted(from.getInt(4), VERSION));
        }
        return new Head(
                from.getInt(8),
                from.getInt(12),
                from.getLong(16),
                from.getInt(24) == WHOLE,
                from.getLong(32),
                from.getLong(40),
                from.getLong(48));
    }

    static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return (int) crc.getValue();
    }

    static void put(ByteBuffer to, ManifestEntry entry) {
        switch (entry) {
            case ManifestEntry.Range(PartitionKey key, TieredRange range) ->
                    putPartition(to.put((byte) 1), key)
                            .putLong(range.baseOffset())
                            .putLong(range.lastOffset())
                            .putLong(range.object())
                            .putLong(range.position())
                            .putLong(range.length())
                            .putInt(range.leaderEpoch())
                            .putLong(range.maxTimestamp())
                            .putLong(range.cumulativeMaxTimestamp())
                            .putLong(range.cumulativeBytes());
            case ManifestEntry.LogStart(PartitionKey key, long offset) ->
                    putPartition(to.put((byte) 2), key).putLong(offset);
            case ManifestEntry.Dropped(PartitionKey key) -> putPartition(to.put((byte) 3), key);
            case ManifestEntry.Aborted(PartitionKey key, AbortedTransaction aborted) ->
                    putPartition(to.put((byte) 4), key)
                            .putLong(aborted.producerId())
                            .putLong(aborted.firstOffset())
                            .putLong(aborted.lastOffset())
                            .putLong(aborted.lastStableOffset());
            case ManifestEntry.Ongoing(PartitionKey key, List<OngoingTransaction> ongoing) -> {
                putPartition(to.put((byte) 5), key).putInt(ongoing.size());
                for (OngoingTransaction each : ongoing) {
                    to.putLong(each.producerId())
                            .putShort(each.epoch())
                            .putLong(each.firstOffset());
                }
            }
            case ManifestEntry.Stored(TieredObject object) ->
                    to.put((byte) 6)
                            .putLong(object.number())
                            .putLong(object.nonce())
                            .putLong(object.createdMs())
                            .putLong(object.size());
        }
    }

    private static ByteBuffer putPartition(ByteBuffer to, PartitionKey key) {
        return to.putLong(key.topicId().getMostSignificantBits())
                .putLong(key.topicId().getLeastSignificantBits())
                .putInt(key.partition());
    }

    static ManifestEntry read(ByteBuffer from) throws CopyDamagedException {
        try {
            int kind = from.get();
            return switch (kind) {
                case 1 -> range(from);
                case 2 -> new ManifestEntry.LogStart(partition(from), from.getLong());
                case 3 -> new ManifestEntry.Dropped(partition(from));
                case 4 -> aborted(from);
                case 5 -> ongoing(from);
                case 6 ->
                        new ManifestEntry.Stored(
                                new TieredObject(
                                        from.getLong(),
                                        from.getLong(),
                                        from.getLong(),
                                        from.getLong(),
                                        0));
                default -> throw new CopyDamagedException("it has an entry of kind " + kind);
            };
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new CopyDamagedException("an entry cannot be understood: " + e);
        }
    }

    private static PartitionKey partition(ByteBuffer from) {
        return new PartitionKey(new Uuid(from.getLong(), from.getLong()), from.getInt());
    }

    private static ManifestEntry range(ByteBuffer from) {
        PartitionKey key = partition(from);
        return new ManifestEntry.Range(
                key,
                new TieredRange(
                        from.getLong(),
                        from.getLong(),
                        from.getLong(),
                        from.getLong(),
                        from.getLong(),
                        from.getInt(),
                        from.getLong(),
                        from.getLong(),
                        from.getLong()));
    }

    private static ManifestEntry aborted(ByteBuffer from) {
        PartitionKey key = partition(from);
        return new ManifestEntry.Aborted(
                key,
                new AbortedTransaction(
                        from.getLong(), from.getLong(), from.getLong(), from.getLong()));
    }

    private static ManifestEntry ongoing(ByteBuffer from) {
        PartitionKey key = partition(from);
        int count = from.getInt();
        List<OngoingTransaction> ongoing = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ongoing.add(new OngoingTransaction(from.getLong(), from.getShort(), from.getLong()));
        }
        return new ManifestEntry.Ongoing(key, ongoing);
    }
}
