package io.quafka.controller.logic;

import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// Why one item of a command is refused. Thrown inside a decision and caught where the item began;
/// never leaves the package.
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;
    private final Errors error;

    Refusal(Errors error, @Nullable String message) {
        super(message, null, false, false);
        this.error = error;
    }

    Errors error() {
        return error;
    }
}
