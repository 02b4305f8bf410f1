package io.quafka.program.roles;

/// A role cannot start, or had to stop. The message is one line for the operator.
public final class StartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StartException(String message) {
        super(message);
    }

    public StartException(String message, Throwable cause) {
        super(message, cause);
    }
}
