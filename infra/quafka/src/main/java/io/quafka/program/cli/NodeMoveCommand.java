package io.quafka.program.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `quafka node move`.
@Command(
        name = "move",
        header = "Move a shard to other storage nodes, or take that back.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  quafka node move --shard 3 --to 1,4,5 --wait",
            "  quafka node move --shard 3 --cancel"
        })
final class NodeMoveCommand implements Callable<Integer> {
    @Mixin private ClientOptions client = new ClientOptions();

    @Option(
            names = "--shard",
            paramLabel = "S",
            required = true,
            description = "Its number, as 'quafka node shards' shows.")
    private int shard;

    @ArgGroup(multiplicity = "1")
    private Where where = new Where();

    /// One of both.
    static final class Where {
        @Option(
                names = "--to",
                paramLabel = "NODE",
                split = ",",
                description =
                        "The storage nodes that are to have it, the one that is to lead first.")
        private List<Integer> nodes = List.of();

        @Option(names = "--cancel", description = "Let it stay where it was.")
        private boolean cancel;
    }

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
        Map<String, Object> before = ShardRows.one(http, shard);
        List<Integer> from = ShardRows.nodes(before, where.cancel ? "to" : "from");
        List<Integer> to = where.cancel ? ShardRows.nodes(before, "from") : where.nodes;
        Map<String, Object> move =
                Map.of(
                        "shard",
                        shard,
                        "partitions",
                        Human.number(before, "partitions"),
                        "from",
                        from,
                        "to",
                        to);
        try (Admin admin = client.admin()) {
            ShardMoves moves = new ShardMoves(admin, http);
            moves.move(shard, where.cancel ? Optional.empty() : Optional.of(to));
            moves.tooFew(shard, to.size()).ifPresent(this::warn);
        }
        Output.print(out, json ? List.of(move) : ShardRows.moves(List.of(move)), json);
        waiting.await(client, spec, Map.of(shard, to));
        return ExitCode.OK;
    }

    private void warn(String text) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("warning: " + text);
        err.flush();
    }
}
