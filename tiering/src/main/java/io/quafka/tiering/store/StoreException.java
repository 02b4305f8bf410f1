package io.quafka.tiering.store;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A call to the object store that did not succeed; its type says what that means for the next one.
public abstract sealed class StoreException extends IOException
        permits ObjectAbsentException,
                StoreDeniedException,
                StoreBusyException,
                StoreFailureException {
    StoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
