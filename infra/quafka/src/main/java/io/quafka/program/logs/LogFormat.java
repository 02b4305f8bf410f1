package io.quafka.program.logs;

import io.quafka.program.config.ConfigException;
import org.jspecify.annotations.Nullable;

/// What logs are written as.
public enum LogFormat {
    /// For people: one line for each event, what varies as `key="value"` at its end.
    TEXT("text"),
    /// For machines: one JSON object for each event, on a line of its own.
    JSON("json");

    static final String PROPERTY = "quafka.log.format";
    static final String VARIABLE = "QUAFKA_LOG_FORMAT";

    private final String text;

    LogFormat(String text) {
        this.text = text;
    }

    /// Makes sure that the process's format is one.
    ///
    /// @throws ConfigException for a name that is no format
    public static void check() {
        of(System.getProperty(PROPERTY), System.getenv(VARIABLE));
    }

    /// @param property null if it is not set; over the variable
    /// @throws ConfigException for a name that is no format
    static LogFormat of(@Nullable String property, @Nullable String variable) {
        String source = property == null ? VARIABLE : PROPERTY;
        String name = property == null ? variable : property;
        if (name == null) {
            return TEXT;
        }
        for (LogFormat format : values()) {
            if (format.text.equals(name)) {
                return format;
            }
        }
        throw new ConfigException(source + ": expected text or json, not '" + name + "'");
    }
}
