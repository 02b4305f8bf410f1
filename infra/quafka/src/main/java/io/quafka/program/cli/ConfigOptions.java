package io.quafka.program.cli;

import io.quafka.program.config.ConfigKey;
import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.Configuration;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options by which every role is configured.
final class ConfigOptions {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Read settings from this YAML or properties file.")
    private @Nullable Path file;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description =
                    "Set any key, over file and environment; may be repeated. 'quafka config' lists the keys.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Keep data here (node.data.dir; default: ./data).")
    private @Nullable String data;

    /// What is in force, with more flags that the command itself has; a null value is a flag that
    /// was not given.
    Configuration load(Map<ConfigKey<?>, @Nullable String> named) {
        Map<String, String> flags = new LinkedHashMap<>(settings);
        if (data != null) {
            flags.put(ConfigKeys.NODE_DATA_DIR.name(), data);
        }
        named.forEach((key, value) -> {
            if (value != null) {
                flags.put(key.name(), value);
            }
        });
        String fromEnvironment = System.getenv("QUAFKA_CONFIG");
        Path chosen = file;
        if (chosen == null && fromEnvironment != null && !fromEnvironment.isBlank()) {
            chosen = Path.of(fromEnvironment);
        }
        return Configuration.load(chosen, System.getenv(), flags);
    }

    Configuration load() {
        return load(Map.of());
    }
}
