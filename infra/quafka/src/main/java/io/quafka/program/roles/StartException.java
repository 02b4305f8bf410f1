package io.quafka.program.roles;

import java.io.IOException;

/// A role cannot start, or had to stop. The message is one line for the operator.
public final class StartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StartException(String message) {
        super(message);
    }

    public StartException(String message, Throwable cause) {
        super(message, cause);
    }

    /// The same failure as one that an operator can read, unless it is a bug: that stays what it
    /// is.
    static RuntimeException of(Exception failure) throws InterruptedException {
        return switch (failure) {
            case InterruptedException interrupted -> throw interrupted;
            case IOException io ->
                    new StartException(
                            io.getMessage() == null ? io.toString() : io.getMessage(), io);
            case RuntimeException unchecked -> unchecked;
            default -> new StartException(failure.toString(), failure);
        };
    }
}
