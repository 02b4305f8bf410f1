package io.quafka.tiering.store;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The store was too busy, too slow or not to be reached; a later call may succeed. Whether this
/// one took effect is not known.
public final class StoreBusyException extends StoreException {
    private final Duration retryAfter;

    /// @param retryAfter how long to wait at least; the caller adds its own back-off and jitter
    public StoreBusyException(String message, Duration retryAfter, @Nullable Throwable cause) {
        super(message, cause);
        this.retryAfter = retryAfter;
    }

    public Duration retryAfter() {
        return retryAfter;
    }
}
