package io.quafka.program.cli;

import io.quafka.program.json.Json;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `quafka group describe`.
@Command(
        name = "describe",
        header = "Show a group's members, and for each partition how far it is behind.",
        description = "For groups by the classic and the consumer protocol.",
        footerHeading = "%nExamples:%n",
        footer = {"  quafka group describe readers", "  quafka group describe readers --json"})
final class GroupDescribeCommand implements Callable<Integer> {
    private static final String NOTHING = "-";

    @Mixin private ClientOptions client = new ClientOptions();

    @Parameters(arity = "1..*", paramLabel = "GROUP", description = "Ids of the groups.")
    private List<String> groups = List.of();

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
            var described = admin.describeConsumerGroups(groups).describedGroups();
            for (String group : groups) {
                ConsumerGroupDescription description = Answers.of(described, group).get();
                if (description.groupState() == GroupState.DEAD) {
                    throw new CommandFailedException("there is no group " + group);
                }
                all.add(new Described(description, partitions(admin, description)));
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

    private record Described(ConsumerGroupDescription group, List<Partition> partitions) {
        Map<String, Object> fields() {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("group", group.groupId());
            fields.put("type", lower(group.type()));
            fields.put("state", lower(group.groupState()));
            fields.put("assignor", group.partitionAssignor());
            fields.put("members", group.members().stream().map(Described::member).toList());
            fields.put("partitions", partitions.stream().map(Partition::fields).toList());
            return fields;
        }

        void print(PrintWriter out) {
            out.printf(
                    "group %s, %s, %s%n",
                    group.groupId(), lower(group.type()), lower(group.groupState()));
            Output.print(out, group.members().stream().map(Described::member).toList(), false);
            Output.print(out, partitions.stream().map(Partition::row).toList(), false);
            out.println();
            out.flush();
        }

        private static Map<String, Object> member(MemberDescription member) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("member", member.consumerId());
            row.put("client", member.clientId());
            row.put("host", member.host());
            row.put("instance", member.groupInstanceId().orElse(NOTHING));
            row.put(
                    "assigned",
                    member.assignment().topicPartitions().stream()
                            .sorted(GroupOffsets.BY_NAME)
                            .map(TopicPartition::toString)
                            .collect(Collectors.joining(",")));
            return row;
        }

        private static String lower(Object kind) {
            return kind.toString().toLowerCase(Locale.ROOT);
        }
    }

    /// @param committed null where the group has committed nothing
    /// @param end null where the partition is gone
    private record Partition(
            TopicPartition name,
            @Nullable Long committed,
            @Nullable Long end,
            @Nullable String member) {
        Map<String, Object> fields() {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("topic", name.topic());
            fields.put("partition", name.partition());
            fields.put("committed", committed);
            fields.put("end", end);
            fields.put("lag", lag());
            fields.put("member", member);
            return fields;
        }

        Map<String, Object> row() {
            Map<String, Object> row = fields();
            row.replaceAll((_, value) -> value == null ? NOTHING : value);
            return row;
        }

        private @Nullable Long lag() {
            return committed == null || end == null ? null : Math.max(0, end - committed);
        }
    }

    private static List<Partition> partitions(Admin admin, ConsumerGroupDescription group)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, Long> committed = GroupOffsets.committed(admin, group.groupId());
        Map<TopicPartition, String> members = new TreeMap<>(GroupOffsets.BY_NAME);
        for (MemberDescription member : group.members()) {
            member.assignment()
                    .topicPartitions()
                    .forEach(partition -> members.put(partition, member.consumerId()));
        }
        TreeSet<TopicPartition> names = new TreeSet<>(GroupOffsets.BY_NAME);
        names.addAll(committed.keySet());
        names.addAll(members.keySet());
        var topics = admin.listTopics().names().get();
        var there = names.stream().filter(name -> topics.contains(name.topic())).toList();
        Map<TopicPartition, Long> ends = GroupOffsets.find(admin, there, OffsetSpec.latest());
        return names.stream()
                .map(name ->
                        new Partition(name, committed.get(name), ends.get(name), members.get(name)))
                .toList();
    }
}
