package io.quafka.program.cli;

import io.quafka.program.json.Json;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `quafka node moves`.
@Command(
        name = "moves",
        header = "List the shards that move.",
        description = "A shard has moved when everybody who is to have it is in sync.",
        footerHeading = "%nExamples:%n",
        footer = {"  quafka node moves", "  quafka node moves --json"})
final class NodeMovesCommand implements Callable<Integer> {
    @Mixin private ClientOptions client = new ClientOptions();

    @Option(names = "--json", description = "Print for machines.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        Map<String, Object> answer = new HttpQuery(client).get("/api/moves", Map.of()).fields();
        List<Map<String, Object>> moves = Human.list(answer, "shards");
        if (json) {
            out.println(Json.write(moves));
        } else if (moves.isEmpty()) {
            out.println("nothing moves");
        } else {
            Output.print(out, ShardRows.moves(moves), false);
        }
        out.flush();
        return ExitCode.OK;
    }
}
