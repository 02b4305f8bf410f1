package io.quafka.storage.backup;

import java.io.IOException;

/// A copy in the object store is not what was written there.
public final class CopyDamagedException extends IOException {
    private static final long serialVersionUID = 1L;

    CopyDamagedException(String message) {
        super(message);
    }
}
