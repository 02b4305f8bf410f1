package io.quafka.testkit.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quafka.testkit.faults.FaultChooser.Kind;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/// The command `infra/testkit/faults`.
@CommandLine.Command(
        name = "faults",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description =
                "Runs a cluster of processes under load and faults, and judges what its clients were"
                        + " told. Ends with 0 if nothing was lost, doubled or reordered, and all"
                        + " came back; with 1 otherwise.")
public final class Main implements Callable<Integer> {
    private static final int HOLD_MAX_S = 8;

    @Option(names = "--seconds", description = "How long faults come.")
    private int seconds = 60;

    @Option(names = "--seed", description = "Of all choices.")
    private long seed = 1;

    @Option(names = "--controllers", description = "How many.")
    private int controllers = 3;

    @Option(names = "--storage-nodes", description = "How many.")
    private int storageNodes = 2;

    @Option(names = "--gateways", description = "How many.")
    private int gateways = 2;

    @Option(names = "--replication-factor", description = "Of the topics that are written to.")
    private int replicationFactor = 1;

    @Option(
            names = "--recovery-seconds",
            description =
                    "How long clients may take to go on after a fault. A member by the consumer"
                            + " protocol that could not say that it leaves holds its partitions for"
                            + " 45 s, as in Kafka.")
    private int recoverySeconds = 120;

    @Option(
            names = "--faults",
            split = ",",
            description = "Which kinds: ${COMPLETION-CANDIDATES}. All by default.")
    private Set<Kind> kinds = EnumSet.allOf(Kind.class);

    @Option(
            names = "--directory",
            description = "An empty or new one for data and logs; a temporary one by default.")
    private @Nullable Path directory;

    private Main() {}

    public static void main(String[] args) {
        System.exit(
                new CommandLine(new Main())
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Path chosen = directory;
        Path place =
                (chosen == null
                                ? Files.createTempDirectory("quafka-faults-")
                                : Files.createDirectories(chosen))
                        .toAbsolutePath();
        System.out.println("data and logs in " + place + ", the clients' own in clients.err");
        FaultRun.Plan plan =
                new FaultRun.Plan(
                        new Cluster.Size(controllers, storageNodes, gateways, replicationFactor),
                        new FaultRun.Strikes(
                                kinds,
                                Duration.ofSeconds(seconds),
                                Integer.MAX_VALUE,
                                Duration.ofSeconds(HOLD_MAX_S)),
                        Duration.ofSeconds(recoverySeconds),
                        seed);
        PrintStream terminal = System.err;
        try (Network network = Network.open();
                PrintStream clients =
                        new PrintStream(place.resolve("clients.err").toFile(), UTF_8)) {
            System.setErr(clients);
            return new FaultRun(plan, network, place, System.out).run().isEmpty() ? 0 : 1;
        } finally {
            System.setErr(terminal);
        }
    }
}
