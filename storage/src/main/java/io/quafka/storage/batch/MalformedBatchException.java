package io.quafka.storage.batch;

/// Record bytes that do not follow the format, or not within the limits. Carries no stack trace:
/// hostile clients pay for little else.
public final class MalformedBatchException extends Exception {
    private final String reason;

    MalformedBatchException(String reason) {
        super(reason, null, false, false);
        this.reason = reason;
    }

    /// What is wrong, for the producer to read.
    public String reason() {
        return reason;
    }
}
