package io.quafka.storage.batch;

import java.nio.ByteBuffer;

/// A zigzag number of at most three bytes, read at a place. Value and size are found by branches,
/// each from the bytes alone, so that the processor can guess both and need not wait for one number
/// to know where the next begins.
final class ShortVarint {
    /// What [#raw] answers where the number is longer.
    static final int LONGER = -1;

    static final int MAX_BYTES = 3;

    private ShortVarint() {}

    /// The number before zigzag decoding, or [#LONGER].
    static int raw(ByteBuffer bytes, int at) {
        int first = bytes.get(at);
        if (first >= 0) {
            return first;
        }
        int second = bytes.get(at + 1);
        if (second >= 0) {
            return first & 0x7f | second << 7;
        }
        int third = bytes.get(at + 2);
        return third >= 0 ? first & 0x7f | (second & 0x7f) << 7 | third << 14 : LONGER;
    }

    /// Bytes that the number takes; [#MAX_BYTES] where it is longer.
    static int size(ByteBuffer bytes, int at) {
        if (bytes.get(at) >= 0) {
            return 1;
        }
        return bytes.get(at + 1) >= 0 ? 2 : MAX_BYTES;
    }

    static int value(int raw) {
        return raw >>> 1 ^ -(raw & 1);
    }
}
