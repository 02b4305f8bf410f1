package io.quafka.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The packaged program in a process of its own, for tests: started, waited for, and stopped as an
/// operator would.
final class QuafkaProcess implements AutoCloseable {
    static final Path JAR = Path.of("target/quafka.jar").toAbsolutePath();
    private static final Duration START_MAX = Duration.ofSeconds(60);
    private static final Duration STOP_MAX = Duration.ofSeconds(40);
    private static final Pattern ADDRESS = Pattern.compile(" on (\\S+:\\d+)");

    private final Process process;
    private final Path out;
    private final Path err;

    private QuafkaProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /// @param logs where what it prints is kept
    static QuafkaProcess launch(Path logs, String... args) throws IOException {
        Path out = Files.createTempFile(logs, args[0], ".out");
        Path err = Files.createTempFile(logs, args[0], ".err");
        ProcessBuilder builder =
                new ProcessBuilder(command(args))
                        .directory(logs.toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("QUAFKA_"));
        return new QuafkaProcess(builder.start(), out, err);
    }

    static List<String> command(String... args) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-Xmx256m",
                                "-XX:TieredStopAtLevel=1",
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow"));
        command.addAll(Rehearsal.OPTIONS);
        command.addAll(List.of("-jar", JAR.toString()));
        command.addAll(List.of(args));
        return command;
    }

    QuafkaProcess awaitReady() {
        await().atMost(START_MAX)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> out().contains("Quafka is ready") || !process.isAlive());
        assertThat(out()).as("%s", err()).contains("Quafka is ready");
        return this;
    }

    /// The address in the ready line.
    String address() {
        Matcher matcher = ADDRESS.matcher(out());
        assertThat(matcher.find()).as(out()).isTrue();
        return matcher.group(1);
    }

    String out() {
        return read(out);
    }

    String err() {
        return read(err);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long pid() {
        return process.pid();
    }

    /// Waits for it to end by itself.
    int exitCode() throws InterruptedException {
        assertThat(process.waitFor(STOP_MAX.toMillis(), TimeUnit.MILLISECONDS))
                .as("ended\n%s", err())
                .isTrue();
        return process.exitValue();
    }

    /// SIGTERM.
    int stop() throws InterruptedException {
        process.destroy();
        return exitCode();
    }

    /// SIGKILL.
    void kill() throws InterruptedException {
        process.destroyForcibly();
        exitCode();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
