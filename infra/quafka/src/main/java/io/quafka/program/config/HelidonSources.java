package io.quafka.program.config;

import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import io.helidon.config.spi.ConfigSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/// Reads and merges through Helidon's config. Every value is text here; nothing in it is resolved
/// or substituted.
final class HelidonSources {
    private HelidonSources() {}

    /// @throws ConfigException if the file is missing or is neither YAML nor properties
    static Map<String, String> file(Path file) {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new ConfigException("cannot read the configuration file " + file);
        }
        try {
            return flat(ConfigSources.file(file).build());
        } catch (RuntimeException e) {
            throw new ConfigException(
                    "the configuration file "
                            + file
                            + " is neither YAML nor properties that can be read: "
                            + firstLine(e));
        }
    }

    /// Lays maps over each other, the last on top.
    static Map<String, String> merge(List<Map<String, String>> layers) {
        List<Supplier<? extends ConfigSource>> sources = new ArrayList<>();
        for (Map<String, String> layer : layers.reversed()) {
            sources.add(ConfigSources.create(layer));
        }
        return flat(sources);
    }

    private static Map<String, String> flat(ConfigSource source) {
        return flat(List.of(() -> source));
    }

    private static Map<String, String> flat(List<Supplier<? extends ConfigSource>> sources) {
        Config config =
                Config.builder()
                        .sources(sources)
                        .disableEnvironmentVariablesSource()
                        .disableSystemPropertiesSource()
                        .disableKeyResolving()
                        .disableValueResolving()
                        .build();
        Map<String, String> values = new TreeMap<>();
        config.traverse()
                .filter(Config::exists)
                .filter(node -> node.type() == Config.Type.VALUE || node.type() == Config.Type.LIST)
                .forEach(node -> put(values, node));
        return values;
    }

    /// A list becomes its elements joined by commas, as a flag would say it.
    private static void put(Map<String, String> values, Config node) {
        String name = node.key().toString();
        if (node.type() == Config.Type.LIST) {
            values.put(name, String.join(",", node.asList(String.class).orElse(List.of())));
        } else if (!isElement(values, name)) {
            values.put(name, node.asString().orElse(""));
        }
    }

    private static boolean isElement(Map<String, String> values, String name) {
        int dot = name.lastIndexOf('.');
        return dot > 0
                && name.substring(dot + 1).chars().allMatch(Character::isDigit)
                && values.containsKey(name.substring(0, dot));
    }

    private static String firstLine(Throwable e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return String.valueOf(cause.getMessage()).lines().findFirst().orElse(e.toString());
    }
}
