package io.quafka.program.config;

/// The page of all keys, `docs/CONFIGURATION.md`.
public final class ConfigReference {
    private ConfigReference() {}

    /// The whole page in Markdown, ending in a line feed.
    public static String markdown() {
        StringBuilder page =
                new StringBuilder(
                        """
                        # Configuration

                        This page is generated: `./quafka config --markdown`. A test holds it to the program.

                        A value comes from, the later over the earlier: its default, the file named by `--config` (YAML or \
                        properties; `QUAFKA_CONFIG` names one too), the environment, flags (`--set KEY=VALUE`, and the flags \
                        that a command names). A key's variable in the environment is `QUAFKA_` and its name in capitals with \
                        underscores for dots: `gateway.listen` is `QUAFKA_GATEWAY_LISTEN`. A name that is no key is refused, \
                        with the nearest that is one; the variables that Kubernetes makes for a service called quafka are \
                        passed over. `./quafka config` shows what would be in force, and where each value comes from.

                        Bytes are numbers with KiB, MiB, GiB, TiB (or kB, MB, GB, TB) or none; durations have ms, s, m, h or d.

                        | key | type | default | meaning |
                        |---|---|---|---|
                        """);
        for (ConfigKey<?> key : ConfigKeys.ALL) {
            page.append("| `")
                    .append(key.name())
                    .append("` | ")
                    .append(key.typeName())
                    .append(" | ")
                    .append(key.defaultText().isEmpty() ? "" : "`" + key.defaultText() + "`")
                    .append(" | ")
                    .append(key.doc())
                    .append(" |\n");
        }
        return page.append(
                        """

                        The launcher `./quafka` reads, besides: `JAVA_HOME`, `QUAFKA_HEAP` (`512m`), `QUAFKA_DIRECT_MEMORY` (`1g`), \
                        `QUAFKA_JAVA_OPTS` (more options for java), `QUAFKA_BUILD` (`never` runs what was built last); the executable that brings its own Java, of these, the middle three, and `QUAFKA_CACHE` (where it unpacks itself).

                        `QUAFKA_LOG_FORMAT=json` has logs written as JSON, an object on each line, with what varies in an event under \
                        `kvpList`; `text` is the default.

                        Topics have settings of their own, by Kafka's names (`retention.ms`, `max.message.bytes`, ...): \
                        `./quafka topic create --config KEY=VALUE`, `./quafka topic alter`, or any Kafka tool.
                        """)
                .toString();
    }
}
