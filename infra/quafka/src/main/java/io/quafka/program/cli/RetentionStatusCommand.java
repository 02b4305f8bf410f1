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
        long capacity = Human.number(status, "capacityBytes");
        out.println(
                "Topics share "
                        + Human.bytes(capacity)
                        + ", "
                        + Human.decimal(status, "targetPercent")
                        + " % of the disks; "
                        + Human.bytes(Human.number(status, "restBytes"))
                        + " are left for topics without a percentage.");
        out.println();
        Output.print(out, rows(status), false);
        out.println();
        List<Map<String, Object>> nodes = new ArrayList<>();
        for (Map<String, Object> node : Human.list(status, "nodes")) {
            Map<String, Object> row = new LinkedHashMap<>();
            long used = Human.number(node, "usedBytes");
            long most = Human.number(node, "capacityBytes");
            row.put("node", Human.number(node, "node"));
            row.put("use of what topics share", Human.bar(used, most));
            row.put("used", Human.bytes(used));
            row.put("of", Human.bytes(most));
            row.put("volume", Human.bytes(Human.number(node, "volumeBytes")));
            row.put("free", Human.bytes(Human.number(node, "freeBytes")));
            nodes.add(row);
        }
        Output.print(out, nodes, false);
    }

    private static List<Map<String, Object>> rows(Map<String, Object> status) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Map<String, Object> topic : Human.list(status, "topics")) {
            Map<String, Object> row = new LinkedHashMap<>();
            long used = Human.number(topic, "usedBytes");
            long limit = Human.number(topic, "limitBytes");
            long own = Human.number(topic, "shareBytes");
            String percent = Human.decimal(topic, "percent");
            row.put("topic", topic.get("topic"));
            row.put("percent", percent.equals("0") ? "rest" : percent);
            row.put("use", Human.bar(used, limit));
            row.put("used", Human.bytes(used));
            row.put("share", percent.equals("0") ? "-" : Human.bytes(own));
            row.put("lent", own > 0 && limit > own ? "+" + Human.bytes(limit - own) : "-");
            row.put("rate", Human.rate(Human.number(topic, "bytesPerSecond")));
            row.put("lasts", Human.time(Human.number(topic, "seconds")));
            row.put("binds", topic.get("binds"));
            rows.add(row);
        }
        return rows;
    }
}
