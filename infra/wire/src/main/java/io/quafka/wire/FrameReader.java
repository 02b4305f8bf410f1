package io.quafka.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ScatteringByteChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Cuts a stream of bytes into frames: a length of four bytes, then as many bytes.
///
/// Small frames stay in the connection's input buffer; larger ones are read straight into a pooled
/// buffer of their size, and by the same call what follows them into the input buffer: a client
/// that pipelines costs one read a frame. A frame above 2 MiB gets its memory in steps as its bytes
/// arrive, so that nobody reserves memory by announcing a frame. Used by one thread.
final class FrameReader {
    private static final int LENGTH_BYTES = 4;

    /// The first step of a large frame, and by how much a step exceeds the one before.
    private static final int STEP_BYTES = 2 << 20;

    private static final long STEP_FACTOR = 4;

    private final ScatteringByteChannel channel;
    private final ByteBuffer input;
    private final BufferPool pool;
    private final Bounds bounds;
    private final Activity activity;
    private int bytesMax;

    /// @param bytesMin frames below are refused
    /// @param bytesMax frames above are refused
    /// @param bufferWait how long to wait for memory
    record Bounds(int bytesMin, int bytesMax, Duration bufferWait) {}

    /// @param input between position and limit are bytes already read
    FrameReader(
            ScatteringByteChannel channel,
            ByteBuffer input,
            BufferPool pool,
            Bounds bounds,
            Activity activity) {
        this.channel = channel;
        this.input = input;
        this.pool = pool;
        this.bounds = bounds;
        this.bytesMax = bounds.bytesMax;
        this.activity = activity;
    }

    /// From the next frame on, those above are refused; never more than the bounds say.
    void limit(int frameBytesMax) {
        bytesMax = Math.min(frameBytesMax, bounds.bytesMax);
    }

    /// Whether something of the next frame was read by now.
    boolean hasMore() {
        return input.hasRemaining();
    }

    /// Waits for the length of the next frame. False when the stream ended between two frames.
    ///
    /// @throws BadFrameException when the stream ends within the length
    boolean awaitLength() throws IOException, BadFrameException {
        while (input.remaining() < LENGTH_BYTES) {
            if (!fill()) {
                return false;
            }
        }
        return true;
    }

    /// The next frame, or null when the stream ended between two frames.
    ///
    /// @throws BadFrameException when the length is refused or the stream ends within the frame
    /// @throws BufferPoolExhaustedException when there was no memory in time
    @Nullable Frame next() throws IOException, BadFrameException {
        while (true) {
            if (input.remaining() >= LENGTH_BYTES) {
                int length = checked(input.getInt(input.position()));
                if (input.remaining() - LENGTH_BYTES >= length) {
                    ByteBuffer bytes = input.slice(input.position() + LENGTH_BYTES, length);
                    input.position(input.position() + LENGTH_BYTES + length);
                    return new Frame(bytes, null);
                }
                if (length > input.capacity() - LENGTH_BYTES) {
                    input.position(input.position() + LENGTH_BYTES);
                    return large(length);
                }
            }
            if (!fill()) {
                return null;
            }
        }
    }

    /// Reads more of a frame into the input buffer. False when the stream ended between two frames.
    private boolean fill() throws IOException, BadFrameException {
        if (input.hasRemaining()) {
            activity.frameBegun();
        }
        input.compact();
        int read;
        try {
            read = channel.read(input);
        } finally {
            input.flip();
        }
        if (read < 0 && input.hasRemaining()) {
            throw truncated();
        }
        return read >= 0;
    }

    private Frame large(int length) throws IOException, BadFrameException {
        activity.frameBegun();
        PooledBuffer memory = pool.acquire(step(STEP_BYTES, length), bounds.bufferWait);
        try {
            ByteBuffer bytes = memory.buffer();
            bytes.put(input);
            while (bytes.position() < length) {
                if (!bytes.hasRemaining()) {
                    memory = grown(memory, length);
                    bytes = memory.buffer();
                }
                if (read(bytes, length) < 0) {
                    throw truncated();
                }
            }
            return new Frame(bytes.flip(), memory);
        } catch (IOException | BadFrameException | RuntimeException e) {
            memory.release();
            throw e;
        }
    }

    /// Reads into the frame's memory, and past its end into the input buffer, which is empty.
    private long read(ByteBuffer bytes, int length) throws IOException {
        if (bytes.limit() < length) {
            return channel.read(bytes);
        }
        input.clear();
        try {
            return channel.read(new ByteBuffer[] {bytes, input});
        } finally {
            input.flip();
        }
    }

    private PooledBuffer grown(PooledBuffer full, int length) {
        long larger = full.buffer().limit() * STEP_FACTOR;
        PooledBuffer memory = pool.acquire(step(larger, length), bounds.bufferWait);
        memory.buffer().put(full.buffer().flip());
        full.release();
        return memory;
    }

    /// The next step, or the whole frame where that would not fit into the pool beside the step.
    private int step(long bytes, int length) {
        return bytes >= length || 5 * (bytes + length) / 4 > pool.capacity() ? length : (int) bytes;
    }

    private int checked(int length) throws BadFrameException {
        if (length < bounds.bytesMin || length > bytesMax) {
            throw new BadFrameException(
                    CloseReason.FRAME_LENGTH,
                    "a frame's length is %d, not in %d..%d"
                            .formatted(length, bounds.bytesMin, bytesMax));
        }
        return length;
    }

    private static BadFrameException truncated() {
        return new BadFrameException(
                CloseReason.TRUNCATED_FRAME, "the connection ended within a frame");
    }

    /// @param bytes the frame without its length, from position to limit; where `memory` is null it
    ///   lies in the input buffer, and is gone at the next read
    /// @param memory what the bytes lie in, the receiver's to release
    record Frame(ByteBuffer bytes, @Nullable PooledBuffer memory) {}
}
