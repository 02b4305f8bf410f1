package io.quafka.storage.batch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/// A forward reader of a batch's record bytes: in place where they are uncompressed, chunk by chunk
/// where a stream decompresses them. Used by one thread.
final class RecordCursor {
    /// The most that a plain record's numbers can take: five, the attributes, and the count of
    /// headers.
    private static final int PLAIN_FRONT_BYTES = 5 * ShortVarint.MAX_BYTES + 2;

    private final ByteBuffer bytes;
    private final @Nullable InputStream source;
    private final long maxBytes;
    private int position;
    private int limit;

    private long timestampDelta;
    private boolean hasKey;

    /// Bytes consumed in earlier chunks, less where this one began in the buffer.
    private long consumedBefore;

    /// @param bytes a batch of format 2, uncompressed, from index 0 to its limit
    RecordCursor(ByteBuffer bytes) {
        this.bytes = bytes;
        this.source = null;
        this.maxBytes = Long.MAX_VALUE;
        this.position = BatchHeader.BYTES;
        this.limit = bytes.limit();
    }

    /// @param chunk where the stream's bytes are read to; heap memory
    /// @param maxBytes how many bytes may come out of the stream before the batch is refused
    RecordCursor(InputStream source, byte[] chunk, long maxBytes) {
        this.bytes = ByteBuffer.wrap(chunk);
        this.source = source;
        this.maxBytes = maxBytes;
    }

    /// The timestamp of the record last read, less the batch's base timestamp.
    long timestampDelta() {
        return timestampDelta;
    }

    /// Whether the record last read has a key.
    boolean hasKey() {
        return hasKey;
    }

    /// Keeps what a record's front says, for [#timestampDelta] and [#hasKey].
    void keep(long timestampDelta, boolean hasKey) {
        this.timestampDelta = timestampDelta;
        this.hasKey = hasKey;
    }

    /// Reads a record of the most common shape: no headers, short numbers, the expected offset
    /// delta, whole in memory. Faster than number by number, as the place is kept in a register.
    ///
    /// @return false if the record is of any other shape, or malformed: nothing was consumed, and
    ///   it is for others to say which
    boolean readPlainRecord(int offsetDelta) {
        int at = position;
        if (limit - at < PLAIN_FRONT_BYTES) {
            return false;
        }
        int length = ShortVarint.raw(bytes, at);
        at += ShortVarint.size(bytes, at);
        int end = at + (length >>> 1);
        at++; // attributes: none are defined
        int time = ShortVarint.raw(bytes, at);
        at += ShortVarint.size(bytes, at);
        int delta = ShortVarint.raw(bytes, at);
        at += ShortVarint.size(bytes, at);
        int key = ShortVarint.raw(bytes, at);
        at += ShortVarint.size(bytes, at);
        if ((length | time | delta | key) < 0
                || (length & 1) != 0
                || delta != offsetDelta << 1
                || end > limit) {
            return false;
        }
        boolean keyed = (key & 1) == 0;
        if (keyed) {
            at += key >>> 1;
            if (at > end || limit - at < ShortVarint.MAX_BYTES + 1) {
                return false;
            }
        }
        int value = ShortVarint.raw(bytes, at);
        at += ShortVarint.size(bytes, at);
        if ((value & 1) == 0) {
            at += value >>> 1;
        }
        if (value < 0 || at != end - 1 || bytes.get(at) != 0) {
            return false;
        }
        position = end;
        keep(ShortVarint.value(time), keyed);
        return true;
    }

    /// Bytes consumed so far, from an arbitrary start.
    long consumed() {
        return consumedBefore + position;
    }

    byte readByte() throws MalformedBatchException {
        if (position == limit) {
            refill();
        }
        return bytes.get(position++);
    }

    /// A zigzag number of at most 5 bytes.
    int readVarint() throws MalformedBatchException {
        byte first = readByte();
        int raw = first >= 0 ? first : readLongerVarint(first);
        return raw >>> 1 ^ -(raw & 1);
    }

    /// A zigzag number of at most 10 bytes.
    long readVarlong() throws MalformedBatchException {
        byte first = readByte();
        long raw = first >= 0 ? first : readLongerVarlong(first);
        return raw >>> 1 ^ -(raw & 1);
    }

    private int readLongerVarint(byte first) throws MalformedBatchException {
        int raw = first & 0x7f;
        for (int shift = 7; shift < 35; shift += 7) {
            byte next = readByte();
            raw |= (next & 0x7f) << shift;
            if (next >= 0) {
                return raw;
            }
        }
        throw new MalformedBatchException("a varint is longer than 5 bytes");
    }

    private long readLongerVarlong(byte first) throws MalformedBatchException {
        long raw = first & 0x7f;
        for (int shift = 7; shift < 70; shift += 7) {
            byte next = readByte();
            raw |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return raw;
            }
        }
        throw new MalformedBatchException("a varlong is longer than 10 bytes");
    }

    /// Passes over bytes.
    ///
    /// @param count not negative
    void skip(int count) throws MalformedBatchException {
        int left = count;
        while (left > limit - position) {
            left -= limit - position;
            position = limit;
            refill();
        }
        position += left;
    }

    /// Fills an array.
    void read(byte[] to) throws MalformedBatchException {
        int filled = 0;
        while (filled < to.length) {
            if (position == limit) {
                refill();
            }
            int some = Math.min(to.length - filled, limit - position);
            bytes.get(position, to, filled, some);
            position += some;
            filled += some;
        }
    }

    /// Passes over bytes, and gives them to a digest.
    ///
    /// @param count not negative
    void digest(int count, MessageDigest to) throws MalformedBatchException {
        int left = count;
        while (left > 0) {
            if (position == limit) {
                refill();
            }
            int some = Math.min(left, limit - position);
            to.update(bytes.slice(position, some));
            position += some;
            left -= some;
        }
    }

    /// Whether everything was read. Decompresses on to find out.
    boolean isExhausted() throws MalformedBatchException {
        return position == limit && (source == null || !fillFrom(source));
    }

    private void refill() throws MalformedBatchException {
        if (source == null || !fillFrom(source)) {
            throw new MalformedBatchException("the batch ends inside a record");
        }
    }

    private boolean fillFrom(InputStream stream) throws MalformedBatchException {
        consumedBefore += limit;
        position = 0;
        limit = 0;
        int read = readChunk(stream);
        // 0 is what an empty LZ4 block gives: Kafka's reader takes it for the end, so it is the
        // end.
        if (read <= 0) {
            return false;
        }
        limit = read;
        if (consumedBefore + limit > maxBytes) {
            throw new MalformedBatchException(
                    "the records decompress to more than " + maxBytes + " bytes");
        }
        return true;
    }

    /// The libraries behind the stream throw all sorts of things at bytes they cannot decompress.
    private int readChunk(InputStream stream) throws MalformedBatchException {
        try {
            return stream.read(bytes.array());
        } catch (IOException | RuntimeException e) {
            throw new MalformedBatchException("the records cannot be decompressed: " + e);
        }
    }
}
