package io.quafka.program.cli;

import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `quafka node drain`.
@Command(
        name = "drain",
        header = "Move everything that a storage node carries to others, before it is taken away.",
        description = {
            "It is given nothing new from then on, until that is taken back. Nothing is moved if not everything can be.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  quafka node drain 2 --dry-run",
            "  quafka node drain 2 --wait",
            "  quafka node drain 2 --undo"
        })
final class NodeDrainCommand implements Callable<Integer> {
    /// A setting of the whole cluster, which nodes are added to and taken from.
    private static final String DRAINING = "storage.draining.nodes";

    @Mixin private ClientOptions client = new ClientOptions();

    @Parameters(paramLabel = "NODE", description = "Its id.")
    private int node;

    @Option(
            names = "--undo",
            description = "It is to stay after all: what has not moved yet does not move.")
    private boolean undo;

    @Option(names = "--dry-run", description = "Only show what would move.")
    private boolean dryRun;

    @Mixin private WaitOptions waiting = new WaitOptions();

    @Option(names = "--json", description = "Print for machines.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        HttpQuery http = new HttpQuery(client);
        if (undo) {
            return undo(out, http);
        }
        Map<String, Object> plan =
                http.get("/api/moves/plan", Map.of("drain", String.valueOf(node))).fields();
        if (plan.get("problem") != null) {
            throw new CommandFailedException("not drained: " + plan.get("problem"));
        }
        List<Map<String, Object>> moves = Human.list(plan, "moves");
        Output.print(out, json ? moves : ShardRows.moves(moves), json);
        if (dryRun) {
            return ExitCode.OK;
        }
        change(OpType.APPEND);
        Map<Integer, List<Integer>> targets = new HashMap<>(ShardMoves.targets(moves));
        for (Map<String, Object> shard : carried(http)) {
            if (ShardRows.nodes(shard, "removing").contains(node)) {
                targets.put((int) Human.number(shard, "shard"), ShardRows.nodes(shard, "to"));
            }
        }
        tell(
                out,
                targets.isEmpty()
                        ? "node %d has nothing to move".formatted(node)
                        : "node %d drains: %s to move"
                                .formatted(node, WaitOptions.shards(targets.size())));
        waiting.await(client, spec, targets);
        return ExitCode.OK;
    }

    private int undo(PrintWriter out, HttpQuery http) throws Exception {
        List<Map<String, Object>> back =
                carried(http).stream()
                        .filter(shard -> ShardRows.nodes(shard, "removing").contains(node))
                        .map(NodeDrainCommand::back)
                        .toList();
        Output.print(out, json ? back : ShardRows.moves(back), json);
        if (!dryRun) {
            change(OpType.SUBTRACT);
            tell(out, "node %d stays".formatted(node));
        }
        return ExitCode.OK;
    }

    private static Map<String, Object> back(Map<String, Object> shard) {
        return Map.of(
                "shard",
                Human.number(shard, "shard"),
                "partitions",
                Human.number(shard, "partitions"),
                "from",
                ShardRows.nodes(shard, "to"),
                "to",
                ShardRows.nodes(shard, "from"));
    }

    private List<Map<String, Object>> carried(HttpQuery http) throws Exception {
        return ShardRows.of(http, Map.of("node", String.valueOf(node)));
    }

    private void change(OpType how) throws Exception {
        ConfigResource cluster = new ConfigResource(ConfigResource.Type.BROKER, "");
        var change = new AlterConfigOp(new ConfigEntry(DRAINING, String.valueOf(node)), how);
        try (Admin admin = client.admin()) {
            admin.incrementalAlterConfigs(Map.of(cluster, List.of(change))).all().get();
        }
    }

    private void tell(PrintWriter out, String text) {
        if (!json) {
            out.println(text);
            out.flush();
        }
    }
}
