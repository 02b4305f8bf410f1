package io.quafka.bench.broker;

import io.quafka.bench.client.KafkaSocket;
import io.quafka.bench.process.ChildProcesses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A broker at work: one start of a [Broker] on a directory, in one process or in several. Closing
/// it stops them, by force after [#STOP_TIMEOUT].
public final class BrokerProcess implements AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofMinutes(3);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);
    private static final int LOG_TAIL_LINES = 20;

    private final Path directory;
    private final Ports ports;
    private final List<Process> processes;
    private final Duration timeToMetadata;
    private final List<ProcessHandle> javas;

    private BrokerProcess(Path directory, Ports ports, List<Process> processes, long startNanos)
            throws IOException, InterruptedException {
        this.directory = directory;
        this.ports = ports;
        this.processes = processes;
        awaitMetadata(startNanos);
        timeToMetadata = Duration.ofNanos(System.nanoTime() - startNanos);
        javas = processes.stream().map(process -> javaOf(process.toHandle())).toList();
    }

    /// Starts a broker and waits for its first metadata answer.
    ///
    /// @param directory prepared by [Broker#prepare]
    /// @throws IOException if it ends or does not answer in time; the message holds the end of its
    ///   log
    public static BrokerProcess start(
            Broker broker, Installation installation, Path directory, Ports ports)
            throws IOException, InterruptedException {
        long startNanos = System.nanoTime();
        List<Process> processes = new ArrayList<>();
        try {
            for (List<String> command : broker.commands(installation, directory, ports)) {
                ProcessBuilder builder = new ProcessBuilder(command);
                builder.environment().put("JAVA_HOME", installation.javaHome().toString());
                builder.redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(
                                        log(directory, processes.size()).toFile()));
                processes.add(ChildProcesses.start(builder));
            }
            return new BrokerProcess(directory, ports, processes, startNanos);
        } catch (IOException | InterruptedException | RuntimeException exception) {
            processes.forEach(ChildProcesses::kill);
            throw exception;
        }
    }

    private static Path log(Path directory, int place) {
        return directory.resolve(place == 0 ? "broker.log" : "broker-" + place + ".log");
    }

    /// Process ids of the broker's JVMs.
    public List<Long> pids() {
        return javas.stream().map(ProcessHandle::pid).toList();
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

    /// Ends the processes without warning, as `kill -9` does.
    public void kill() throws InterruptedException {
        processes.forEach(ChildProcesses::kill);
        for (Process process : processes) {
            process.waitFor();
        }
    }

    @Override
    public void close() throws InterruptedException {
        javas.reversed().forEach(ProcessHandle::destroy);
        long deadlineNanos = System.nanoTime() + STOP_TIMEOUT.toNanos();
        for (Process process : processes) {
            long left = Math.max(0, deadlineNanos - System.nanoTime());
            if (!process.waitFor(left, TimeUnit.NANOSECONDS)) {
                kill();
            }
        }
    }

    private void awaitMetadata(long startNanos) throws IOException, InterruptedException {
        while (!KafkaSocket.answersMetadata(ports.clients())) {
            boolean late = System.nanoTime() - startNanos > START_TIMEOUT.toNanos();
            if (late || !processes.stream().allMatch(Process::isAlive)) {
                throw new IOException(
                        (late ? "broker is not ready in time" : "broker ended at start")
                                + "; its log ends:\n"
                                + logTail());
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    /// The end of what each of the processes printed.
    public String logTail() {
        try {
            List<String> tails = new ArrayList<>();
            for (int place = 0; place < processes.size(); place++) {
                List<String> lines = Files.readAllLines(log(directory, place));
                tails.addAll(
                        lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size()));
            }
            return String.join("\n", tails);
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
