package io.quafka.storage.batch;

/// A batch cannot be compacted: its partition is left as it is.
public final class UncleanableException extends Exception {
    private static final long serialVersionUID = 1;

    UncleanableException(String message, Throwable cause) {
        super(message, cause);
    }
}
