package io.quafka.bench.broker;

import io.quafka.bench.client.KafkaSocket;
import io.quafka.bench.process.ChildProcesses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A broker at work: one start of a [Broker] on a directory. Closing it stops the process, by force
/// after [#STOP_TIMEOUT].
public final class BrokerProcess implements AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofMinutes(3);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);
    private static final int LOG_TAIL_LINES = 20;

    private final Path log;
    private final Ports ports;
    private final Process process;
    private final Duration timeToMetadata;
    private final ProcessHandle java;

    private BrokerProcess(Path log, Ports ports, Process process, long startNanos)
            throws IOException, InterruptedException {
        this.log = log;
        this.ports = ports;
        this.process = process;
        awaitMetadata(startNanos);
        timeToMetadata = Duration.ofNanos(System.nanoTime() - startNanos);
        java = javaOf(process.toHandle());
    }

    /// Starts a broker and waits for its first metadata answer.
    ///
    /// @param directory prepared by [Broker#prepare]
    /// @throws IOException if it ends or does not answer in time; the message holds the end of its
    ///   log
    public static BrokerProcess start(
            Broker broker, Installation installation, Path directory, Ports ports)
            throws IOException, InterruptedException {
        Path log = directory.resolve("broker.log");
        ProcessBuilder builder = new ProcessBuilder(broker.command(installation, directory, ports));
        builder.environment().put("JAVA_HOME", installation.javaHome().toString());
        builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        long startNanos = System.nanoTime();
        Process process = ChildProcesses.start(builder);
        try {
            return new BrokerProcess(log, ports, process, startNanos);
        } catch (IOException | InterruptedException | RuntimeException exception) {
            ChildProcesses.kill(process);
            throw exception;
        }
    }

    /// Process id of the broker's JVM.
    public long pid() {
        return java.pid();
    }

    public String bootstrap() {
        return ports.bootstrap();
    }

    public int port() {
        return ports.clients();
    }

    /// From the start of the process to its first answer to a Metadata request.
    public Duration timeToMetadata() {
        return timeToMetadata;
    }

    /// Ends the process without warning, as `kill -9` does.
    public void kill() throws InterruptedException {
        ChildProcesses.kill(process);
        process.waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        java.destroy();
        if (!process.waitFor(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
            kill();
        }
    }

    private void awaitMetadata(long startNanos) throws IOException, InterruptedException {
        while (!KafkaSocket.answersMetadata(ports.clients())) {
            boolean late = System.nanoTime() - startNanos > START_TIMEOUT.toNanos();
            if (late || !process.isAlive()) {
                throw new IOException(
                        (late ? "broker is not ready in time" : "broker ended at start")
                                + "; its log ends:\n"
                                + logTail());
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    /// The end of what the broker printed.
    public String logTail() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join(
                    "\n", lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size()));
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }

    /// The launcher replaces itself by the JVM, or else the JVM is a child of it.
    private static ProcessHandle javaOf(ProcessHandle launcher) {
        return Stream.concat(Stream.of(launcher), launcher.descendants())
                .filter(handle -> handle.info().command().orElse("").endsWith("/java"))
                .findFirst()
                .orElse(launcher);
    }
}
