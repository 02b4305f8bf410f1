package io.quafka.testkit;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/// Spoils frames the way broken and hostile clients do. The same seed spoils alike.
public final class FrameMutator {
    private static final int LENGTH_BYTES = 4;

    /// Length, API key and version: what follows is the rest of the header and the body.
    private static final int BODY_AT = 8;

    private static final int NOISE_MAX = 20;
    private static final int[] BOUNDARIES = {
        -1,
        -2,
        0,
        1,
        2,
        0x7f,
        0x7fff,
        0xffff,
        0x00ff_ffff,
        100 << 20,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE
    };

    private final Random random;

    public FrameMutator(Random random) {
        this.random = random;
    }

    /// @param frame a whole request, which stays as it is
    /// @param other another one, for splicing
    public byte[] mutate(byte[] frame, byte[] other) {
        return switch (random.nextInt(10)) {
            case 0 -> frame;
            case 1, 2 -> flipped(frame, 1);
            case 3 -> flipped(frame, 1 + random.nextInt(16));
            case 4 -> withLength(Arrays.copyOf(frame, from(frame)));
            case 5 -> withInt(frame, 0, random.nextInt(2 * frame.length) - 10);
            case 6 -> withLength(spliced(frame, other));
            case 7, 8 -> withInt(frame, from(frame, BODY_AT, Integer.BYTES), boundary());
            default -> withLength(inserted(frame));
        };
    }

    /// True when the frame is as long as it says, so that the server is not left waiting.
    public static boolean isWhole(byte[] frame) {
        return frame.length >= LENGTH_BYTES
                && ByteBuffer.wrap(frame).getInt() == frame.length - LENGTH_BYTES;
    }

    private int boundary() {
        return BOUNDARIES[random.nextInt(BOUNDARIES.length)];
    }

    private int from(byte[] frame) {
        return from(frame, LENGTH_BYTES, 0);
    }

    private int from(byte[] frame, int first, int room) {
        return first + random.nextInt(Math.max(1, frame.length - first - room + 1));
    }

    private byte[] flipped(byte[] frame, int bits) {
        byte[] copy = frame.clone();
        for (int i = 0; i < bits; i++) {
            copy[from(copy, LENGTH_BYTES, 1)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
        }
        return copy;
    }

    private byte[] spliced(byte[] frame, byte[] other) {
        int head = from(frame);
        int tail = from(other);
        byte[] joined = Arrays.copyOf(frame, head + other.length - tail);
        System.arraycopy(other, tail, joined, head, other.length - tail);
        return joined;
    }

    private byte[] inserted(byte[] frame) {
        byte[] noise = new byte[1 + random.nextInt(NOISE_MAX)];
        if (random.nextBoolean()) {
            Arrays.fill(noise, (byte) 0xff);
        } else {
            random.nextBytes(noise);
        }
        int at = from(frame);
        return ByteBuffer.allocate(frame.length + noise.length)
                .put(frame, 0, at)
                .put(noise)
                .put(frame, at, frame.length - at)
                .array();
    }

    private static byte[] withLength(byte[] frame) {
        return withInt(frame, 0, frame.length - LENGTH_BYTES);
    }

    private static byte[] withInt(byte[] frame, int at, int value) {
        byte[] copy = frame.clone();
        ByteBuffer.wrap(copy).putInt(at, value);
        return copy;
    }
}
