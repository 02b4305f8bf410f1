package io.quafka.program.cli;

/// A command could not be done. The message is what the user reads, in one line.
final class CommandFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CommandFailedException(String message) {
        super(message);
    }
}
