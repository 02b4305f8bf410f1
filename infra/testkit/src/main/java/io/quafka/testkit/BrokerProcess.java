package io.quafka.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// `quafka broker`, or one of its roles, in a JVM of its own: one start of it, on the class path of
/// this JVM.
///
/// Every wait is bounded. The process is killed when this is closed, and at the latest when this
/// JVM ends. Methods are safe on any thread.
public final class BrokerProcess implements AutoCloseable {
    private static final String MAIN_CLASS = "io.quafka.program.Quafka";
    private static final Duration READY_MAX = Duration.ofMinutes(3);
    private static final Duration STOP_MAX = Duration.ofSeconds(60);
    static final String READY = "Quafka is ready";
    private static final Pattern ADDRESS = Pattern.compile(" on (\\S+):(\\d+)");
    private static final int ERROR_LINES_TOLD = 60;
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> RUNNING.forEach(Process::destroyForcibly), "kill-brokers"));
    }

    private final BrokerOptions options;
    private final Process process;
    private final Path errors;
    private final CompletableFuture<String> readyLine = new CompletableFuture<>();

    private BrokerProcess(BrokerOptions options, Process process, Path errors) {
        this.options = options;
        this.process = process;
        this.errors = errors;
        RUNNING.add(process);
        process.onExit().thenRun(() -> RUNNING.remove(process));
        Thread.ofVirtual().name("broker-output").start(this::readOutput);
    }

    /// Starts a broker and waits until it serves.
    ///
    /// @throws AssertionError if it ends, or is not ready in time; the message has what it logged
    public static BrokerProcess start(BrokerOptions options) throws InterruptedException {
        BrokerProcess broker = launch(options);
        try {
            broker.awaitReady();
            return broker;
        } catch (AssertionError | InterruptedException e) {
            broker.close();
            throw e;
        }
    }

    /// Starts a broker without waiting for it.
    public static BrokerProcess launch(BrokerOptions options) {
        try {
            Path errors = Files.createTempFile(options.logs(), "broker-", ".err");
            ProcessBuilder builder =
                    new ProcessBuilder(command(options))
                            .directory(options.logs().toFile())
                            .redirectError(errors.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("QUAFKA_"));
            return new BrokerProcess(options, builder.start(), errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> command(BrokerOptions options) {
        List<String> command = new ArrayList<>(options.site().prefix());
        command.addAll(java(options.heapMib()));
        command.addAll(StartCache.OPTIONS);
        command.addAll(program(options.role()));
        command.addAll(List.of("--data", options.data().toString()));
        if (!options.role().equals("controller")) {
            command.addAll(List.of("--listen", options.site().host() + ":" + options.port()));
            // Sites of tests have networks of their own, which nobody else is in.
            command.addAll(List.of("--set", "gateway.open=true"));
        }
        options.settings()
                .forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
        return command;
    }

    /// A JVM, and how tests run it.
    static List<String> java(int heapMib) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx" + heapMib + "m",
                "-XX:MaxDirectMemorySize=1g",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow");
    }

    /// What it runs, up to the role's own arguments.
    static List<String> program(String role) {
        return List.of("-cp", programClassPath(), MAIN_CLASS, role);
    }

    /// This JVM's class path without this module and its tests, whose resources are not the
    /// program's.
    static String programClassPath() {
        String own =
                Path.of(
                                URI.create(
                                        BrokerProcess.class
                                                .getProtectionDomain()
                                                .getCodeSource()
                                                .getLocation()
                                                .toString()))
                        .toString();
        return Stream.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator))
                .filter(entry ->
                        !entry.endsWith("test-classes")
                                && !entry.endsWith("test-classes/")
                                && !Path.of(entry).toString().equals(own))
                .collect(java.util.stream.Collectors.joining(java.io.File.pathSeparator));
    }

    private void readOutput() {
        try (BufferedReader out = process.inputReader()) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith(READY)) {
                    readyLine.complete(line);
                }
            }
        } catch (IOException _) {
            // The process was killed while it wrote.
        }
        readyLine.completeExceptionally(new IOException("the broker ended before it was ready"));
    }

    /// Waits until it serves.
    ///
    /// @return the line that says so
    /// @throws AssertionError if it ends, or is not ready in time
    public String awaitReady() throws InterruptedException {
        try {
            return readyLine.get(READY_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("broker not ready: " + e + "\n" + lastErrors(), e);
        }
    }

    /// Starts a broker with the same options, once this one has ended.
    public BrokerProcess restart() throws InterruptedException {
        if (process.isAlive()) {
            throw new IllegalStateException("the broker still runs");
        }
        return start(options);
    }

    /// Starts a broker on the same directory with other settings, once this one has ended.
    public BrokerProcess restart(BrokerOptions changed) throws InterruptedException {
        if (process.isAlive()) {
            throw new IllegalStateException("the broker still runs");
        }
        return start(changed);
    }

    /// SIGKILL. Returns when the process is gone.
    public void kill9() throws InterruptedException {
        process.destroyForcibly();
        exitCode();
    }

    /// SIGSTOP: it does nothing any more, and nobody is told, until [#resume].
    public void pause() throws InterruptedException {
        signal("STOP");
    }

    /// SIGCONT.
    public void resume() throws InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws InterruptedException {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// SIGTERM. Returns when the process is gone.
    ///
    /// @throws AssertionError if it does not end in time with exit code 0
    public void terminate() throws InterruptedException {
        process.destroy();
        int code = exitCode();
        if (code != 0) {
            throw new AssertionError("exit code " + code + " after SIGTERM\n" + lastErrors());
        }
    }

    /// Waits for the process to end.
    ///
    /// @throws AssertionError if it does not in time
    public int exitCode() throws InterruptedException {
        if (!process.waitFor(STOP_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("the broker did not end in " + STOP_MAX + "\n" + lastErrors());
        }
        return process.exitValue();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public long pid() {
        return process.pid();
    }

    public BrokerOptions options() {
        return options;
    }

    /// Where clients connect: host:port.
    public String bootstrap() {
        InetSocketAddress address = address();
        return address.getHostString() + ":" + address.getPort();
    }

    public int port() {
        return address().getPort();
    }

    private InetSocketAddress address() {
        Matcher matcher = ADDRESS.matcher(readyLine.join());
        if (!matcher.find()) {
            throw new AssertionError("no address in: " + readyLine.join());
        }
        return InetSocketAddress.createUnresolved(
                matcher.group(1), Integer.parseInt(matcher.group(2)));
    }

    /// Lines on standard error so far.
    public List<String> errors() {
        try {
            return Files.readAllLines(errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What it logged so far that a healthy broker would not: errors, and all with a stack trace,
    /// each with the lines that belong to it.
    public List<String> alarms() {
        return LogEntries.of(errors()).stream().filter(LogEntries::alarms).toList();
    }

    /// @throws AssertionError if there are [#alarms]; the message has what was logged
    public void requireNoAlarms() {
        List<String> alarms = alarms();
        if (!alarms.isEmpty()) {
            throw new AssertionError(
                    "the broker logged " + alarms.getFirst() + "\n" + lastErrors());
        }
    }

    /// The last lines on standard error, for messages of failed tests.
    public String lastErrors() {
        List<String> lines = errors();
        return String.join(
                "\n", lines.subList(Math.max(0, lines.size() - ERROR_LINES_TOLD), lines.size()));
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(STOP_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("process " + pid() + " survives SIGKILL");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
