package io.quafka.program.cli;

import io.quafka.program.json.Json;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `quafka node describe`.
@Command(
        name = "describe",
        header = "Show all that is known of nodes.",
        footerHeading = "%nExamples:%n",
        footer = {"  quafka node describe 2", "  quafka node describe 1 2 --json"})
final class NodeDescribeCommand implements Callable<Integer> {
    private static final int BAR_CELLS = 20;

    @Mixin private ClientOptions client = new ClientOptions();

    @Parameters(arity = "1..*", paramLabel = "NODE", description = "Their ids.")
    private List<Integer> ids = List.of();

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
        List<Map<String, Object>> chosen = ids.stream().map(id -> node(nodes, id)).toList();
        if (json) {
            out.println(Json.write(chosen));
        } else {
            chosen.forEach(node -> print(out, node));
        }
        out.flush();
        return ExitCode.OK;
    }

    private static Map<String, Object> node(List<Map<String, Object>> nodes, int id) {
        return nodes.stream()
                .filter(node -> Human.number(node, "node") == id)
                .findFirst()
                .orElseThrow(() ->
                        new CommandFailedException(
                                "there is no node " + id + ": 'quafka node list' shows all"));
    }

    private static void print(PrintWriter out, Map<String, Object> node) {
        out.println(
                "node "
                        + Human.number(node, "node")
                        + ", "
                        + NodeListCommand.roles(node)
                        + ", "
                        + NodeListCommand.state(node));
        line(out, "clients reach it at", node.get("kafka"));
        line(out, "gateways reach it at", node.get("storage"));
        line(out, "rack", node.get("rack"));
        out.println("  leads " + Human.number(node, "shardsLed") + " shards");
        Map<String, Object> disk = NodeListCommand.disk(node);
        if (!disk.isEmpty()) {
            long used = Human.number(disk, "usedBytes");
            long capacity = Human.number(disk, "capacityBytes");
            out.println(
                    "  disk "
                            + new Bar(used, capacity, BAR_CELLS)
                            + ": "
                            + Human.bytes(used)
                            + " of "
                            + Human.bytes(capacity)
                            + " that topics share, on a volume of "
                            + Human.bytes(Human.number(disk, "volumeBytes")));
        }
        if (node.get("figures") instanceof Map<?, ?> figures) {
            figures.forEach((name, value) -> out.println("  " + name + "=" + value));
        }
        out.println();
    }

    private static void line(PrintWriter out, String name, @Nullable Object value) {
        if (value != null && !value.equals("")) {
            out.println("  " + name + " " + value);
        }
    }
}
