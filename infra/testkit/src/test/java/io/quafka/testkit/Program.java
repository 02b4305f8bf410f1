package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Somebody else's program, run in a process of its own. It is killed when this is closed.
final class Program implements AutoCloseable {
    private static final Duration RUN_MAX = Duration.ofSeconds(90);
    private static final int HEAP_MIB = 320;
    private static final int ERROR_LINES_TOLD = 40;

    private final List<String> command;
    private final Process process;
    private final Path output;
    private final Path errors;

    private Program(List<String> command, Process process, Path output, Path errors) {
        this.command = command;
        this.process = process;
        this.output = output;
        this.errors = errors;
    }

    /// Starts a program in a directory, which also gets what it prints.
    static Program start(Path directory, List<String> command) {
        try {
            Path output = Files.createTempFile(directory, "program-", ".out");
            Path errors = Files.createTempFile(directory, "program-", ".err");
            Process process =
                    new ProcessBuilder(command)
                            .directory(directory.toFile())
                            .redirectInput(Path.of("/dev/null").toFile())
                            .redirectOutput(output.toFile())
                            .redirectError(errors.toFile())
                            .start();
            return new Program(command, process, output, errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Starts a Java program on the class path that the module `infra/clients` lays out.
    static Program java(Path directory, String mainClass, List<String> arguments) {
        return java(directory, "", mainClass, arguments);
    }

    /// As [#java], with an older kafka-clients, which that module lays out too.
    static Program oldJava(Path directory, String mainClass, List<String> arguments) {
        return java(directory, "old/*", mainClass, arguments);
    }

    /// @param first of the module's output, what comes first on the class path; may be empty
    private static Program java(
            Path directory, String first, String mainClass, List<String> arguments) {
        Path clients =
                Path.of(System.getProperty("basedir", "."))
                        .toAbsolutePath()
                        .resolve("../clients/target")
                        .normalize();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx" + HEAP_MIB + "m", "-XX:+UseSerialGC"));
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto"));
        command.add("--enable-native-access=ALL-UNNAMED");
        String classPath =
                Stream.of(first, "classes", "lib/*")
                        .filter(entry -> !entry.isEmpty())
                        .map(entry -> clients.resolve(entry).toString())
                        .collect(Collectors.joining(File.pathSeparator));
        command.addAll(List.of("-cp", classPath));
        command.add(mainClass);
        command.addAll(arguments);
        return start(directory, command);
    }

    /// Waits for its end.
    ///
    /// @return what it printed
    /// @throws AssertionError if it fails, or does not end in time; the message has what it said
    List<String> awaitSuccess() throws InterruptedException {
        boolean ended = process.waitFor(RUN_MAX.toMillis(), TimeUnit.MILLISECONDS);
        process.destroyForcibly();
        assertThat(ended).as("%s ends in %s\n%s", command, RUN_MAX, told()).isTrue();
        assertThat(process.exitValue()).as("%s\n%s", command, told()).isZero();
        return lines();
    }

    /// Waits for its end.
    ///
    /// @return the last of what it printed
    /// @throws AssertionError if it succeeds, or does not end in time
    String awaitFailure() throws InterruptedException {
        boolean ended = process.waitFor(RUN_MAX.toMillis(), TimeUnit.MILLISECONDS);
        process.destroyForcibly();
        assertThat(ended).as("%s ends in %s\n%s", command, RUN_MAX, told()).isTrue();
        assertThat(process.exitValue()).as("%s\n%s", command, told()).isNotZero();
        return told();
    }

    /// Lines on standard output so far.
    List<String> lines() {
        return read(output);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    void kill9() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /// SIGTERM. Returns when the process is gone.
    void terminate() throws InterruptedException {
        process.destroy();
        boolean ended = process.waitFor(RUN_MAX.toMillis(), TimeUnit.MILLISECONDS);
        assertThat(ended).as("%s ends after SIGTERM\n%s", command, told()).isTrue();
    }

    /// The last lines of all that it printed, for messages of failed tests.
    String told() {
        List<String> all = new ArrayList<>(last(lines()));
        all.addAll(last(read(errors)));
        return String.join("\n", all);
    }

    private static List<String> last(List<String> lines) {
        return lines.subList(Math.max(0, lines.size() - ERROR_LINES_TOLD), lines.size());
    }

    private static List<String> read(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
