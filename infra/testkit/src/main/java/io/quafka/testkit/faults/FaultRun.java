package io.quafka.testkit.faults;

import io.quafka.testkit.faults.FaultChooser.Choice;
import io.quafka.testkit.faults.FaultChooser.Kind;
import io.quafka.testkit.history.Checker;
import io.quafka.testkit.history.History;
import io.quafka.testkit.history.Recorder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;

/// One run: a cluster, clients, faults for some time, then peace, and the verdict.
public final class FaultRun {
    private static final Duration CALM = Duration.ofSeconds(2);
    private static final Duration FINISH_MAX = Duration.ofSeconds(60);
    private static final int TOLD_MAX = 20;

    /// @param faulty how long faults come
    /// @param recovery how long clients may take to get something done when all is well again
    /// @param kinds of faults
    public record Plan(
            Duration faulty,
            Duration recovery,
            long seed,
            Set<Kind> kinds,
            int controllers,
            int storageNodes,
            int gateways,
            int replicationFactor) {}

    private final Plan plan;
    private final Path directory;
    private final PrintStream out;
    private final Recorder recorder = new Recorder();
    private final ErrorCounts errors = new ErrorCounts();
    private final List<String> problems = new ArrayList<>();
    private int faults;

    /// @param directory for data and logs; exists
    /// @param out what happens is told here
    public FaultRun(Plan plan, Path directory, PrintStream out) {
        this.plan = plan;
        this.directory = directory;
        this.out = out;
    }

    /// @return all that was not as it should be; empty when nothing was lost and all came back
    public List<String> run() throws IOException, InterruptedException, ExecutionException {
        Network network = network();
        Cluster.Size size =
                new Cluster.Size(
                        plan.controllers(),
                        plan.storageNodes(),
                        plan.gateways(),
                        plan.replicationFactor());
        say(
                "seed %d, %s, %s"
                        .formatted(
                                plan.seed(),
                                size,
                                network.cuts()
                                        ? "each process in a network namespace of its own"
                                        : "all on loopback, where links cannot be cut"));
        try (Cluster cluster = new Cluster(directory, network, size)) {
            cluster.start();
            say("the cluster serves at " + cluster.bootstrap());
            Surroundings surroundings = new Surroundings(cluster::bootstrap, recorder, errors);
            Workload workload = new Workload(surroundings, plan.seed());
            workload.createTopics(plan.replicationFactor());
            workload.start();
            stuck(workload.awaitProgress(Map.of(), plan.recovery()), "before any fault");
            try {
                strike(new FaultChooser(cluster, network, plan.kinds(), plan.seed()), workload);
            } finally {
                problems.addAll(workload.finish(FINISH_MAX));
            }
            problems.addAll(workload.readToEnd(FINISH_MAX));
            cluster.parts().forEach(part -> told("logged", part.alarms()));
        }
        verdict();
        return List.copyOf(problems);
    }

    private static Network network() throws IOException, InterruptedException {
        Namespaces namespaces = Namespaces.open();
        return namespaces == null ? new Loopback() : namespaces;
    }

    private void strike(FaultChooser chooser, Workload workload)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + plan.faulty().toNanos();
        while (System.nanoTime() < deadline) {
            Choice choice = chooser.next();
            faults++;
            say("strike %s for %d ms".formatted(choice.fault(), choice.hold().toMillis()));
            choice.fault().strike();
            Actor.pause(choice.hold());
            choice.fault().heal();
            Map<String, Long> before = workload.successes();
            long healed = System.nanoTime();
            List<String> stuck = workload.awaitProgress(before, plan.recovery());
            stuck(stuck, "after " + choice.fault());
            say(
                    "healed; all clients got something done after %d ms"
                            .formatted((System.nanoTime() - healed) / 1_000_000));
            if (!stuck.isEmpty()) {
                return;
            }
            Actor.pause(CALM);
        }
    }

    private void stuck(List<String> clients, String when) {
        if (!clients.isEmpty()) {
            problems.add(
                    "STUCK: %s got nothing done in %s %s"
                            .formatted(clients, plan.recovery(), when));
        }
    }

    private void told(String what, List<String> lines) {
        lines.stream().limit(TOLD_MAX).forEach(line -> problems.add(what + ": " + line));
    }

    private void verdict() {
        History history = recorder.history();
        Map<String, Long> counts = new TreeMap<>();
        history.ops().forEach(op -> counts.merge(op.getClass().getSimpleName(), 1L, Long::sum));
        say("operations " + counts + ", faults " + faults);
        errors.all().forEach((kind, count) -> say("  %6d × %s".formatted(count, kind)));
        told("VIOLATION", Checker.check(history).stream().map(Object::toString).toList());
        problems.forEach(this::say);
        say(problems.isEmpty() ? "nothing was lost" : problems.size() + " problems");
    }

    private void say(String line) {
        out.printf("%8.3f s  %s%n", recorder.now() / 1e9, line);
    }
}
