package io.quafka.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/// Spoils frames the way broken and hostile clients do.
final class FrameMutator {
    private static final int[] BOUNDARIES = {
        -1, 0, 1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x7fff, 0xffff, 100 << 20, 0x00ffffff
    };

    private final Random random;

    FrameMutator(Random random) {
        this.random = random;
    }

    /// @param other another valid frame, to be spliced with
    byte[] mutate(byte[] frame, byte[] other) {
        return switch (random.nextInt(8)) {
            case 0 -> frame;
            case 1 -> flipped(frame, 1);
            case 2 -> flipped(frame, 1 + random.nextInt(16));
            case 3 -> withLength(Arrays.copyOf(frame, 4 + random.nextInt(frame.length - 3)));
            case 4 -> withInt(frame, 0, random.nextInt(2 * frame.length) - 10);
            case 5 -> withLength(spliced(frame, other));
            case 6 -> withInt(frame, 8 + random.nextInt(frame.length - 11), boundary());
            default -> withLength(inserted(frame));
        };
    }

    /// True when the frame is as long as its length says, so that the server is not left waiting.
    static boolean isWhole(byte[] frame) {
        return frame.length >= 4 && ByteBuffer.wrap(frame).getInt() == frame.length - 4;
    }

    private int boundary() {
        return BOUNDARIES[random.nextInt(BOUNDARIES.length)];
    }

    private byte[] flipped(byte[] frame, int bits) {
        byte[] copy = frame.clone();
        for (int i = 0; i < bits; i++) {
            int at = 4 + random.nextInt(copy.length - 4);
            copy[at] ^= (byte) (1 << random.nextInt(8));
        }
        return copy;
    }

    private byte[] spliced(byte[] frame, byte[] other) {
        int head = 4 + random.nextInt(frame.length - 3);
        int tail = 4 + random.nextInt(other.length - 3);
        byte[] joined = Arrays.copyOf(frame, head + other.length - tail);
        System.arraycopy(other, tail, joined, head, other.length - tail);
        return joined;
    }

    private byte[] inserted(byte[] frame) {
        byte[] noise = new byte[1 + random.nextInt(20)];
        if (random.nextBoolean()) {
            Arrays.fill(noise, (byte) 0xff);
        } else {
            random.nextBytes(noise);
        }
        int at = 4 + random.nextInt(frame.length - 3);
        byte[] longer = Arrays.copyOf(frame, frame.length + noise.length);
        System.arraycopy(noise, 0, longer, at, noise.length);
        System.arraycopy(frame, at, longer, at + noise.length, frame.length - at);
        return longer;
    }

    private static byte[] withLength(byte[] frame) {
        return withInt(frame, 0, frame.length - 4);
    }

    private static byte[] withInt(byte[] frame, int at, int value) {
        byte[] copy = frame.clone();
        ByteBuffer.wrap(copy).putInt(at, value);
        return copy;
    }
}
