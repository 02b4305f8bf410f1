package io.quafka.bench.load;

import io.quafka.bench.broker.Installation;
import io.quafka.bench.process.ChildProcesses;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The process that makes load, seen from the harness. It has Kafka's clients and tools on its
/// class path. One thread uses it; every load is run to its end, but for [#startPerfProducer].
public final class LoadProcess implements AutoCloseable {
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

    /// A broker may be slow, but no record is to be given up: that would make it look faster.
    private static final Map<String, String> PATIENCE =
            Map.of("delivery.timeout.ms", "300000", "max.block.ms", "300000");

    private static final int LOG_HEAD_LINES = 12;

    private final Process process;
    private final BufferedWriter commands;
    private final BufferedReader output;
    private final String bootstrap;
    private final Path log;

    private LoadProcess(Process process, String bootstrap, Path log) {
        this.process = process;
        this.bootstrap = bootstrap;
        this.log = log;
        commands = process.outputWriter();
        output = process.inputReader();
    }

    /// Starts the process; it makes no load yet.
    ///
    /// @param log where its error output goes
    public static LoadProcess start(Installation installation, String bootstrap, Path log)
            throws IOException {
        String classPath = ownClasses() + File.pathSeparator + installation.kafkaClassPath();
        List<String> command =
                List.of(
                        installation.jdkProgram("java"),
                        "-Xms512m",
                        "-Xmx512m",
                        "-XX:+UseG1GC",
                        "-Duser.language=en",
                        "-Duser.country=US",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                        "-cp",
                        classPath,
                        LoadAgent.class.getName());
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        return new LoadProcess(ChildProcesses.start(builder), bootstrap, log);
    }

    public long pid() {
        return process.pid();
    }

    /// Runs Kafka's ProducerPerformance as fast as it can.
    ///
    /// @param settings producer settings
    /// @throws IOException if it fails, or a record was not acknowledged
    public LoadResult perfProducer(
            String topic, long records, int recordBytes, Map<String, String> settings)
            throws IOException {
        startPerfProducer(topic, records, recordBytes, settings);
        LoadResult result = PerfProducerOutput.parse(readUntilDone(), recordBytes);
        if (result.records() != records) {
            throw new IOException(
                    "only %d of %d records were acknowledged: %s"
                            .formatted(result.records(), records, logHead()));
        }
        return result;
    }

    /// Starts the same and returns at once; nothing else may follow but [#kill].
    public void startPerfProducer(
            String topic, long records, int recordBytes, Map<String, String> settings)
            throws IOException {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                LoadAgent.PERF_PRODUCER,
                                "--bootstrap-server",
                                bootstrap,
                                "--topic",
                                topic,
                                "--num-records",
                                Long.toString(records),
                                "--record-size",
                                Integer.toString(recordBytes),
                                "--throughput",
                                "-1"));
        words.add("--command-property");
        PATIENCE.forEach((key, value) -> words.add(key + "=" + value));
        settings.forEach((key, value) -> words.add(key + "=" + value));
        send(String.join(" ", words));
    }

    /// Reads a topic over and over.
    ///
    /// @param topicBytes payload that the topic holds
    public LoadResult consume(String topic, int partitions, long topicBytes, Duration time)
            throws IOException {
        return run(
                LoadAgent.CONSUME,
                Map.of(
                        "topic", topic,
                        "partitions", partitions,
                        "bytes", topicBytes,
                        "time", time.toMillis()));
    }

    /// Sends records at a fixed rate a second.
    public LoadResult paced(String topic, int recordBytes, int rate, Duration time)
            throws IOException {
        return run(
                LoadAgent.PACED,
                Map.of(
                        "topic", topic,
                        "record-bytes", recordBytes,
                        "rate", rate,
                        "time", time.toMillis()));
    }

    /// Sends one record at a time.
    public LoadResult synchronous(String topic, int recordBytes, Duration time) throws IOException {
        return run(
                LoadAgent.SYNCHRONOUS,
                Map.of("topic", topic, "record-bytes", recordBytes, "time", time.toMillis()));
    }

    /// Sends batches of equal size to all partitions in turn.
    public LoadResult equalBatches(EqualBatchesOrder order, int port, Duration time)
            throws IOException {
        return run(
                LoadAgent.EQUAL_BATCHES,
                Map.of(
                        "port", port,
                        "topic", order.topic(),
                        "partitions", order.partitions(),
                        "batch-bytes", order.batchBytes(),
                        "record-bytes", order.recordBytes(),
                        "batches-per-request", order.batchesPerRequest(),
                        "connections", order.connections(),
                        "time", time.toMillis()));
    }

    /// Sends records in transactions of equal size.
    public LoadResult transactions(
            String topic, int recordBytes, int transactionRecords, Duration time)
            throws IOException {
        return run(
                LoadAgent.TRANSACTIONS,
                Map.of(
                        "topic", topic,
                        "record-bytes", recordBytes,
                        "transaction-records", transactionRecords,
                        "time", time.toMillis()));
    }

    /// Commits offsets of groups at a fixed rate a second.
    public LoadResult offsetCommits(String topic, int rate, int port, Duration time)
            throws IOException {
        return run(
                LoadAgent.OFFSET_COMMITS,
                Map.of("topic", topic, "rate", rate, "port", port, "time", time.toMillis()));
    }

    /// Has a group of so many members rebalance so often.
    public LoadResult rebalances(int members, int rounds, int port) throws IOException {
        return run(
                LoadAgent.REBALANCES, Map.of("members", members, "rounds", rounds, "port", port));
    }

    /// Ends the process at once, whatever it does.
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws InterruptedException, IOException {
        if (process.isAlive()) {
            commands.close();
            if (!process.waitFor(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                kill();
            }
        }
    }

    private LoadResult run(String command, Map<String, ?> arguments) throws IOException {
        Map<String, Object> all = new LinkedHashMap<>(arguments);
        all.put("bootstrap", bootstrap);
        send(command + " " + Arguments.of(all).toLine());
        return readUntilDone().stream()
                .filter(line -> line.startsWith(LoadAgent.RESULT))
                .map(line -> LoadResult.parse(line.substring(LoadAgent.RESULT.length())))
                .findFirst()
                .orElseThrow(() -> new IOException(command + " gave no result"));
    }

    private void send(String line) throws IOException {
        commands.write(line);
        commands.newLine();
        commands.flush();
    }

    private List<String> readUntilDone() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.equals(LoadAgent.DONE)) {
                return lines;
            }
            lines.add(line);
        }
        throw new IOException("the load ended: " + String.join("\n", lines) + logHead());
    }

    /// How its error output begins, without the warnings of clients that try again.
    private String logHead() throws IOException {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line -> !line.contains(" WARN "))
                    .limit(LOG_HEAD_LINES)
                    .collect(Collectors.joining("\n", "\n", ""));
        }
    }

    private static Path ownClasses() {
        try {
            return Path.of(
                    LoadAgent.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException exception) {
            throw new IllegalStateException(exception);
        }
    }
}
