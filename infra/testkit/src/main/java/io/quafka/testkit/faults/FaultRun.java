package io.quafka.testkit.faults;

import io.quafka.testkit.faults.Cluster.Size;
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

    /// @param recovery how long clients may take to get something done when all is well again
    /// @param seed of all choices
    public record Plan(Size size, Strikes strikes, Duration recovery, long seed) {}

    /// @param kinds of faults; those that cannot be had on this machine are left out
    /// @param faulty how long they come
    /// @param max how many come at most
    /// @param holdMax the longest between a strike and its end
    public record Strikes(Set<Kind> kinds, Duration faulty, int max, Duration holdMax) {}

    private final Plan plan;
    private final Network network;
    private final Path directory;
    private final PrintStream out;
    private final Recorder recorder = new Recorder();
    private final ErrorCounts errors = new ErrorCounts();
    private final List<String> problems = new ArrayList<>();
    private final List<Fault> struck = new ArrayList<>();

    /// @param network outlives the run
    /// @param directory for data and logs; exists
    /// @param out what happens is told here
    public FaultRun(Plan plan, Network network, Path directory, PrintStream out) {
        this.plan = plan;
        this.network = network;
        this.directory = directory;
        this.out = out;
    }

    /// @return all that was not as it should be; empty when nothing was lost and all came back
    public List<String> run() throws IOException, InterruptedException, ExecutionException {
        say(
                "seed %d, %s, %s"
                        .formatted(
                                plan.seed(),
                                plan.size(),
                                network.cuts()
                                        ? "each process in a network namespace of its own"
                                        : "all on loopback, where links cannot be cut"));
        try (Cluster cluster = newCluster()) {
            cluster.start();
            say("the cluster serves at " + cluster.bootstrap());
            Surroundings surroundings = new Surroundings(cluster::bootstrap, recorder, errors);
            Workload workload = new Workload(surroundings, plan.seed());
            workload.createTopics(plan.size().replicationFactor());
            workload.start();
            stuck(workload.awaitProgress(Map.of(), plan.recovery()).stuck(), "before any fault");
            try {
                strike(new FaultChooser(cluster, network, plan.strikes(), plan.seed()), workload);
            } finally {
                problems.addAll(workload.finish(FINISH_MAX));
            }
            problems.addAll(workload.readToEnd(FINISH_MAX));
            cluster.everyPart().forEach(this::logged);
        }
        verdict();
        return List.copyOf(problems);
    }

    private Cluster newCluster() {
        boolean clocks = plan.strikes().kinds().contains(Kind.CLOCK_JUMP) && Clock.canJump();
        return new Cluster(directory, network, plan.size(), clocks);
    }

    private void strike(FaultChooser chooser, Workload workload)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + plan.strikes().faulty().toNanos();
        while (System.nanoTime() < deadline && struck.size() < plan.strikes().max()) {
            Choice choice = chooser.next();
            struck.add(choice.fault());
            say("strike %s for %d ms".formatted(choice.fault(), choice.hold().toMillis()));
            choice.fault().strike();
            Actor.pause(choice.hold());
            choice.fault().heal();
            Map<String, Long> before = workload.successes();
            long healed = System.nanoTime();
            Workload.Progress progress = workload.awaitProgress(before, plan.recovery());
            stuck(progress.stuck(), "after " + choice.fault());
            say(
                    "healed; all clients got something done after %d ms, the last ones %s"
                            .formatted((System.nanoTime() - healed) / 1_000_000, progress.last()));
            if (!progress.stuck().isEmpty()) {
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

    /// What a part logged that it should not, and that no fault explains.
    private void logged(Part part) {
        List<String> alarms = part.alarms();
        List<String> unexplained =
                alarms.stream()
                        .filter(alarm ->
                                struck.stream().noneMatch(fault -> fault.explains(part, alarm)))
                        .toList();
        told(part + " logged", unexplained);
        if (alarms.size() > unexplained.size()) {
            say(
                    "%s logged %d alarms because of the faults that struck it"
                            .formatted(part, alarms.size() - unexplained.size()));
        }
    }

    private void told(String what, List<String> lines) {
        lines.stream().limit(TOLD_MAX).forEach(line -> problems.add(what + ": " + line));
    }

    private void verdict() {
        History history = recorder.history();
        Map<String, Long> counts = new TreeMap<>();
        history.ops().forEach(op -> counts.merge(op.getClass().getSimpleName(), 1L, Long::sum));
        say("operations " + counts + ", faults " + struck.size());
        errors.all().forEach((kind, count) -> say("  %6d × %s".formatted(count, kind)));
        told("VIOLATION", Checker.check(history).stream().map(Object::toString).toList());
        problems.forEach(this::say);
        say(problems.isEmpty() ? "nothing was lost" : problems.size() + " problems");
    }

    private void say(String line) {
        out.printf("%8.3f s  %s%n", recorder.now() / 1e9, line);
    }
}
