package io.quafka.program.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `quafka group delete`.
@Command(name = "delete", header = "Delete groups that have no members, and what they committed.")
final class GroupDeleteCommand implements Callable<Integer> {
    @Mixin private ClientOptions client = new ClientOptions();

    @Parameters(arity = "1..*", paramLabel = "GROUP", description = "Ids of the groups.")
    private List<String> groups = List.of();

    @Option(names = "--if-exists", description = "Pass over a group that does not exist.")
    private boolean ifExists;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        try (Admin admin = client.admin()) {
            var deleted = admin.deleteConsumerGroups(groups).deletedGroups();
            for (String group : groups) {
                try {
                    Answers.of(deleted, group).get();
                    out.println("deleted " + group);
                } catch (ExecutionException e) {
                    if (!(e.getCause() instanceof GroupIdNotFoundException)) {
                        throw e;
                    }
                    if (!ifExists) {
                        throw new CommandFailedException("there is no group " + group);
                    }
                    out.println("no group " + group);
                }
            }
        } finally {
            out.flush();
        }
        return ExitCode.OK;
    }
}
