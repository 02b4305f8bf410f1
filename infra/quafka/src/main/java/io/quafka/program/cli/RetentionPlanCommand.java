package io.quafka.program.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `quafka retention plan`.
@Command(
        name = "plan",
        header = "Show what a change would do to all budgets, without making it.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  quafka retention plan --topic words --percent 20",
            "  quafka retention plan --topic words --partitions 12",
            "  quafka retention plan --add-node 500GiB --json"
        })
final class RetentionPlanCommand implements Callable<Integer> {
    @Mixin private ClientOptions client = new ClientOptions();

    @Option(names = "--topic", paramLabel = "T", description = "The topic that changes.")
    private @Nullable String topic;

    @Option(
            names = "--percent",
            paramLabel = "P",
            description = "What its local.retention.percent would be.")
    private @Nullable String percent;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            description = "How many partitions it would have.")
    private @Nullable String partitions;

    @Option(
            names = "--add-node",
            paramLabel = "SIZE",
            description = "One more storage node with a disk of this size, 500GiB for instance.")
    private @Nullable String addNode;

    @Option(names = "--json", description = "Print for machines.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Map<String, String> query = new LinkedHashMap<>();
        put(query, "topic", topic);
        put(query, "percent", percent);
        put(query, "partitions", partitions);
        put(query, "addNode", addNode);
        boolean oneTopic = topic != null && (percent == null) != (partitions == null);
        if (oneTopic == (addNode != null) || (addNode != null && query.size() > 1)) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "Say --topic and --percent, or --topic and --partitions, or --add-node");
        }
        PrintWriter out = spec.commandLine().getOut();
        HttpQuery.Answered answered = new HttpQuery(client).get("/api/retention/plan", query);
        Map<String, Object> plan = answered.fields();
        if (json) {
            out.print(answered.text());
        } else if (plan.get("problem") == null) {
            print(out, plan);
        }
        out.flush();
        if (plan.get("problem") != null) {
            throw new CommandFailedException("This would be refused: " + plan.get("problem"));
        }
        return ExitCode.OK;
    }

    private static void put(Map<String, String> query, String name, @Nullable String value) {
        if (value != null) {
            query.put(name, value);
        }
    }

    private void print(PrintWriter out, Map<String, Object> plan) {
        long before = Human.number(plan, "capacityBytesBefore");
        long after = Human.number(plan, "capacityBytesAfter");
        out.println(
                before == after
                        ? "Topics share " + Human.bytes(before) + "."
                        : "Topics would share "
                                + Human.bytes(after)
                                + " instead of "
                                + Human.bytes(before)
                                + ".");
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Map<String, Object> change : Human.list(plan, "topics")) {
            rows.add(row(change));
            if (percent != null && Objects.equals(change.get("topic"), topic)) {
                out.println(
                        Human.decimal(change, "percentAfter")
                                + " % are "
                                + Human.bytes(Human.number(change, "bytesAfter"))
                                + (Human.number(change, "secondsAfter") < 0
                                        ? "; nothing is written to it now."
                                        : ", ≈ "
                                                + Human.time(Human.number(change, "secondsAfter"))
                                                + " at the current rate."));
            }
        }
        out.println();
        if (rows.isEmpty()) {
            out.println("No topic's budget would change.");
        }
        Terminal terminal = Terminal.own();
        if (Output.width(rows) > terminal.columns()) {
            rows.forEach(row -> row.remove("rate"));
        }
        Output.table(out, rows, terminal.colour());
    }

    private static Map<String, Object> row(Map<String, Object> change) {
        Map<String, Object> row = new LinkedHashMap<>();
        String percentAfter = Human.decimal(change, "percentAfter");
        row.put("topic", change.get("topic"));
        row.put("percent", new Figure(percentAfter.equals("0") ? "rest" : percentAfter));
        row.put("budget", new Figure(Human.bytes(Human.number(change, "bytesBefore"))));
        row.put("then", new Figure(Human.bytes(Human.number(change, "bytesAfter"))));
        row.put("rate", new Figure(Human.rate(Human.number(change, "bytesPerSecond"))));
        row.put("lasts", new Figure(Human.time(Human.number(change, "secondsBefore"))));
        row.put("then lasts", new Figure(Human.time(Human.number(change, "secondsAfter"))));
        long lost = Human.number(change, "secondsLost");
        row.put("loses", new Figure(lost == 0 ? "-" : Human.time(lost)));
        return row;
    }
}
