package io.quafka.wire;

/// A [BufferPool] could not lend a buffer in time.
public final class BufferPoolExhaustedException extends RuntimeException {
    BufferPoolExhaustedException(String message) {
        super(message);
    }

    BufferPoolExhaustedException(String message, Throwable cause) {
        super(message, cause);
    }
}
