package io.quafka.program.config;

/// Something was set that cannot be. The message is one line for the operator: which key, where it
/// was set, what is expected.
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ConfigException(String message) {
        super(message);
    }
}
