package io.quafka.controller.config;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/// One config's value between text and type.
final class ConfigValues {
    private ConfigValues() {}

    /// What is wrong with a value, or null.
    static @Nullable String problem(ConfigKey key, String value) {
        try {
            Object parsed = parse(key, value);
            if (key.validator != null) {
                key.validator.ensureValid(key.name, parsed);
            }
            return null;
        } catch (ConfigException e) {
            String message = String.valueOf(e.getMessage());
            return key.validator == null || message.contains("must be")
                    ? message
                    : message + " (valid: " + key.validator + ")";
        }
    }

    /// @throws ConfigException where the text is not of the config's type
    static Object parse(ConfigKey key, String value) {
        return ConfigDef.parseType(key.name, value, key.type);
    }

    /// A typed value as Kafka writes it, or null for null.
    static @Nullable String text(ConfigKey key, @Nullable Object value) {
        return ConfigDef.convertToString(value, key.type);
    }
}
