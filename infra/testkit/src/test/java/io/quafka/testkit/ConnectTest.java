package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kafka Connect's workers move a file through a topic into another file, line by line.
@Tag("broker")
class ConnectTest {
    private static final String CLI = "org.apache.kafka.connect.cli.";
    private static final Duration COPIED_MAX = Duration.ofSeconds(90);
    private static final int LINES = 500;

    @TempDir private static Path directory;

    private static BrokerProcess broker;

    @BeforeAll
    static void start() throws InterruptedException {
        broker =
                BrokerProcess.start(
                        BrokerOptions.in(directory).with("group.initial.rebalance.delay.ms", "0"));
    }

    @AfterAll
    static void stop() throws InterruptedException {
        broker.requireNoAlarms();
        broker.terminate();
    }

    private static String worker(int port) {
        return """
        bootstrap.servers=%s
        key.converter=org.apache.kafka.connect.storage.StringConverter
        value.converter=org.apache.kafka.connect.storage.StringConverter
        offset.flush.interval.ms=500
        plugin.discovery=service_load
        listeners=http://127.0.0.1:%d
        """
                .formatted(broker.bootstrap(), port);
    }

    private static void append(Path file, int from, int to) throws IOException {
        Files.write(
                file,
                IntStream.range(from, to).mapToObj(i -> "line " + i).toList(),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private static void awaitSame(Program worker, Path source, Path sink) throws IOException {
        long expected = Files.size(source);
        try {
            await().atMost(COPIED_MAX)
                    .pollInterval(Duration.ofMillis(200))
                    .until(() ->
                            !worker.isAlive()
                                    || Files.exists(sink) && Files.size(sink) >= expected);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(worker.told() + "\n" + broker.lastErrors(), e);
        }
        assertThat(worker.isAlive()).as(worker.told()).isTrue();
        assertThat(Files.readString(sink)).isEqualTo(Files.readString(source));
    }

    @Test
    void aStandaloneWorkerCopiesAFile() throws Exception {
        Path source = directory.resolve("standalone.in");
        Path sink = directory.resolve("standalone.out");
        append(source, 0, LINES);
        Path offsets = directory.resolve("standalone.offsets");
        Path settings =
                Files.writeString(
                        directory.resolve("standalone.properties"),
                        worker(Ports.free()) + "offset.storage.file.filename=" + offsets + "\n");
        Path reader =
                Files.writeString(
                        directory.resolve("source.properties"),
                        """
                        name=source
                        connector.class=FileStreamSource
                        tasks.max=1
                        file=%s
                        topic=standalone-lines
                        """
                                .formatted(source));
        Path writer =
                Files.writeString(
                        directory.resolve("sink.properties"),
                        """
                        name=sink
                        connector.class=FileStreamSink
                        tasks.max=1
                        file=%s
                        topics=standalone-lines
                        """
                                .formatted(sink));
        try (Program worker =
                Program.java(
                        directory,
                        CLI + "ConnectStandalone",
                        List.of(settings.toString(), reader.toString(), writer.toString()))) {
            awaitSame(worker, source, sink);
            append(source, LINES, 2 * LINES);
            awaitSame(worker, source, sink);
            worker.terminate();
        }
    }

    @Test
    void aDistributedWorkerGoesOnWhereItStood() throws Exception {
        Path source = directory.resolve("distributed.in");
        Path sink = directory.resolve("distributed.out");
        append(source, 0, LINES);
        int port = Ports.free();
        Path settings =
                Files.writeString(
                        directory.resolve("distributed.properties"),
                        worker(port)
                                + """
                                group.id=connect
                                offset.storage.topic=connect-offsets
                                offset.storage.replication.factor=1
                                offset.storage.partitions=3
                                config.storage.topic=connect-configs
                                config.storage.replication.factor=1
                                status.storage.topic=connect-status
                                status.storage.replication.factor=1
                                status.storage.partitions=1
                                scheduled.rebalance.max.delay.ms=0
                                """);
        try (Program worker = distributed(settings)) {
            create(worker, port, "source", "FileStreamSource\",\"topic", source);
            create(worker, port, "sink", "FileStreamSink\",\"topics", sink);
            awaitSame(worker, source, sink);
            worker.terminate();
        }
        append(source, LINES, 2 * LINES);
        try (Program worker = distributed(settings)) {
            awaitSame(worker, source, sink);
            worker.terminate();
        }
    }

    private static Program distributed(Path settings) {
        return Program.java(directory, CLI + "ConnectDistributed", List.of(settings.toString()));
    }

    /// @param connector its class, and its setting for the topic
    private static void create(Program worker, int port, String name, String connector, Path file) {
        String body =
                """
                {"connector.class":"%s":"distributed-lines","tasks.max":"1","file":"%s"}
                """
                        .formatted(connector, file);
        HttpRequest request =
                HttpRequest.newBuilder(
                                URI.create(
                                        "http://127.0.0.1:%d/connectors/%s/config"
                                                .formatted(port, name)))
                        .header("Content-Type", "application/json")
                        .PUT(HttpRequest.BodyPublishers.ofString(body))
                        .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            await().atMost(COPIED_MAX)
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() ->
                            !worker.isAlive()
                                    || http.send(request, HttpResponse.BodyHandlers.ofString())
                                                            .statusCode()
                                                    / 100
                                            == 2);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(worker.told() + "\n" + broker.lastErrors(), e);
        }
    }
}
