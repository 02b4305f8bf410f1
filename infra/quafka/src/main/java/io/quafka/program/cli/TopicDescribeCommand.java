package io.quafka.program.cli;

import io.quafka.program.json.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `quafka topic describe`.
@Command(
        name = "describe",
        header = "Show a topic's settings, its partitions, where they lie, and their offsets.",
        description = {
            "LEADER is the broker that clients are sent to: a gateway. SHARD is the log in which the partition lies, with others;"
                    + " NODES are the storage nodes that keep a replica of it, the preferred leader first, LED BY the one that leads,"
                    + " IN-SYNC those that have everything that readers may see. While a shard moves, ADDING and REMOVING name the"
                    + " nodes that come and go. Where brokers have all roles, as those of 'quafka broker', LEADER and LED BY are the same.",
            "",
            "A gateway whose console is not enabled does not tell of shards. Then REPLICAS and IN-SYNC are what clients are told:"
                    + " gateways, which keep nothing, unless brokers have all roles."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  quafka topic describe words", "  quafka topic describe words --json"})
final class TopicDescribeCommand implements Callable<Integer> {
    @Mixin private ClientOptions client = new ClientOptions();

    @Parameters(arity = "1..*", paramLabel = "TOPIC", description = "Names of the topics.")
    private List<String> names = List.of();

    @Option(names = "--all-configs", description = "Also the settings that stand at their default.")
    private boolean allConfigs;

    @Option(names = "--json", description = "Print for machines.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        List<Described> all = new ArrayList<>();
        try (Admin admin = client.admin()) {
            Map<String, TopicDescription> topics =
                    admin.describeTopics(names).allTopicNames().get();
            for (String name : names) {
                TopicDescription topic = Answers.of(topics, name);
                all.add(
                        new Described(
                                topic,
                                configs(admin, name),
                                retention(name),
                                partitions(admin, topic),
                                shards(name)));
            }
        }
        if (json) {
            out.println(Json.write(all.stream().map(Described::fields).toList()));
            out.flush();
        } else {
            all.forEach(described -> described.print(out));
        }
        return ExitCode.OK;
    }

    private record Described(
            TopicDescription topic,
            Map<String, String> configs,
            Map<String, Object> retention,
            List<Map<String, Object>> partitions,
            Map<Integer, Map<String, Object>> shards) {
        Map<String, Object> fields() {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("topic", topic.name());
            fields.put("id", topic.topicId());
            fields.put("configs", configs);
            fields.put("retention", retention);
            fields.put(
                    "partitions",
                    shards.isEmpty() ? partitions : PartitionRows.withShards(partitions, shards));
            return fields;
        }

        private String binding() {
            String binds = String.valueOf(retention.get("binds"));
            if (binds.equals("none")) {
                return "nothing limits how long records stay";
            }
            String text = "retention: " + binds + " binds";
            if (binds.endsWith("percent")) {
                text +=
                        ", "
                                + Human.decimal(retention, "percent")
                                + " % are "
                                + Human.bytes(Human.number(retention, "shareBytes"));
            }
            long seconds = Human.number(retention, "seconds");
            return seconds < 0 ? text : text + ", ≈ " + Human.time(seconds);
        }

        void print(PrintWriter out) {
            out.println("topic " + topic.name() + ", id " + topic.topicId());
            configs.forEach((key, value) -> out.println("  " + key + "=" + value));
            if (!retention.isEmpty()) {
                out.println("  " + binding());
            }
            Output.print(
                    out,
                    shards.isEmpty() ? partitions : PartitionRows.table(partitions, shards),
                    false);
            out.println();
            out.flush();
        }
    }

    /// What limits the topic; empty where the cluster is not asked over HTTP.
    private Map<String, Object> retention(String name) throws InterruptedException {
        try {
            Map<String, Object> status =
                    new HttpQuery(client).get("/api/retention", Map.of("topic", name)).fields();
            List<Map<String, Object>> topics = Human.list(status, "topics");
            return topics.isEmpty() ? Map.of() : topics.getFirst();
        } catch (IOException | CommandFailedException _) {
            return Map.of();
        }
    }

    /// The shards of partitions, by the partitions' numbers; empty where the cluster does not tell.
    private Map<Integer, Map<String, Object>> shards(String name) throws InterruptedException {
        try {
            return PartitionRows.shards(new HttpQuery(client), name);
        } catch (IOException | CommandFailedException _) {
            return Map.of();
        }
    }

    /// Empty where the cluster cannot be asked for them.
    private Map<String, String> configs(Admin admin, String name)
            throws ExecutionException, InterruptedException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
        Config config;
        try {
            config = Answers.of(admin.describeConfigs(List.of(resource)).all().get(), resource);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnsupportedVersionException) {
                return Map.of();
            }
            throw e;
        }
        return config.entries().stream()
                .filter(entry ->
                        allConfigs
                                || entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
                .collect(
                        Collectors.toMap(
                                ConfigEntry::name,
                                entry -> String.valueOf(entry.value()),
                                (first, _) -> first,
                                TreeMap::new));
    }

    private static List<Map<String, Object>> partitions(Admin admin, TopicDescription topic)
            throws ExecutionException, InterruptedException {
        var earliest = offsets(admin, topic, OffsetSpec.earliest());
        var latest = offsets(admin, topic, OffsetSpec.latest());
        List<Map<String, Object>> rows = new ArrayList<>();
        for (TopicPartitionInfo partition : topic.partitions()) {
            TopicPartition key = new TopicPartition(topic.name(), partition.partition());
            Node leader = partition.leader();
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("partition", partition.partition());
            row.put("leader", leader == null ? "none" : leader.idString());
            row.put("replicas", ids(partition.replicas()));
            row.put("in-sync", ids(partition.isr()));
            row.put("earliest", Answers.of(earliest, key).offset());
            row.put("latest", Answers.of(latest, key).offset());
            rows.add(row);
        }
        return rows;
    }

    private static Map<TopicPartition, ListOffsetsResultInfo> offsets(
            Admin admin, TopicDescription topic, OffsetSpec at)
            throws ExecutionException, InterruptedException {
        return admin.listOffsets(
                        topic.partitions().stream()
                                .collect(
                                        Collectors.toMap(
                                                partition ->
                                                        new TopicPartition(
                                                                topic.name(),
                                                                partition.partition()),
                                                _ -> at)))
                .all()
                .get();
    }

    private static String ids(List<Node> nodes) {
        return nodes.stream().map(Node::idString).collect(Collectors.joining(","));
    }
}
