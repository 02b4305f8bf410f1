package io.quafka.wire;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A [KafkaPeer] could not be asked, or was lost before it answered. Whether it did what it was
/// asked is unknown.
public final class PeerUnavailableException extends IOException {
    private static final long serialVersionUID = 1L;

    PeerUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
