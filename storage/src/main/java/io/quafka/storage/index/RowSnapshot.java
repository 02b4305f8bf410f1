package io.quafka.storage.index;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// All rows of a shard as they are at one moment, told in chunks to a replica that is to have the
/// same. Rows about the segments' files are left out, for the replica has files of its own.
///
/// ```
/// Chunk := crc:4 number:4 last:1 Row*          crc = CRC-32C of everything behind it
/// Row   := keyBytes:2 valueBytes:4 key value   the key without its shard
/// ```
///
/// It holds on to replaced rows, and keeps the index from being closed, until it is closed. One
/// thread at a time.
public final class RowSnapshot implements AutoCloseable {
    /// What a chunk best has at most. Any row fits into a sixteenth of it, with the chunk's head.
    public static final int CHUNK_BYTES_MAX = 1 << 20;

    static final int HEAD_BYTES = 2 * Integer.BYTES + 1;

    /// Of a key up to its kind, without the shard.
    static final int KEY_BYTES_MIN = Rows.PREFIX_BYTES - Integer.BYTES;

    private static final int ROW_HEAD_BYTES = Short.BYTES + Integer.BYTES;

    private final Cursor rows;
    private final long appliedPosition;
    private boolean more;
    private int number;

    RowSnapshot(Store store, int shardId) {
        rows = store.cursor().overAll(shardId);
        more = rows.first();
        boolean applied = more && Rows.kindOf(rows.rowKey()) == Rows.APPLIED;
        appliedPosition = applied ? Rows.readLong(rows.value()) : 0;
    }

    /// Up to where in the commit log the rows include everything.
    public long appliedPosition() {
        return appliedPosition;
    }

    /// The number of the chunk that comes next, from 0 on.
    public int number() {
        return number;
    }

    /// Writes the next chunk: as many rows as there is room for.
    ///
    /// @param target at least a sixteenth of [#CHUNK_BYTES_MAX] of it is free
    public void next(ByteBuffer target) {
        int start = target.position();
        target.position(start + HEAD_BYTES);
        while (more) {
            byte[] key = rows.rowKey();
            if (isTold(Rows.kindOf(key))) {
                byte[] value = rows.value().array();
                int bytes = key.length - Integer.BYTES;
                if (target.remaining() < ROW_HEAD_BYTES + bytes + value.length) {
                    requireSome(target.position() - start);
                    break;
                }
                target.putShort((short) bytes).putInt(value.length);
                target.put(key, Integer.BYTES, bytes).put(value);
            }
            more = rows.next();
        }
        target.putInt(start + Integer.BYTES, number++);
        target.put(start + 2 * Integer.BYTES, (byte) (more ? 0 : 1));
        target.putInt(start, crc(target.duplicate().flip().position(start)));
    }

    private static void requireSome(int bytes) {
        if (bytes <= HEAD_BYTES) {
            throw new IndexException("a row that fits into no chunk");
        }
    }

    static boolean isTold(byte kind) {
        return kind > Rows.APPLIED && kind < Rows.KINDS_END && kind != Rows.SEGMENT;
    }

    /// @param chunk all of it
    static int crc(ByteBuffer chunk) {
        CRC32C crc = new CRC32C();
        crc.update(chunk.duplicate().position(chunk.position() + Integer.BYTES));
        return (int) crc.getValue();
    }

    @Override
    public void close() {
        rows.close();
    }
}
