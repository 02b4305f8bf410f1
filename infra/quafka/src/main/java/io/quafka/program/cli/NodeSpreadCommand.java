package io.quafka.program.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `quafka node spread`.
@Command(
        name = "spread",
        header = "Move shards so that all storage nodes carry about as many partitions.",
        description = {
            "As few shards as that takes, and none that move already; of several replicas, no two to the same rack that were"
                    + " not there before.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {"  quafka node spread --dry-run", "  quafka node spread --wait"})
final class NodeSpreadCommand implements Callable<Integer> {
    @Mixin private ClientOptions client = new ClientOptions();

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
        Map<String, Object> plan = http.get("/api/moves/plan", Map.of("spread", "true")).fields();
        List<Map<String, Object>> moves = Human.list(plan, "moves");
        if (moves.isEmpty() && !json) {
            out.println("nothing to move: partitions are spread as well as whole shards allow");
        }
        Output.print(out, json ? moves : ShardRows.moves(moves), json);
        if (dryRun) {
            return ExitCode.OK;
        }
        Map<Integer, List<Integer>> targets = new HashMap<>(ShardMoves.targets(moves));
        List<String> refused = move(http, targets);
        waiting.await(client, spec, targets);
        if (!refused.isEmpty()) {
            throw new CommandFailedException(String.join("; ", refused));
        }
        return ExitCode.OK;
    }

    /// Begins all moves. Those that are refused are no targets then.
    ///
    /// @return why which are refused
    private List<String> move(HttpQuery http, Map<Integer, List<Integer>> targets)
            throws Exception {
        List<String> refused = new ArrayList<>();
        if (targets.isEmpty()) {
            return refused;
        }
        try (Admin admin = client.admin()) {
            ShardMoves moves = new ShardMoves(admin, http);
            for (int shard : targets.keySet().stream().sorted().toList()) {
                try {
                    moves.move(shard, Optional.ofNullable(targets.get(shard)));
                } catch (ExecutionException e) {
                    targets.remove(shard);
                    refused.add("shard " + shard + " is not moved: " + reason(e));
                }
            }
        }
        return refused;
    }

    private static String reason(ExecutionException e) {
        Throwable cause = e.getCause();
        return String.valueOf((cause == null ? e : cause).getMessage());
    }
}
