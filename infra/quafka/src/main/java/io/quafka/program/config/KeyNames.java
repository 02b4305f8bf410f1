package io.quafka.program.config;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Which names are keys, and what somebody meant who wrote one that is not.
final class KeyNames {
    private static final String PREFIX = "QUAFKA_";

    /// Read by the launcher, the command line or the logs, and no keys.
    private static final Set<String> LAUNCHER =
            Set.of(
                    "QUAFKA_HEAP",
                    "QUAFKA_DIRECT_MEMORY",
                    "QUAFKA_JAVA_OPTS",
                    "QUAFKA_BUILD",
                    "QUAFKA_CACHE",
                    "QUAFKA_LOG_FORMAT",
                    "QUAFKA_CONFIG",
                    "QUAFKA_BOOTSTRAP");

    /// What Kubernetes puts into every container for a service that is called `quafka` or
    /// `quafka-something`.
    private static final Pattern KUBERNETES_SERVICE =
            Pattern.compile(
                    "QUAFKA_(.*_)?(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT(_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)");

    private static final Map<String, ConfigKey<?>> BY_NAME =
            ConfigKeys.ALL.stream()
                    .collect(Collectors.toUnmodifiableMap(ConfigKey::name, Function.identity()));

    private static final Map<String, ConfigKey<?>> BY_ENVIRONMENT_NAME =
            ConfigKeys.ALL.stream()
                    .collect(
                            Collectors.toUnmodifiableMap(
                                    ConfigKey::environmentName, Function.identity()));

    private KeyNames() {}

    /// @throws ConfigException naming the first unknown key and the known one nearest to it
    static Map<String, String> known(Map<String, String> values, String source) {
        for (String name : values.keySet()) {
            if (!BY_NAME.containsKey(name)) {
                throw new ConfigException(
                        "unknown key '"
                                + name
                                + "' in "
                                + source
                                + suggestion(name, BY_NAME.keySet())
                                + " ('quafka config' lists all)");
            }
        }
        return values;
    }

    /// The environment's `QUAFKA_...` by key name.
    ///
    /// @throws ConfigException naming the first unknown one and the known one nearest to it
    static Map<String, String> fromEnvironment(Map<String, String> environment) {
        Map<String, String> values = new TreeMap<>();
        for (Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet()) {
            String name = variable.getKey();
            if (!name.startsWith(PREFIX) || LAUNCHER.contains(name)) {
                continue;
            }
            ConfigKey<?> key = BY_ENVIRONMENT_NAME.get(name);
            if (key != null) {
                values.put(key.name(), variable.getValue());
            } else if (!KUBERNETES_SERVICE.matcher(name).matches()) {
                throw new ConfigException(
                        "unknown variable "
                                + name
                                + " in the environment"
                                + suggestion(name, BY_ENVIRONMENT_NAME.keySet())
                                + " ('quafka config' lists all keys)");
            }
        }
        return values;
    }

    private static String suggestion(String name, Set<String> candidates) {
        String nearest = nearest(name, candidates);
        return nearest == null ? "" : ": did you mean " + nearest + "?";
    }

    /// The candidate with the fewest edits, the first in the alphabet of several; null where even
    /// that is a different word.
    static @Nullable String nearest(String name, Set<String> candidates) {
        String best = null;
        int fewest = Integer.MAX_VALUE;
        for (String candidate : candidates) {
            int edits = edits(name, candidate);
            if (edits < fewest || (edits == fewest && candidate.compareTo(best) < 0)) {
                best = candidate;
                fewest = edits;
            }
        }
        return fewest <= Math.max(3, name.length() / 2) ? best : null;
    }

    /// Levenshtein's distance: insertions, deletions and replacements that turn one word into the
    /// other.
    private static int edits(String from, String to) {
        int[] previous = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int[] current = new int[to.length() + 1];
            current[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = previous[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, Math.min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[to.length()];
    }
}
