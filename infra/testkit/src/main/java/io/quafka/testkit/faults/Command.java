package io.quafka.testkit.faults;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A command of the system that takes a moment.
final class Command {
    private static final int MAX_S = 30;

    private Command() {}

    /// Whether it could be run and succeeded.
    static boolean succeeds(String... command) throws InterruptedException {
        try {
            run("", List.of(command));
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /// @param input for its standard input
    /// @throws IOException if it fails; the message has what it printed
    static void run(String input, List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var in = process.outputWriter()) {
            in.write(input);
        }
        String told =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (!process.waitFor(MAX_S, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(command + " takes longer than " + MAX_S + " s");
        }
        if (process.exitValue() != 0) {
            throw new IOException(command + " failed: " + told);
        }
    }
}
