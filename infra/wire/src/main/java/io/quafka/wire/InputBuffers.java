package io.quafka.wire;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;

/// The small direct buffers that connections read lengths and small frames into: one for each
/// connection, reused after it.
final class InputBuffers {
    /// What an idle connection holds. Most requests without records fit; of the others this much is
    /// copied once.
    static final int BYTES = 2 << 10;

    private static final int KEPT_MAX = 4_096;

    private final ArrayBlockingQueue<ByteBuffer> kept = new ArrayBlockingQueue<>(KEPT_MAX);

    ByteBuffer take() {
        ByteBuffer buffer = kept.poll();
        return buffer == null ? ByteBuffer.allocateDirect(BYTES) : buffer.clear();
    }

    void giveBack(ByteBuffer buffer) {
        kept.offer(buffer);
    }
}
