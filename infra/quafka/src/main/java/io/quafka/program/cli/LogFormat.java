package io.quafka.program.cli;

import io.quafka.program.config.ConfigException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What logs are written as: `logback.xml` takes the file of the format's name.
final class LogFormat {
    static final String PROPERTY = "quafka.log.format";
    static final String VARIABLE = "QUAFKA_LOG_FORMAT";

    private static final Set<String> NAMES = Set.of("text", "json");

    private LogFormat() {}

    /// A format that is none would have nothing logged at all.
    ///
    /// @param property null if it is not set; over the variable
    /// @throws ConfigException for a name that is no format
    static void check(@Nullable String property, @Nullable String variable) {
        String source = property == null ? VARIABLE : PROPERTY;
        String name = property == null ? variable : property;
        if (name != null && !NAMES.contains(name)) {
            throw new ConfigException(source + ": expected text or json, not '" + name + "'");
        }
    }
}
