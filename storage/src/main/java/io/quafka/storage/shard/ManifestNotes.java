package io.quafka.storage.shard;

import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.TieredObject;
import io.quafka.storage.index.TieredRange;
import io.quafka.storage.shard.ObjectCommit.Placed;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;

/// The bytes of the commit log's entries about objects; the entry has the object's number and a
/// checksum of them.
///
/// All integers are big endian.
///
/// ```
/// intended  := version:1 nonce:8 createdMs:8
/// committed := version:1 last:1 size:8 count:4 range{count}
/// range     := topicId:16 partition:4 baseOffset:8 lastOffset:8 position:8 length:8 leaderEpoch:4
///              maxTimestamp:8 cumulativeMaxTimestamp:8 cumulativeBytes:8
/// merged    := as committed
/// dropped   := version:1
/// ```
///
/// The version is 1; `last` is 1 if nothing more will come of the object, else 0.
final class ManifestNotes {
    private static final byte VERSION = 1;
    private static final int COMMITTED_HEAD_BYTES = 2 + Long.BYTES + Integer.BYTES;
    private static final int RANGE_BYTES = 2 * Long.BYTES + 7 * Long.BYTES + 2 * Integer.BYTES;

    private ManifestNotes() {}

    static ByteBuffer intended(long nonce, long createdMs) {
        return ByteBuffer.allocate(1 + 2 * Long.BYTES)
                .put(VERSION)
                .putLong(nonce)
                .putLong(createdMs)
                .flip();
    }

    /// @throws IllegalArgumentException if these are not the bytes of one
    static TieredObject readIntended(long number, ByteBuffer note) {
        checkVersion(note);
        return new TieredObject(number, note.getLong(), note.getLong(), 0, 0);
    }

    static ByteBuffer committed(ObjectCommit commit) {
        ByteBuffer to =
                ByteBuffer.allocate(COMMITTED_HEAD_BYTES + commit.ranges().size() * RANGE_BYTES);
        to.put(VERSION)
                .put((byte) (commit.last() ? 1 : 0))
                .putLong(commit.size())
                .putInt(commit.ranges().size());
        for (Placed placed : commit.ranges()) {
            Uuid topicId = placed.partition().topicId();
            TieredRange range = placed.range();
            to.putLong(topicId.getMostSignificantBits())
                    .putLong(topicId.getLeastSignificantBits())
                    .putInt(placed.partition().partition())
                    .putLong(range.baseOffset())
                    .putLong(range.lastOffset())
                    .putLong(range.position())
                    .putLong(range.length())
                    .putInt(range.leaderEpoch())
                    .putLong(range.maxTimestamp())
                    .putLong(range.cumulativeMaxTimestamp())
                    .putLong(range.cumulativeBytes());
        }
        return to.flip();
    }

    /// @throws IllegalArgumentException if these are not the bytes of one
    static ObjectCommit readCommitted(long number, int epoch, boolean merged, ByteBuffer note) {
        checkVersion(note);
        boolean last = note.get() == 1;
        long size = note.getLong();
        int count = note.getInt();
        if (count < 0 || note.remaining() != (long) count * RANGE_BYTES) {
            throw new IllegalArgumentException(
                    "%d ranges in %d bytes".formatted(count, note.remaining()));
        }
        List<Placed> ranges = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            PartitionKey partition =
                    new PartitionKey(new Uuid(note.getLong(), note.getLong()), note.getInt());
            ranges.add(
                    new Placed(
                            partition,
                            new TieredRange(
                                    note.getLong(),
                                    note.getLong(),
                                    number,
                                    note.getLong(),
                                    note.getLong(),
                                    note.getInt(),
                                    note.getLong(),
                                    note.getLong(),
                                    note.getLong())));
        }
        return new ObjectCommit(number, epoch, size, ranges, last, merged);
    }

    static ByteBuffer dropped() {
        return ByteBuffer.allocate(1).put(VERSION).flip();
    }

    private static void checkVersion(ByteBuffer note) {
        byte version = note.get();
        if (version != VERSION) {
            throw new IllegalArgumentException(
                    "a note of version %d; this program knows %d".formatted(version, VERSION));
        }
    }
}
