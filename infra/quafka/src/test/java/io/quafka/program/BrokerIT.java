package io.quafka.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `quafka broker`, packaged, as a user meets it.
class BrokerIT {
    @TempDir private Path directory;

    @Test
    void servesStopsCleanlyAndServesTheSameAgain() throws Exception {
        Path data = directory.resolve("data");
        try (QuafkaProcess broker = broker(data).awaitReady()) {
            assertThat(broker.out().lines())
                    .singleElement()
                    .asString()
                    .isEqualTo(
                            "Quafka is ready: Kafka and HTTP on "
                                    + broker.address()
                                    + ", data in "
                                    + data);
            run(broker, 0, "topic", "create", "t", "--partitions", "3");
            Path lines = Files.writeString(directory.resolve("lines"), "a\nb\nc\n");
            run(broker, 0, "produce", "t", lines.toString(), "--partition", "1");
            assertThat(broker.stop()).as(broker.err()).isZero();
        }
        try (QuafkaProcess broker = broker(data).awaitReady()) {
            Shell consumed =
                    run(broker, 0, "consume", "t", "--until-end", "--format", "%p %o %v\\n");
            assertThat(consumed.out()).isEqualTo("1 0 a\n1 1 b\n1 2 c\n");
            assertThat(run(broker, 0, "topic", "list").out()).contains("t ", "3");
        }
    }

    @Test
    void bytesComeBackAsTheyWere() throws Exception {
        byte[] bytes = new byte[3_000_001];
        new Random(3).nextBytes(bytes);
        Path file = Files.write(directory.resolve("random"), bytes);
        try (QuafkaProcess broker = broker(directory.resolve("data")).awaitReady()) {
            run(broker, 0, "produce", "files", "--chunk-bytes", "100000", file.toString());
            Path back = directory.resolve("back");
            Process consume =
                    new ProcessBuilder(
                                    QuafkaProcess.command(
                                            "consume",
                                            "files",
                                            "--raw",
                                            "--until-end",
                                            "-b",
                                            broker.address()))
                            .redirectOutput(back.toFile())
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            assertThat(consume.waitFor()).isZero();
            assertThat(sha256(Files.readAllBytes(back))).isEqualTo(sha256(bytes));
        }
    }

    @Test
    void acknowledgedRecordsSurviveAKill() throws Exception {
        Path data = directory.resolve("data");
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            text.append("line ").append(i).append('\n');
        }
        Path lines = Files.writeString(directory.resolve("lines"), text);
        try (QuafkaProcess broker = broker(data).awaitReady()) {
            run(broker, 0, "produce", "t", lines.toString());
            broker.kill();
        }
        try (QuafkaProcess broker = broker(data).awaitReady()) {
            assertThat(run(broker, 0, "consume", "t", "--until-end").out())
                    .isEqualTo(text.toString());
        }
    }

    @Test
    void aSecondProcessOnTheSameDataIsRefused() throws Exception {
        Path data = directory.resolve("data");
        try (QuafkaProcess first = broker(data).awaitReady();
                QuafkaProcess second = broker(data)) {
            assertThat(second.exitCode()).isEqualTo(1);
            assertThat(second.out()).isEmpty();
            assertThat(second.err().lines())
                    .singleElement()
                    .asString()
                    .contains("in use by another quafka", data.toString(), "" + first.pid());
        }
    }

    @Test
    void aPortInUseIsToldInOneLine() throws Exception {
        try (QuafkaProcess first = broker(directory.resolve("a")).awaitReady();
                QuafkaProcess second =
                        QuafkaProcess.launch(
                                directory,
                                "broker",
                                "--data",
                                directory.resolve("b").toString(),
                                "--listen",
                                first.address())) {
            assertThat(second.exitCode()).isEqualTo(1);
            assertThat(second.err())
                    .contains("quafka: cannot listen on " + first.address())
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void theDataOfAnotherClusterIsRefused() throws Exception {
        for (String name : new String[] {"a", "b"}) {
            try (QuafkaProcess broker = broker(directory.resolve(name)).awaitReady()) {
                assertThat(broker.stop()).isZero();
            }
        }
        Files.copy(
                directory.resolve("a/node.properties"),
                directory.resolve("b/node.properties"),
                StandardCopyOption.REPLACE_EXISTING);
        try (QuafkaProcess mixed = broker(directory.resolve("b"))) {
            assertThat(mixed.exitCode()).isEqualTo(1);
            assertThat(mixed.out()).isEmpty();
            assertThat(mixed.err()).contains("belongs to cluster");
        }
    }

    @Test
    void httpTellsHealthAndFiguresOnTheKafkaPort() throws Exception {
        try (QuafkaProcess broker = broker(directory.resolve("data")).awaitReady()) {
            for (String path : new String[] {"live", "started", "ready"}) {
                assertThat(get(broker, "/health/" + path).statusCode()).as(path).isEqualTo(200);
            }
            run(broker, 0, "topic", "list");
            HttpResponse<String> metrics = get(broker, "/metrics");
            assertThat(metrics.headers().firstValue("content-type").orElse(""))
                    .startsWith("text/plain; version=0.0.4");
            assertThat(metrics.body())
                    .containsPattern("\nquafka_requests_total [1-9]")
                    .containsPattern(
                            "\nquafka_connections_closed_total\\{reason=\"[a-z_]+\"} \\d+");
        }
    }

    private QuafkaProcess broker(Path data) throws IOException {
        return QuafkaProcess.launch(
                directory, "broker", "--data", data.toString(), "--listen", "127.0.0.1:0");
    }

    private Shell run(QuafkaProcess broker, int expected, String... args) throws Exception {
        Shell ran =
                Shell.run(
                        directory,
                        Map.of("QUAFKA_BOOTSTRAP", broker.address()),
                        QuafkaProcess.command(args));
        assertThat(ran.exitCode()).as("%s\n%s", ran.err(), broker.err()).isEqualTo(expected);
        return ran;
    }

    private static HttpResponse<String> get(QuafkaProcess broker, String path) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://" + broker.address() + path)).build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
