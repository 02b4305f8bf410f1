package io.quafka.controller.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/// A growing byte array and the primitives of the metadata format. Not for several threads.
///
/// | primitive | bytes |
/// |---|---|
/// | `uvar` | 1 to 10: seven bits each, lowest first, the high bit set on all but the last |
/// | `svar` | the zigzag form of a signed number as `uvar` |
/// | `bool` | 1: 0 or 1 |
/// | `uuid` | 16, big-endian |
/// | `f64` | 8: IEEE 754, big-endian |
/// | `string` | `uvar` length, UTF-8 |
/// | `nullable` | 0, or 1 and the value |
/// | `list` | `uvar` count, the elements |
/// | `map` | `uvar` count, then `string` key and `string` value each, sorted by key |
final class BinaryWriter {
    private byte[] bytes;
    private int size;

    BinaryWriter(int expectedBytes) {
        bytes = new byte[Math.max(16, expectedBytes)];
    }

    BinaryWriter u8(int value) {
        ensure(1);
        bytes[size++] = (byte) value;
        return this;
    }

    BinaryWriter uvar(long value) {
        ensure(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
        return this;
    }

    BinaryWriter svar(long value) {
        return uvar((value << 1) ^ (value >> 63));
    }

    BinaryWriter bool(boolean value) {
        return u8(value ? 1 : 0);
    }

    BinaryWriter uuid(Uuid id) {
        return i64(id.getMostSignificantBits()).i64(id.getLeastSignificantBits());
    }

    BinaryWriter f64(double value) {
        return i64(Double.doubleToRawLongBits(value));
    }

    BinaryWriter string(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        uvar(utf8.length);
        ensure(utf8.length);
        System.arraycopy(utf8, 0, bytes, size, utf8.length);
        size += utf8.length;
        return this;
    }

    <T> BinaryWriter nullable(@Nullable T value, BiConsumer<BinaryWriter, T> write) {
        bool(value != null);
        if (value != null) {
            write.accept(this, value);
        }
        return this;
    }

    <T> BinaryWriter list(Collection<T> values, BiConsumer<BinaryWriter, T> write) {
        uvar(values.size());
        for (T value : values) {
            write.accept(this, value);
        }
        return this;
    }

    BinaryWriter map(Map<String, String> map) {
        return list(
                new TreeMap<>(map).entrySet(), (w, e) -> w.string(e.getKey()).string(e.getValue()));
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    private BinaryWriter i64(long value) {
        ensure(8);
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes[size++] = (byte) (value >>> shift);
        }
        return this;
    }

    private void ensure(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(size + more, bytes.length * 2));
        }
    }
}
