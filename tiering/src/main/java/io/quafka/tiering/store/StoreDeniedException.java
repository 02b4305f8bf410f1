package io.quafka.tiering.store;

import org.jspecify.annotations.Nullable;

/// The store refuses us: credentials, rights or bucket are not what was configured. Repeating the
/// call helps only once somebody has changed that.
public final class StoreDeniedException extends StoreException {
    public StoreDeniedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
