package io.quafka.wire;

import java.io.Serial;

/// A frame that closes its connection.
final class BadFrameException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    private final CloseReason reason;

    BadFrameException(CloseReason reason, String message) {
        this(reason, message, null);
    }

    /// Without a stack trace: hostile input decides how often this is thrown.
    BadFrameException(
            CloseReason reason,
            String message,
            @org.jspecify.annotations.Nullable Throwable cause) {
        super(message, cause, false, false);
        this.reason = reason;
    }

    CloseReason reason() {
        return reason;
    }
}
