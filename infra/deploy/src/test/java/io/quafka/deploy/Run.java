package io.quafka.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A command in a process of its own, with what it prints in files. Closing it kills it.
final class Run implements AutoCloseable {
    private static final int MAX_S = 150;

    private final List<String> command;
    private final Process process;
    private final Path out;
    private final Path err;

    private Run(List<String> command, Process process, Path out, Path err) {
        this.command = command;
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /// @param directory where it runs, and where what it prints is kept
    /// @param environment the whole of it
    static Run start(Path directory, Map<String, String> environment, List<String> command)
            throws IOException {
        Path out = Files.createTempFile(directory, "run-", ".out");
        Path err = Files.createTempFile(directory, "run-", ".err");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return new Run(command, builder.start(), out, err);
    }

    /// Waits for its end.
    int exitCode() throws InterruptedException, IOException {
        boolean ended = process.waitFor(MAX_S, TimeUnit.SECONDS);
        assertThat(ended).as("%s ends\n%s\n%s", command, out(), err()).isTrue();
        return process.exitValue();
    }

    /// Waits for its end, and that it is a good one.
    ///
    /// @return what it printed
    String succeed() throws InterruptedException, IOException {
        assertThat(exitCode()).as("%s\n%s\n%s", command, out(), err()).isZero();
        return out();
    }

    String out() throws IOException {
        return Files.readString(out);
    }

    String err() throws IOException {
        return Files.readString(err);
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /// SIGTERM.
    void terminate() {
        process.destroy();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
