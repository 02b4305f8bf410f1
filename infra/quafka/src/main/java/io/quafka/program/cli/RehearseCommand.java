package io.quafka.program.cli;

import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.Configuration;
import io.quafka.program.roles.BrokerProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `quafka rehearse`: goes once through what starts and first requests do, in a directory of its
/// own, so that the JVM can keep what it loaded, linked and learned. For the launcher, which has
/// the JVM record it.
@Command(
        name = "rehearse",
        hidden = true,
        header = "Go once through a start, for the start-up cache.")
final class RehearseCommand implements Callable<Integer> {
    private static final String TOPIC = "rehearsal";

    @Override
    public Integer call() throws Exception {
        Path directory = Files.createTempDirectory("quafka-rehearsal");
        try {
            Configuration configuration =
                    Configuration.load(
                            null,
                            Map.of(),
                            Map.of(
                                    ConfigKeys.NODE_DATA_DIR.name(),
                                    directory.resolve("data").toString(),
                                    ConfigKeys.GATEWAY_LISTEN.name(),
                                    "127.0.0.1:0"));
            try (BrokerProcess broker = BrokerProcess.start(configuration)) {
                return clients(directory, broker.address().toString());
            }
        } finally {
            delete(directory);
        }
    }

    /// What a user's first minute calls for.
    private static int clients(Path directory, String bootstrap) throws IOException {
        Path lines = Files.writeString(directory.resolve("lines"), "one\ntwo\nthree\n");
        List<List<String>> commands =
                List.of(
                        List.of("--help"),
                        List.of("topic", "create", TOPIC, "-b", bootstrap),
                        List.of("topic", "list", "-b", bootstrap),
                        List.of("topic", "describe", TOPIC, "-b", bootstrap),
                        List.of("produce", TOPIC, lines.toString(), "-b", bootstrap),
                        List.of("consume", TOPIC, "--until-end", "-b", bootstrap));
        int worst = ExitCode.OK;
        for (List<String> command : commands) {
            CommandLine commandLine =
                    CommandLineInterface.commandLine().setOut(new PrintWriter(new StringWriter()));
            worst = Math.max(worst, commandLine.execute(command.toArray(String[]::new)));
        }
        return worst;
    }

    private static void delete(Path directory) throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> all = Files.walk(directory)) {
            deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            Files.delete(path);
        }
    }
}
