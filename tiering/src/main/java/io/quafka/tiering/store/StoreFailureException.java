package io.quafka.tiering.store;

import org.jspecify.annotations.Nullable;

/// The store failed in a way of which it is not known whether a later call may succeed.
public final class StoreFailureException extends StoreException {
    public StoreFailureException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
