package io.quafka.program.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DeleteTopicsResult;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `quafka topic delete`.
@Command(name = "delete", header = "Delete topics and everything in them.")
final class TopicDeleteCommand implements Callable<Integer> {
    @Mixin private ClientOptions client = new ClientOptions();

    @Parameters(arity = "1..*", paramLabel = "TOPIC", description = "Names of the topics.")
    private List<String> names = List.of();

    @Option(names = "--if-exists", description = "Pass over a topic that does not exist.")
    private boolean ifExists;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        try (Admin admin = client.admin()) {
            DeleteTopicsResult result = admin.deleteTopics(names);
            for (String name : names) {
                try {
                    Answers.of(result.topicNameValues(), name).get();
                    out.println("deleted " + name);
                } catch (ExecutionException e) {
                    if (!ifExists || !(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                        throw e;
                    }
                    out.println("no topic " + name);
                }
            }
        }
        out.flush();
        return ExitCode.OK;
    }
}
