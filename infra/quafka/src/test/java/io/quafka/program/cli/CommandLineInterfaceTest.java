package io.quafka.program.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CommandLineInterfaceTest {
    private record Ran(int exitCode, String out, String err) {}

    private static Ran run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode =
                CommandLineInterface.commandLine()
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true))
                        .execute(args);
        return new Ran(exitCode, out.toString(), err.toString());
    }

    @Test
    void helpListsEveryCommandButTheLaunchersOwn() {
        Ran help = run("--help");
        assertThat(help.exitCode()).isZero();
        assertThat(help.out())
                .contains(
                        "broker", "gateway", "storage", "controller", "topic", "produce", "consume")
                .contains("Examples:", "Exit codes:")
                .doesNotContain("rehearse");
    }

    @Test
    void onlyTheCommandAskedForIsBuilt() {
        assertThat(CommandLineInterface.asked("broker", "--data", "topic"))
                .singleElement()
                .extracting(Map.Entry::getKey)
                .isEqualTo("broker");
        assertThat(CommandLineInterface.asked("brokr")).hasSizeGreaterThan(10);
        assertThat(CommandLineInterface.asked()).hasSizeGreaterThan(10);
    }

    static List<List<String>> everyCommand() {
        List<List<String>> paths = new ArrayList<>();
        collect(CommandLineInterface.commandLine(), List.of(), paths);
        return paths;
    }

    private static void collect(CommandLine command, List<String> path, List<List<String>> paths) {
        command.getSubcommands()
                .forEach((name, subcommand) -> {
                    List<String> deeper = new ArrayList<>(path);
                    deeper.add(name);
                    paths.add(deeper);
                    collect(subcommand, deeper, paths);
                });
    }

    @ParameterizedTest
    @MethodSource("everyCommand")
    void everyCommandHasHelpThatSaysWhatItDoes(List<String> path) {
        List<String> args = new ArrayList<>(path);
        args.add("--help");
        Ran help = run(args.toArray(String[]::new));
        assertThat(help.exitCode()).isZero();
        assertThat(help.out()).contains("Usage: quafka " + String.join(" ", path));
        assertThat(help.out().lines().findFirst().orElseThrow()).endsWith(".");
        assertThat(help.out()).doesNotContain("%n", "${");
    }

    @Test
    void theVersionNamesProgramAndJava() {
        Ran version = run("--version");
        assertThat(version.exitCode()).isZero();
        assertThat(version.out()).startsWith("quafka ").contains("Java 2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "topic",
                "brokr",
                "topic create",
                "topic create t --partitions many",
                "topic alter t",
                "produce",
                "produce t --chunk-bytes 5 --whole-file",
                "consume t --raw --json",
                "consume t --format %y",
                "consume t --from yesterday",
                "node",
                "node move --shard 1",
                "node move --shard 1 --to 2 --cancel",
                "node drain",
                "node drain two",
                "node remove",
                "broker --set no.such.key=1",
                "config --set num.partitions=0",
                "config --config /no/such/file.yaml"
            })
    void whatIsNotUnderstoodExitsWithTwoAndSaysWhy(String line) {
        Ran ran = run(line.isEmpty() ? new String[0] : line.split(" "));
        assertThat(ran.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).isNotBlank().doesNotContain("\tat ");
    }

    @Test
    void anUnreachableClusterIsToldInOneLine() {
        Ran ran = run("topic", "list", "--bootstrap", "127.0.0.1:1");
        assertThat(ran.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(ran.err().lines()).singleElement().asString().contains("127.0.0.1:1");
    }

    @Test
    void configShowsValuesAndTheirSources() {
        Ran table = run("config", "--set", "num.partitions=7");
        assertThat(table.exitCode()).isZero();
        assertThat(table.out().lines())
                .anyMatch(line -> line.matches("num.partitions +7 +flags.*"));
        Ran json = run("config", "--json", "--set", "num.partitions=7");
        assertThat(json.out())
                .contains("{\"key\":\"num.partitions\",\"value\":\"7\",\"source\":\"flags\"");
    }
}
