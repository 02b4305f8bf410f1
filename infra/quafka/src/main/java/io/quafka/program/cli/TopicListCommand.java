package io.quafka.program.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `quafka topic list`.
@Command(name = "list", header = "List topics.")
final class TopicListCommand implements Callable<Integer> {
    @Mixin private ClientOptions client = new ClientOptions();

    @Option(names = "--internal", description = "Also those that Quafka keeps for itself.")
    private boolean internal;

    @Option(names = "--json", description = "Print for machines.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        List<Map<String, Object>> rows = new ArrayList<>();
        try (Admin admin = client.admin()) {
            var names = admin.listTopics(new ListTopicsOptions().listInternal(internal)).names();
            Map<String, TopicDescription> topics =
                    admin.describeTopics(names.get()).allTopicNames().get();
            for (String name : new TreeSet<>(topics.keySet())) {
                TopicDescription topic = Answers.of(topics, name);
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("topic", name);
                row.put("partitions", topic.partitions().size());
                row.put(
                        "replication",
                        topic.partitions().isEmpty()
                                ? 0
                                : topic.partitions().getFirst().replicas().size());
                row.put("id", topic.topicId());
                rows.add(row);
            }
        }
        Output.print(spec.commandLine().getOut(), rows, json);
        return ExitCode.OK;
    }
}
