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

/// `quafka node shards`.
@Command(
        name = "shards",
        header = "List shards: on which nodes they lie, and who leads them.",
        footerHeading = "%nExamples:%n",
        footer = {"  quafka node shards", "  quafka node shards 2 --json"})
final class NodeShardsCommand implements Callable<Integer> {
    @Mixin private ClientOptions client = new ClientOptions();

    @Parameters(arity = "0..1", paramLabel = "NODE", description = "Only those that it carries.")
    private @Nullable Integer node;

    @Option(names = "--json", description = "Print for machines.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        Map<String, String> query = node == null ? Map.of() : Map.of("node", node.toString());
        Map<String, Object> answer = new HttpQuery(client).get("/api/shards", query).fields();
        List<Map<String, Object>> shards = Human.list(answer, "shards");
        if (json) {
            out.println(Json.write(shards));
        } else {
            Output.print(out, ShardRows.table(shards), false);
            long leftOut = Human.number(answer, "shardsLeftOut");
            if (leftOut > 0) {
                out.println("and " + leftOut + " more, with higher numbers");
            }
        }
        out.flush();
        return ExitCode.OK;
    }
}
