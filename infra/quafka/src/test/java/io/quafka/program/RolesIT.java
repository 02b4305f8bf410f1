package io.quafka.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Controller, storage node and gateways as processes of their own.
class RolesIT {
    @TempDir private Path directory;

    private final String members;

    RolesIT() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            members = "1@127.0.0.1:" + free.getLocalPort();
        }
    }

    @Test
    void recordsPassThroughThreeProcessesAndOutliveThem() throws Exception {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 2_000; i++) {
            text.append("line ").append(i).append('\n');
        }
        Path lines = Files.writeString(directory.resolve("lines"), text);
        try (QuafkaProcess _ = controller();
                QuafkaProcess storage = storage();
                QuafkaProcess first = gateway();
                QuafkaProcess second = gateway()) {
            run(first, "topic", "create", "t");
            run(first, "produce", "t", lines.toString());
            assertThat(run(second, "consume", "t", "--until-end").out()).isEqualTo(text.toString());

            assertThat(first.stop()).as(first.err()).isZero();
            run(second, "produce", "t", lines.toString());
            storage.kill();
            try (QuafkaProcess _ = storage()) {
                await().atMost(Duration.ofSeconds(30))
                        .untilAsserted(() ->
                                assertThat(run(second, "consume", "t", "--until-end").out())
                                        .isEqualTo(text.toString() + text));
            }
        }
    }

    @Test
    void withoutAControllerThePlaceIsNamed() throws Exception {
        try (QuafkaProcess gateway =
                QuafkaProcess.launch(
                        directory,
                        "gateway",
                        "--listen",
                        "127.0.0.1:0",
                        "--members",
                        "1@127.0.0.1:1",
                        "--set",
                        "controller.timeout=1s")) {
            assertThat(gateway.exitCode()).isEqualTo(1);
            assertThat(gateway.err()).contains("no answer from the controller at 1@127.0.0.1:1");
        }
    }

    private QuafkaProcess controller() throws IOException {
        return QuafkaProcess.launch(
                        directory,
                        "controller",
                        "--data",
                        directory.resolve("controller-data").toString(),
                        "--members",
                        members)
                .awaitReady();
    }

    private QuafkaProcess storage() throws IOException {
        return QuafkaProcess.launch(
                        directory,
                        "storage",
                        "--data",
                        directory.resolve("storage-data").toString(),
                        "--listen",
                        "127.0.0.1:0",
                        "--members",
                        members)
                .awaitReady();
    }

    private QuafkaProcess gateway() throws IOException {
        return QuafkaProcess.launch(
                        directory, "gateway", "--listen", "127.0.0.1:0", "--members", members)
                .awaitReady();
    }

    private Shell run(QuafkaProcess gateway, String... args) throws Exception {
        Shell ran =
                Shell.run(
                        directory,
                        Map.of("QUAFKA_BOOTSTRAP", gateway.address()),
                        QuafkaProcess.command(args));
        assertThat(ran.exitCode()).as("%s\n%s", ran.err(), gateway.err()).isZero();
        return ran;
    }
}
