package io.quafka.bench;

import io.quafka.bench.Suite.Rules;
import io.quafka.bench.Suite.Sides;
import io.quafka.bench.broker.Installation;
import io.quafka.bench.process.Proc;
import io.quafka.bench.report.Comparison;
import io.quafka.bench.report.Report;
import io.quafka.bench.scenario.Catalog;
import io.quafka.bench.scenario.FdatasyncProbe;
import io.quafka.bench.scenario.Lab;
import io.quafka.bench.scenario.Scenario;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// The harness's command line.
@Command(
        name = "infra/bench/run",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Runs Apache Kafka and Quafka in turn on this machine and compares them.",
            "",
            "Both start on an empty directory, are warmed, and are measured for one window; this is done several times. Results are printed, and written as"
                    + " Markdown and JSON.",
            ""
        },
        footer = {
            "",
            "Micro-benchmarks:  infra/bench/run jmh [JMH options]",
            "No build before:   infra/bench/run --no-build ...",
            "",
            "Exit code: 0 if everything was measured, 1 if something failed. A missed target is no failure."
        })
public final class Main implements Callable<Integer> {
    private static final int QUICK_SECONDS = 10;

    @Spec private @Nullable CommandSpec spec;

    @Parameters(
            arity = "1..*",
            paramLabel = "SCENARIO",
            description =
                    "Names of scenarios; or 'quick' (some, one round, about eight minutes), 'full' (all), 'list'.")
    private List<String> names = new ArrayList<>();

    @Option(names = "--rounds", description = "How often each side is measured (3; quick: 1).")
    private @Nullable Integer rounds;

    @Option(names = "--warm-up", description = "Seconds of load before a window (20; quick: 10).")
    private @Nullable Integer warmUpSeconds;

    @Option(names = "--window", description = "Seconds of a window, about (20; quick: 10).")
    private @Nullable Integer windowSeconds;

    @Option(
            names = "--data-gib",
            defaultValue = "2",
            description =
                    "GiB that are read by 'consume' and recovered by 'restart' (${DEFAULT-VALUE}).")
    private double dataGibibytes;

    @Option(
            names = "--sides",
            defaultValue = "BOTH",
            description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
    private Sides sides = Sides.BOTH;

    @Option(
            names = "--attempts",
            defaultValue = "3",
            description =
                    "How often a disturbed measurement is tried in all (${DEFAULT-VALUE}); the least disturbed counts.")
    private int attempts;

    @Option(
            names = "--disturbed-percent",
            defaultValue = "5",
            description =
                    "A measurement is disturbed if others take more of the machine than this (${DEFAULT-VALUE}).")
    private double disturbedPercent;

    @Option(
            names = "--work-directory",
            required = true,
            description = "Where brokers keep data; on the disk to measure.")
    private Path workDirectory = Path.of("");

    @Option(names = "--results", required = true, description = "Directory for the result files.")
    private Path results = Path.of("");

    @Option(
            names = "--kafka-library",
            required = true,
            description = "Directory of Apache Kafka's jars.")
    private Path kafkaLibrary = Path.of("");

    @Option(
            names = "--quafka",
            required = true,
            description = "Command that starts Quafka, words separated by spaces.")
    private String quafka = "";

    public static void main(String[] arguments) {
        System.exit(
                new CommandLine(new Main())
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec().commandLine().getOut();
        if (names.contains("list")) {
            Catalog.all()
                    .forEach(scenario ->
                            out.printf(
                                    "%-20s %s%n",
                                    scenario.plan().name(), scenario.plan().description()));
            return 0;
        }
        boolean quick = names.equals(List.of("quick"));
        List<Scenario> chosen = chosen();
        Files.createDirectories(workDirectory);
        Files.createDirectories(results);
        Lab lab = lab(quick);
        Rules rules = new Rules(or(rounds, quick ? 1 : 3), attempts, disturbedPercent / 100, sides);
        Path file =
                results.resolve(
                        DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").format(LocalDateTime.now()));
        return run(chosen, lab, rules, file, out);
    }

    private int run(List<Scenario> chosen, Lab lab, Rules rules, Path file, PrintWriter out)
            throws IOException, InterruptedException {
        Map<String, String> environment =
                Environment.describe(lab, FdatasyncProbe.median(workDirectory));
        Suite suite = new Suite(lab, rules, spec().commandLine().getErr());
        List<Comparison> done = new ArrayList<>();
        for (Scenario scenario : chosen) {
            done.add(suite.run(scenario));
            out.println();
            out.println(Report.toMarkdown(done.getLast()));
            out.flush();
            Report report = new Report(environment, done);
            Files.writeString(Path.of(file + ".md"), report.toMarkdown());
            Files.writeString(Path.of(file + ".json"), report.toJson());
        }
        out.println("Written: " + file + ".md and .json");
        return done.stream().allMatch(one -> one.failures().isEmpty()) ? 0 : 1;
    }

    private List<Scenario> chosen() {
        List<String> wanted = names.equals(List.of("quick")) ? Catalog.QUICK : names;
        List<Scenario> all = Catalog.all();
        if (wanted.equals(List.of("full"))) {
            return all;
        }
        return wanted.stream().map(name -> named(all, name)).toList();
    }

    private Scenario named(List<Scenario> all, String name) {
        return all.stream()
                .filter(scenario -> scenario.plan().name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new CommandLine.ParameterException(
                                spec().commandLine(),
                                "no scenario is named " + name + "; 'list' shows all"));
    }

    private Lab lab(boolean quick) {
        int seconds = quick ? QUICK_SECONDS : 2 * QUICK_SECONDS;
        return new Lab(
                new Installation(
                        Path.of(System.getProperty("java.home")),
                        kafkaLibrary,
                        List.of(quafka.split(" "))),
                workDirectory,
                new Proc(),
                Duration.ofSeconds(or(warmUpSeconds, seconds)),
                Duration.ofSeconds(or(windowSeconds, seconds)),
                (long) (dataGibibytes * (1L << 30)));
    }

    private CommandSpec spec() {
        return Objects.requireNonNull(spec, "picocli sets it");
    }

    private static int or(@Nullable Integer value, int otherwise) {
        return value == null ? otherwise : value;
    }
}
