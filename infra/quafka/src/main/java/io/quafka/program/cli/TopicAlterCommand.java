package io.quafka.program.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `quafka topic alter`.
@Command(
        name = "alter",
        header = "Change a topic's settings, or give it more partitions.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  quafka topic alter words --config retention.ms=86400000",
            "  quafka topic alter words --delete-config retention.ms --partitions 8"
        })
final class TopicAlterCommand implements Callable<Integer> {
    @Mixin private ClientOptions client = new ClientOptions();

    @Parameters(paramLabel = "TOPIC", description = "Name of the topic.")
    private String name = "";

    @Option(
            names = {"-p", "--partitions"},
            paramLabel = "N",
            description = "How many partitions it shall have; never fewer than it has.")
    private @Nullable Integer partitions;

    @Option(
            names = "--config",
            paramLabel = "KEY=VALUE",
            description = "Set a topic config by Kafka's name; may be repeated.")
    private Map<String, String> configs = new LinkedHashMap<>();

    @Option(
            names = "--delete-config",
            paramLabel = "KEY",
            description = "Put a topic config back to its default; may be repeated.")
    private List<String> deleted = new ArrayList<>();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (partitions == null && configs.isEmpty() && deleted.isEmpty()) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "Nothing to change: say --partitions, --config or --delete-config");
        }
        try (Admin admin = client.admin()) {
            List<AlterConfigOp> changes = new ArrayList<>();
            configs.forEach((key, value) ->
                    changes.add(
                            new AlterConfigOp(
                                    new ConfigEntry(key, value), AlterConfigOp.OpType.SET)));
            deleted.forEach(key ->
                    changes.add(
                            new AlterConfigOp(
                                    new ConfigEntry(key, null), AlterConfigOp.OpType.DELETE)));
            if (!changes.isEmpty()) {
                ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
                admin.incrementalAlterConfigs(Map.of(resource, changes)).all().get();
            }
            if (partitions != null) {
                admin.createPartitions(Map.of(name, NewPartitions.increaseTo(partitions)))
                        .all()
                        .get();
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println("altered " + name);
        out.flush();
        return ExitCode.OK;
    }
}
