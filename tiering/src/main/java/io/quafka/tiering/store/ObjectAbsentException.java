package io.quafka.tiering.store;

import org.jspecify.annotations.Nullable;

/// No object has that key.
public final class ObjectAbsentException extends StoreException {
    private final String key;

    public ObjectAbsentException(String key, @Nullable Throwable cause) {
        super("no object " + key, cause);
        this.key = key;
    }

    public String key() {
        return key;
    }
}
