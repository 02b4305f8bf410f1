package io.quafka.program.cli;

import java.io.PrintWriter;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `quafka group reset-offsets`.
@Command(
        name = "reset-offsets",
        header = "Set where a group goes on reading.",
        description = {
            "Shows what would be set; with --execute it is. The group must have no members then.",
            "Offsets outside of what a partition holds are moved to its nearer end."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  quafka group reset-offsets readers --to-earliest",
            "  quafka group reset-offsets readers --topic words:0,3 --shift-by -100 --execute",
            "  quafka group reset-offsets readers --topic words --to-datetime 2026-01-31T12:00:00Z"
        })
final class GroupResetCommand implements Callable<Integer> {
    @Mixin private ClientOptions client = new ClientOptions();

    @Parameters(paramLabel = "GROUP", description = "Id of the group.")
    private String group = "";

    @Option(
            names = "--topic",
            paramLabel = "TOPIC[:PARTITION,...]",
            description =
                    "Of this topic, or of some partitions of it; may be repeated (default: whatever the group has committed).")
    private List<String> topics = new ArrayList<>();

    @ArgGroup(multiplicity = "1")
    private Where where = new Where();

    @Option(names = "--execute", description = "Do it, instead of only showing it.")
    private boolean execute;

    @Option(names = "--json", description = "Print for machines.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    private static final class Where {
        @Option(names = "--to-earliest", description = "To the oldest record.")
        private boolean earliest;

        @Option(names = "--to-latest", description = "To the end: what is there is passed over.")
        private boolean latest;

        @Option(names = "--to-offset", paramLabel = "OFFSET", description = "To this offset.")
        private @Nullable Long offset;

        @Option(
                names = "--shift-by",
                paramLabel = "N",
                description = "So many offsets on, or back if negative.")
        private @Nullable Long shift;

        @Option(
                names = "--to-datetime",
                paramLabel = "TIME",
                description =
                        "To the first record of this time or later, such as 2026-01-31T12:00:00Z.")
        private @Nullable String time;

        OffsetTarget target() {
            if (earliest) {
                return new OffsetTarget.Earliest();
            }
            if (latest) {
                return new OffsetTarget.Latest();
            }
            if (offset != null) {
                return new OffsetTarget.Offset(offset);
            }
            if (shift != null) {
                return new OffsetTarget.Shift(shift);
            }
            try {
                return new OffsetTarget.Time(Instant.parse(String.valueOf(time)));
            } catch (DateTimeParseException _) {
                throw new IllegalArgumentException(
                        "--to-datetime wants a time such as 2026-01-31T12:00:00Z, not '"
                                + time
                                + "'");
            }
        }
    }

    @Override
    public Integer call() throws Exception {
        OffsetTarget target = understood(where::target);
        try (Admin admin = client.admin()) {
            Map<TopicPartition, Long> committed = GroupOffsets.committed(admin, group);
            Collection<TopicPartition> partitions =
                    topics.isEmpty() ? committed.keySet() : named(admin);
            if (partitions.isEmpty()) {
                throw new CommandFailedException(
                        "group " + group + " has committed nothing: name topics with --topic");
            }
            Map<TopicPartition, Long> next = resolve(admin, target, partitions, committed);
            if (execute) {
                set(admin, next);
            }
            print(committed, next);
        }
        return ExitCode.OK;
    }

    private <T> T understood(java.util.function.Supplier<T> option) {
        try {
            return option.get();
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private Collection<TopicPartition> named(Admin admin)
            throws ExecutionException, InterruptedException {
        TreeSet<TopicPartition> named = new TreeSet<>(GroupOffsets.BY_NAME);
        for (String topic : topics) {
            // A topic's name has no colon.
            int colon = topic.indexOf(':');
            if (colon < 0) {
                TopicDescription description =
                        Answers.of(
                                admin.describeTopics(List.of(topic)).allTopicNames().get(), topic);
                description
                        .partitions()
                        .forEach(info -> named.add(new TopicPartition(topic, info.partition())));
            } else {
                String name = topic.substring(0, colon);
                for (String index : topic.substring(colon + 1).split(",", -1)) {
                    named.add(new TopicPartition(name, understood(() -> partition(index, topic))));
                }
            }
        }
        return named;
    }

    private static int partition(String index, String of) {
        try {
            return Integer.parseUnsignedInt(index.strip());
        } catch (NumberFormatException _) {
            throw new IllegalArgumentException(
                    "--topic wants TOPIC or TOPIC:0,1,2, not '" + of + "'");
        }
    }

    private Map<TopicPartition, Long> resolve(
            Admin admin,
            OffsetTarget target,
            Collection<TopicPartition> partitions,
            Map<TopicPartition, Long> committed)
            throws ExecutionException, InterruptedException {
        var earliest = GroupOffsets.find(admin, partitions, OffsetSpec.earliest());
        var latest = GroupOffsets.find(admin, partitions, OffsetSpec.latest());
        var asked = GroupOffsets.find(admin, partitions, target.spec());
        Map<TopicPartition, Long> next = new LinkedHashMap<>();
        for (TopicPartition partition : partitions) {
            Long offset =
                    target.resolve(
                            new OffsetTarget.Known(
                                    committed.get(partition),
                                    Answers.of(earliest, partition),
                                    Answers.of(latest, partition),
                                    Answers.of(asked, partition)));
            if (offset == null) {
                throw new CommandFailedException(
                        "group "
                                + group
                                + " has committed nothing in "
                                + partition
                                + ": there is nothing to shift from");
            }
            next.put(partition, offset);
        }
        return next;
    }

    private void set(Admin admin, Map<TopicPartition, Long> next)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        next.forEach((partition, offset) -> offsets.put(partition, new OffsetAndMetadata(offset)));
        try {
            admin.alterConsumerGroupOffsets(group, offsets).all().get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownMemberIdException) {
                throw new CommandFailedException(
                        "group " + group + " has members: stop them first; nothing was changed");
            }
            throw e;
        }
    }

    private void print(Map<TopicPartition, Long> committed, Map<TopicPartition, Long> next) {
        List<Map<String, Object>> rows = new ArrayList<>();
        next.forEach((partition, offset) -> {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("topic", partition.topic());
            row.put("partition", partition.partition());
            row.put("committed", committed.getOrDefault(partition, -1L));
            row.put("new", offset);
            rows.add(row);
        });
        PrintWriter out = spec.commandLine().getOut();
        Output.print(out, rows, json);
        if (!execute) {
            PrintWriter err = spec.commandLine().getErr();
            err.println("quafka: nothing was changed; --execute does it");
            err.flush();
        }
    }
}
