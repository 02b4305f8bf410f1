package io.quafka.program.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `quafka topic create`.
@Command(
        name = "create",
        header = "Create topics.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  quafka topic create words",
            "  quafka topic create orders --partitions 16 --config cleanup.policy=compact --if-not-exists"
        })
final class TopicCreateCommand implements Callable<Integer> {
    @Mixin private ClientOptions client = new ClientOptions();

    @Parameters(arity = "1..*", paramLabel = "TOPIC", description = "Names of the topics.")
    private List<String> names = List.of();

    @Option(
            names = {"-p", "--partitions"},
            paramLabel = "N",
            description = "How many partitions (default: the cluster's num.partitions).")
    private @Nullable Integer partitions;

    @Option(
            names = "--replication-factor",
            paramLabel = "N",
            description = "How many copies (default: the cluster's).")
    private @Nullable Short replicationFactor;

    @Option(
            names = "--config",
            paramLabel = "KEY=VALUE",
            description = "Set a topic config by Kafka's name; may be repeated.")
    private Map<String, String> configs = new LinkedHashMap<>();

    @Option(names = "--if-not-exists", description = "Leave a topic that exists as it is.")
    private boolean ifNotExists;

    @Option(names = "--validate-only", description = "Only say whether it could be done.")
    private boolean validateOnly;

    @Option(names = "--json", description = "Print for machines.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        List<NewTopic> topics =
                names.stream()
                        .map(name ->
                                new NewTopic(
                                                name,
                                                Optional.ofNullable(partitions),
                                                Optional.ofNullable(replicationFactor))
                                        .configs(configs))
                        .toList();
        List<Map<String, Object>> rows = new ArrayList<>();
        try (Admin admin = client.admin()) {
            CreateTopicsResult result =
                    admin.createTopics(
                            topics, new CreateTopicsOptions().validateOnly(validateOnly));
            for (String name : names) {
                rows.add(outcome(name, result));
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        Output.print(out, rows, json);
        return ExitCode.OK;
    }

    private Map<String, Object> outcome(String name, CreateTopicsResult result) throws Exception {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("topic", name);
        try {
            Answers.of(result.values(), name).get();
            row.put("result", validateOnly ? "could be created" : "created");
            row.put("partitions", result.numPartitions(name).get());
            row.put("replication", result.replicationFactor(name).get());
        } catch (ExecutionException e) {
            if (!ifNotExists || !(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
            row.put("result", "exists");
            row.put("partitions", "");
            row.put("replication", "");
        }
        return row;
    }
}
