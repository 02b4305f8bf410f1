package io.quafka.tiering.read;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// More history was asked for at once than the reader has requests or memory for: come again later.
public final class HistoryOverloadedException extends IOException {
    HistoryOverloadedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
