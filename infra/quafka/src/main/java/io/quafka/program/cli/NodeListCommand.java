package io.quafka.program.cli;

import io.quafka.program.json.Json;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `quafka node list`.
@Command(
        name = "list",
        header = "List nodes: gateways, storage nodes, and brokers that are both.",
        footerHeading = "%nExamples:%n",
        footer = {"  quafka node list", "  quafka node list --json"})
final class NodeListCommand implements Callable<Integer> {
    private static final int BAR_CELLS = 10;

    @Mixin private ClientOptions client = new ClientOptions();

    @Option(names = "--json", description = "Print for machines.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        Map<String, Object> cluster = new HttpQuery(client).get("/api/cluster", Map.of()).fields();
        List<Map<String, Object>> nodes = Human.list(cluster, "nodes");
        if (json) {
            out.println(Json.write(nodes));
        } else {
            Terminal terminal = Terminal.own();
            Output.table(out, rows(nodes, terminal.columns()), terminal.colour());
            long leftOut = Human.number(cluster, "nodesLeftOut");
            if (leftOut > 0) {
                out.println("and " + leftOut + " more, with higher ids");
            }
        }
        out.flush();
        return ExitCode.OK;
    }

    /// All columns that fit.
    static List<Map<String, Object>> rows(List<Map<String, Object>> nodes, int columns) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Map<String, Object> node : nodes) {
            Map<String, Object> disk = disk(node);
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("node", Human.number(node, "node"));
            row.put("roles", roles(node));
            row.put("state", state(node));
            row.put("address", address(node));
            row.put("rack", text(node.get("rack")));
            row.put("shards led", Human.number(node, "shardsLed"));
            row.put("disk", disk.isEmpty() ? "-" : bar(disk));
            row.put(
                    "of",
                    new Figure(
                            disk.isEmpty()
                                    ? "-"
                                    : Human.bytes(Human.number(disk, "capacityBytes"))));
            rows.add(row);
        }
        for (String least : List.of("rack", "of", "disk")) {
            if (Output.width(rows) > columns) {
                rows.forEach(row -> row.remove(least));
            }
        }
        return rows;
    }

    private static Bar bar(Map<String, Object> disk) {
        return new Bar(
                Human.number(disk, "usedBytes"), Human.number(disk, "capacityBytes"), BAR_CELLS);
    }

    /// What is known of a node's disk; empty where it has none.
    @SuppressWarnings("unchecked") // what JSON's objects are read into
    static Map<String, Object> disk(Map<String, Object> node) {
        return node.get("disk") instanceof Map<?, ?> disk ? (Map<String, Object>) disk : Map.of();
    }

    static String roles(Map<String, Object> node) {
        return node.get("roles") instanceof List<?> roles
                ? String.join(", ", roles.stream().map(String::valueOf).toList())
                : "-";
    }

    static String state(Map<String, Object> node) {
        String state = Boolean.TRUE.equals(node.get("fenced")) ? "fenced" : "alive";
        return Boolean.TRUE.equals(node.get("draining")) ? state + ", draining" : state;
    }

    /// Where others reach it: clients, or gateways.
    private static String address(Map<String, Object> node) {
        Object kafka = node.get("kafka");
        return text(kafka == null ? node.get("storage") : kafka);
    }

    static String text(@Nullable Object value) {
        return value == null || value.equals("") ? "-" : value.toString();
    }
}
