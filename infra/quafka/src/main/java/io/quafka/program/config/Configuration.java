package io.quafka.program.config;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Every key's value after defaults, file, environment and flags were laid over each other, in that
/// order. Immutable.
public final class Configuration {
    /// The source of a value that nobody set.
    public static final String DEFAULT_SOURCE = "default";

    private record Setting(String text, Object value, String source) {}

    private final Map<String, Setting> settings;

    private Configuration(Map<String, Setting> settings) {
        this.settings = settings;
    }

    /// @param file YAML (`.yaml`, `.yml`) or properties; null for none
    /// @param environment all of it: names that do not start with `QUAFKA_` are not looked at
    /// @param flags by key name
    /// @throws ConfigException on an unreadable file, an unknown key, or a value that its key does
    ///   not take
    public static Configuration load(
            @Nullable Path file, Map<String, String> environment, Map<String, String> flags) {
        Map<String, Map<String, String>> layers = new LinkedHashMap<>();
        if (file != null) {
            layers.put("file " + file, KeyNames.known(HelidonSources.file(file), "file " + file));
        }
        layers.put("environment", KeyNames.fromEnvironment(environment));
        layers.put("flags", KeyNames.known(flags, "the flags"));

        Map<String, String> merged = HelidonSources.merge(List.copyOf(layers.values()));
        Map<String, Setting> settings = new TreeMap<>();
        for (ConfigKey<?> key : ConfigKeys.ALL) {
            String text = merged.get(key.name());
            String source = DEFAULT_SOURCE;
            for (Map.Entry<String, Map<String, String>> layer : layers.entrySet()) {
                if (layer.getValue().containsKey(key.name())) {
                    source = layer.getKey();
                }
            }
            settings.put(key.name(), setting(key, text == null ? key.defaultText() : text, source));
        }
        return new Configuration(settings);
    }

    private static Setting setting(ConfigKey<?> key, String text, String source) {
        try {
            return new Setting(text, key.type().parser().apply(text), source);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(key.name() + " in " + source + ": " + e.getMessage());
        }
    }

    @SuppressWarnings("unchecked") // a setting is made by its key's own parser
    public <T> T get(ConfigKey<T> key) {
        return (T) settingOf(key).value;
    }

    /// The value as it was written.
    public String text(ConfigKey<?> key) {
        return settingOf(key).text;
    }

    /// Where the value comes from, in words.
    public String source(ConfigKey<?> key) {
        return settingOf(key).source;
    }

    private Setting settingOf(ConfigKey<?> key) {
        Setting setting = settings.get(key.name());
        if (setting == null) {
            throw new IllegalArgumentException("not declared in ConfigKeys: " + key.name());
        }
        return setting;
    }
}
