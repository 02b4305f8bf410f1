package io.quafka.program.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `quafka node remove`.
@Command(
        name = "remove",
        header = "Forget nodes that are stopped and carry nothing.",
        description = {
            "A storage node has to be drained, and its process stopped, before. One that is stopped cleanly is forgotten by"
                    + " itself; one that was killed, or lost with its machine, is not.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {"  quafka node remove 2"})
final class NodeRemoveCommand implements Callable<Integer> {
    @Mixin private ClientOptions client = new ClientOptions();

    @Parameters(arity = "1..*", paramLabel = "NODE", description = "Their ids.")
    private List<Integer> ids = List.of();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        try (Admin admin = client.admin()) {
            for (int id : ids) {
                admin.unregisterBroker(id).all().get();
                out.println("removed node " + id);
                out.flush();
            }
        }
        return ExitCode.OK;
    }
}
