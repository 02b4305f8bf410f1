package io.quafka.controller.codec;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/// Reads what [BinaryWriter] wrote. Never allocates more than a small multiple of the bytes at
/// hand, whatever the counts in them say.
///
/// Every method throws [MetadataFormatException] where the bytes end early or make no sense.
final class BinaryReader {
    private final ByteBuffer bytes;
    private final String what;

    /// @param what names the thing read, for messages
    BinaryReader(ByteBuffer bytes, String what) {
        this.bytes = bytes.slice();
        this.what = what;
    }

    int u8() {
        need(1);
        return bytes.get() & 0xff;
    }

    /// The format's version byte.
    void version(int known) {
        int version = u8();
        if (version != known) {
            throw new MetadataFormatException(
                    what
                            + " has format version "
                            + version
                            + "; this release reads version "
                            + known
                            + " only");
        }
    }

    long uvar() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = u8();
            value |= (long) (next & 0x7f) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw bad("a number of more than ten bytes");
    }

    long svar() {
        long value = uvar();
        return (value >>> 1) ^ -(value & 1);
    }

    int uvarInt() {
        long value = uvar();
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw bad("a number out of range: " + Long.toUnsignedString(value));
        }
        return (int) value;
    }

    int svarInt() {
        long value = svar();
        if (value != (int) value) {
            throw bad("a number out of range: " + value);
        }
        return (int) value;
    }

    boolean bool() {
        int value = u8();
        if (value > 1) {
            throw bad("a flag of " + value);
        }
        return value == 1;
    }

    Uuid uuid() {
        need(16);
        return new Uuid(bytes.getLong(), bytes.getLong());
    }

    double f64() {
        need(8);
        return bytes.getDouble();
    }

    String string() {
        int length = count(1);
        byte[] utf8 = new byte[length];
        bytes.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    <T> @Nullable T nullable(Function<BinaryReader, T> read) {
        return bool() ? read.apply(this) : null;
    }

    /// @param bytesMin fewest bytes an element can take: bounds the count before anything is
    ///   allocated
    <T> List<T> list(int bytesMin, Function<BinaryReader, T> read) {
        int count = count(bytesMin);
        List<T> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            values.add(read.apply(this));
        }
        return values;
    }

    Map<String, String> map() {
        int count = count(2);
        Map<String, String> map = LinkedHashMap.newLinkedHashMap(count);
        for (int i = 0; i < count; i++) {
            map.put(string(), string());
        }
        return map;
    }

    int count(int bytesMin) {
        int count = uvarInt();
        if ((long) count * bytesMin > bytes.remaining()) {
            throw bad("a count of " + count + " with " + bytes.remaining() + " bytes left");
        }
        return count;
    }

    <E extends Enum<E>> E constant(E[] values) {
        int ordinal = u8();
        if (ordinal >= values.length) {
            throw bad("an unknown constant: " + ordinal);
        }
        return values[ordinal];
    }

    void end() {
        if (bytes.hasRemaining()) {
            throw bad(bytes.remaining() + " bytes too many");
        }
    }

    MetadataFormatException bad(String problem) {
        return new MetadataFormatException(
                what + " is damaged at byte " + bytes.position() + ": " + problem);
    }

    private void need(int count) {
        if (bytes.remaining() < count) {
            throw bad("cut short");
        }
    }
}
