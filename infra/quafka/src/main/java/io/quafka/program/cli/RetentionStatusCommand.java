package io.quafka.program.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `quafka retention status`.
@Command(
        name = "status",
        header = "Show each topic's share of the disks, its use, rate, and how long it lasts.",
        footerHeading = "%nExamples:%n",
        footer = {"  quafka retention status", "  quafka retention status --json"})
final class RetentionStatusCommand implements Callable<Integer> {
    private static final int WIDE_CELLS = 20;
    private static final int NARROW_CELLS = 10;

    @Mixin private ClientOptions client = new ClientOptions();

    @Option(names = "--json", description = "Print for machines.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        HttpQuery.Answered answered = new HttpQuery(client).get("/api/retention", Map.of());
        if (json) {
            out.print(answered.text());
        } else {
            print(out, answered.fields());
        }
        out.flush();
        return ExitCode.OK;
    }

    private static void print(PrintWriter out, Map<String, Object> status) {
        Terminal terminal = Terminal.own();
        out.println(summary(status));
        out.println();
        Output.table(out, topics(status, terminal.columns()), terminal.colour());
        out.println();
        Output.table(out, nodes(status, terminal.columns()), terminal.colour());
    }

    private static String summary(Map<String, Object> status) {
        long objects = 0;
        for (Map<String, Object> node : Human.list(status, "nodes")) {
            objects += Human.number(node, "objectsBytes");
        }
        return "Topics share "
                + Human.bytes(Human.number(status, "capacityBytes"))
                + ": "
                + Human.decimal(status, "targetPercent")
                + " % of the disks"
                + (objects > 0 ? ", less " + Human.bytes(objects) + " for objects." : ".")
                + System.lineSeparator()
                + "Those without a percentage share "
                + Human.bytes(Human.number(status, "restBytes"))
                + " of it.";
    }

    /// All columns that fit, with bars as long as fit.
    static List<Map<String, Object>> topics(Map<String, Object> status, int columns) {
        List<Map<String, Object>> rows = topicRows(status, WIDE_CELLS);
        if (Output.width(rows) <= columns) {
            return rows;
        }
        rows = topicRows(status, NARROW_CELLS);
        for (String least : List.of("lent", "binds", "share", "rate")) {
            if (Output.width(rows) <= columns) {
                break;
            }
            rows.forEach(row -> row.remove(least));
        }
        return rows;
    }

    private static List<Map<String, Object>> topicRows(Map<String, Object> status, int cells) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Map<String, Object> topic : Human.list(status, "topics")) {
            Map<String, Object> row = new LinkedHashMap<>();
            long used = Human.number(topic, "usedBytes");
            long limit = Human.number(topic, "limitBytes");
            long own = Human.number(topic, "shareBytes");
            String percent = Human.decimal(topic, "percent");
            boolean rest = percent.equals("0");
            row.put("topic", topic.get("topic"));
            row.put("percent", new Figure(rest ? "rest" : percent));
            row.put("use", new Bar(used, limit, cells));
            row.put("used", new Figure(Human.bytes(used)));
            row.put("share", new Figure(rest ? "-" : Human.bytes(own)));
            row.put(
                    "lent",
                    new Figure(own > 0 && limit > own ? "+" + Human.bytes(limit - own) : "-"));
            row.put("rate", new Figure(Human.rate(Human.number(topic, "bytesPerSecond"))));
            row.put("lasts", new Figure(Human.time(Human.number(topic, "seconds"))));
            row.put("binds", topic.get("binds"));
            rows.add(row);
        }
        return rows;
    }

    static List<Map<String, Object>> nodes(Map<String, Object> status, int columns) {
        List<Map<String, Object>> rows = nodeRows(status, WIDE_CELLS);
        return Output.width(rows) <= columns ? rows : nodeRows(status, NARROW_CELLS);
    }

    private static List<Map<String, Object>> nodeRows(Map<String, Object> status, int cells) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Map<String, Object> node : Human.list(status, "nodes")) {
            Map<String, Object> row = new LinkedHashMap<>();
            long used = Human.number(node, "usedBytes");
            long most = Human.number(node, "capacityBytes");
            row.put("node", Human.number(node, "node"));
            row.put("use", new Bar(used, most, cells));
            row.put("used", new Figure(Human.bytes(used)));
            row.put("of", new Figure(Human.bytes(most)));
            row.put("volume", new Figure(Human.bytes(Human.number(node, "volumeBytes"))));
            row.put("free", new Figure(Human.bytes(Human.number(node, "freeBytes"))));
            rows.add(row);
        }
        return rows;
    }
}
