package io.quafka.program.config;

import java.util.Locale;

/// One thing that can be set: declared once, in [ConfigKeys].
///
/// @param name dotted, lower case
/// @param type how its text is read
/// @param defaultText what it is when nobody sets it; parses under `type`
/// @param doc one or two sentences for the table of keys
public record ConfigKey<T>(String name, ValueType<T> type, String defaultText, String doc) {
    /// `QUAFKA_` and the name in capitals, dots turned to underscores.
    public String environmentName() {
        return "QUAFKA_" + name.toUpperCase(Locale.ROOT).replace('.', '_');
    }

    public String typeName() {
        return type.name();
    }
}
