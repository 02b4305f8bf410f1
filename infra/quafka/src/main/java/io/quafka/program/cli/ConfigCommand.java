package io.quafka.program.cli;

import io.quafka.program.config.ConfigKey;
import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.ConfigReference;
import io.quafka.program.config.Configuration;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `quafka config`: every key, what is in force, and where it comes from.
@Command(
        name = "config",
        header = "Show every setting: what is in force and where it comes from.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  quafka config",
            "  quafka config --config quafka.yaml --set num.partitions=4",
            "  quafka config --markdown > docs/CONFIGURATION.md"
        })
final class ConfigCommand implements Runnable {
    @Mixin private ConfigOptions options = new ConfigOptions();

    @Option(names = "--markdown", description = "Print the reference page of all keys instead.")
    private boolean markdown;

    @Option(names = "--json", description = "Print for machines.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        if (markdown) {
            out.print(ConfigReference.markdown());
            out.flush();
            return;
        }
        Configuration configuration = options.load();
        List<Map<String, Object>> rows = new ArrayList<>();
        for (ConfigKey<?> key : ConfigKeys.ALL) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("key", key.name());
            row.put("value", configuration.text(key));
            row.put("source", configuration.source(key));
            row.put("type", key.typeName());
            rows.add(row);
        }
        Output.print(out, rows, json);
    }
}
