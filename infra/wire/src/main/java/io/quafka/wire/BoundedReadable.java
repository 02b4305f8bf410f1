package io.quafka.wire;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.protocol.Readable;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.utils.ByteUtils;
import org.jspecify.annotations.Nullable;

/// Reads a generated message from a frame, with a budget: the number of values and the time are
/// bounded, so that neither an array count that lies nor millions of empty structures nor colliding
/// keys can cost more than their frame is worth.
///
/// The generated code checks an array's count against [#remaining()] before it allocates; that is
/// where the budget shows.
final class BoundedReadable implements Readable {
    /// Reading one request must not take longer; only keys chosen to collide do.
    private static final long READ_NANOS_MAX = 2_000_000_000L;

    private static final int CLOCK_EVERY = 1 << 12;

    private final ByteBuffer buffer;
    private int valuesLeft;
    private boolean shared;
    private long startNanos;

    BoundedReadable(ByteBuffer buffer, int valuesMax) {
        this.buffer = buffer;
        this.valuesLeft = valuesMax;
    }

    /// True when something read is a slice of the frame, not a copy.
    boolean shared() {
        return shared;
    }

    @Override
    public byte readByte() {
        spend();
        return buffer.get();
    }

    @Override
    public short readShort() {
        spend();
        return buffer.getShort();
    }

    @Override
    public int readInt() {
        spend();
        return buffer.getInt();
    }

    @Override
    public long readLong() {
        spend();
        return buffer.getLong();
    }

    @Override
    public double readDouble() {
        spend();
        return ByteUtils.readDouble(buffer);
    }

    @Override
    public byte[] readArray(int length) {
        check(length);
        byte[] array = new byte[length];
        buffer.get(array);
        return array;
    }

    @Override
    public int readUnsignedVarint() {
        spend();
        return ByteUtils.readUnsignedVarint(buffer);
    }

    @Override
    public ByteBuffer readByteBuffer(int length) {
        check(length);
        shared |= length > 0;
        ByteBuffer slice = buffer.slice(buffer.position(), length);
        buffer.position(buffer.position() + length);
        return slice;
    }

    /// Numbers of tagged fields ascend (KIP-482). Kafka's own reader lets others pass, and its
    /// writer then fails on the message.
    @Override
    public List<RawTaggedField> readUnknownTaggedField(
            @Nullable List<RawTaggedField> before, int tag, int size) {
        if (before != null && !before.isEmpty() && before.getLast().tag() >= tag) {
            throw new IllegalArgumentException(
                    "tagged field %d after field %d".formatted(tag, before.getLast().tag()));
        }
        return Readable.super.readUnknownTaggedField(before, tag, size);
    }

    @Override
    public int readVarint() {
        spend();
        return ByteUtils.readVarint(buffer);
    }

    @Override
    public long readVarlong() {
        spend();
        return ByteUtils.readVarlong(buffer);
    }

    @Override
    public int remaining() {
        return Math.min(buffer.remaining(), valuesLeft);
    }

    @Override
    public Readable slice() {
        shared = true;
        return new BoundedReadable(buffer.slice(), valuesLeft);
    }

    private void check(int length) {
        spend();
        if (length < 0 || length > buffer.remaining()) {
            throw new IllegalArgumentException(
                    "a field of %d bytes where %d are left".formatted(length, buffer.remaining()));
        }
    }

    private void spend() {
        if (--valuesLeft < 0) {
            throw new IllegalArgumentException("too many values in one request");
        }
        if ((valuesLeft & (CLOCK_EVERY - 1)) == 0) {
            long now = System.nanoTime();
            if (startNanos == 0) {
                startNanos = now;
            } else if (now - startNanos > READ_NANOS_MAX) {
                throw new IllegalArgumentException("the request takes too long to read");
            }
        }
    }
}
