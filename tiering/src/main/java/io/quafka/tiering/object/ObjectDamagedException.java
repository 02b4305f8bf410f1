package io.quafka.tiering.object;

import java.io.IOException;

/// Bytes of an object are not those that were stored. What was read is not to be served.
public final class ObjectDamagedException extends IOException {
    private final String key;
    private final long position;

    /// @param position of the first byte of what does not match, from the object's start
    public ObjectDamagedException(String key, long position, String what) {
        super("object %s is damaged at byte %d: %s".formatted(key, position, what));
        this.key = key;
        this.position = position;
    }

    public String key() {
        return key;
    }

    public long position() {
        return position;
    }
}
