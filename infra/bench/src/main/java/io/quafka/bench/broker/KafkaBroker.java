package io.quafka.bench.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Apache Kafka in one process as broker and controller, with the JVM options of its own scripts
/// and the settings that measured best: socket buffers are left to the kernel, since the default of
/// 100 KiB was slower.
///
/// @param label name in tables
/// @param settings broker settings on top
public record KafkaBroker(String label, Map<String, String> settings) implements Broker {
    private static final String CLUSTER = "cXVhZmthLWJlbmNoLWthZg";
    private static final List<String> JVM_OPTIONS =
            List.of(
                    "-server",
                    "-Xms1G",
                    "-Xmx1G",
                    "-XX:+UseG1GC",
                    "-XX:MaxGCPauseMillis=20",
                    "-XX:InitiatingHeapOccupancyPercent=35",
                    "-XX:+ExplicitGCInvokesConcurrent",
                    "-Djava.awt.headless=true",
                    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");

    public KafkaBroker {
        settings = Map.copyOf(settings);
    }

    /// Kafka as it is: it acknowledges what is in the page cache.
    public static KafkaBroker standard() {
        return new KafkaBroker("Kafka", Map.of());
    }

    /// Kafka that calls fsync before it acknowledges.
    public static KafkaBroker flushing() {
        return new KafkaBroker("Kafka, flush 1", Map.of("log.flush.interval.messages", "1"));
    }

    @Override
    public void prepare(Installation installation, Path directory, Ports ports)
            throws IOException, InterruptedException {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("node.id", "1");
        all.put("controller.quorum.voters", "1@127.0.0.1:" + ports.controller());
        all.put("listeners", listeners(ports.clients(), ports.controller()));
        all.put("log.dirs", directory.resolve("logs").toString());
        all.put("offsets.topic.replication.factor", "1");
        all.put("transaction.state.log.replication.factor", "1");
        all.put("transaction.state.log.min.isr", "1");
        all.putAll(settings);
        format(installation, propertiesFile(directory), all);
    }

    static String listeners(int clients, int controller) {
        return "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d".formatted(clients, controller);
    }

    /// Writes a broker's settings, together with those that all have, and makes its directory.
    ///
    /// @param properties the file to write
    static void format(Installation installation, Path properties, Map<String, String> settings)
            throws IOException, InterruptedException {
        Files.writeString(properties, text(settings));
        Path log = properties.resolveSibling("format.log");
        Process format =
                new ProcessBuilder(
                                installation.jdkProgram("java"),
                                "-cp",
                                installation.kafkaClassPath(),
                                "kafka.tools.StorageTool",
                                "format",
                                "--cluster-id",
                                CLUSTER,
                                "--config",
                                properties.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        if (format.waitFor() != 0) {
            throw new IOException("Kafka could not format its storage: " + Files.readString(log));
        }
    }

    @Override
    public List<List<String>> commands(Installation installation, Path directory, Ports ports) {
        return List.of(command(installation, propertiesFile(directory)));
    }

    static List<String> command(Installation installation, Path properties) {
        List<String> command = new ArrayList<>();
        command.add(installation.jdkProgram("java"));
        command.addAll(JVM_OPTIONS);
        command.addAll(List.of("-cp", installation.kafkaClassPath(), "kafka.Kafka"));
        command.add(properties.toString());
        return command;
    }

    private static Path propertiesFile(Path directory) {
        return directory.resolve("server.properties");
    }

    private static String text(Map<String, String> settings) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("process.roles", "broker,controller");
        all.put("controller.listener.names", "CONTROLLER");
        all.put("socket.send.buffer.bytes", "-1");
        all.put("socket.receive.buffer.bytes", "-1");
        all.putAll(settings);
        return all.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue() + "\n")
                .collect(Collectors.joining());
    }
}
