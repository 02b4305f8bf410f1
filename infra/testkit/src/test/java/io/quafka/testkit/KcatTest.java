package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// kcat, a client on librdkafka, against a running broker.
@Tag("broker")
class KcatTest {
    private static final int RUN_MAX_S = 60;

    @TempDir private static Path directory;

    private static @Nullable BrokerProcess broker;

    @BeforeAll
    static void start() throws InterruptedException {
        Installed.require("kcat", "kcat", "-V");
        broker = BrokerProcess.start(BrokerOptions.in(directory));
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (broker != null) {
            broker.requireNoAlarms();
            broker.terminate();
        }
    }

    private static BrokerProcess broker() {
        return java.util.Objects.requireNonNull(broker);
    }

    private static Path kcat(@Nullable Path input, String... arguments)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("kcat", "-b", broker().bootstrap(), "-m", "30"));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(directory, "kcat", ".out");
        Path errors = Files.createTempFile(directory, "kcat", ".err");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectOutput(output.toFile())
                        .redirectError(errors.toFile());
        builder.redirectInput(input == null ? Path.of("/dev/null").toFile() : input.toFile());
        Process process = builder.start();
        boolean ended = process.waitFor(RUN_MAX_S, TimeUnit.SECONDS);
        process.destroyForcibly();
        String told = Files.readString(errors);
        assertThat(ended).as("%s ends: %s", command, told).isTrue();
        assertThat(process.exitValue()).as("%s: %s", command, told).isZero();
        return output;
    }

    private static String checksum(Path file) throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
        return HexFormat.of().formatHex(digest);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void aFileComesBackWithItsChecksum(String compression) throws Exception {
        Random random = new Random(compression.hashCode());
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            lines.append(i).append(' ');
            lines.append(Long.toString(random.nextLong(), 36).repeat(1 + random.nextInt(8)));
            lines.append('\n');
        }
        Path file = Files.writeString(directory.resolve(compression + ".txt"), lines);
        String topic = "kcat-" + compression;
        kcat(file, "-P", "-t", topic, "-z", compression);
        Path back = kcat(null, "-C", "-t", topic, "-o", "beginning", "-e", "-q");
        assertThat(checksum(back)).isEqualTo(checksum(file));
    }

    @Test
    void idempotentProducer() throws Exception {
        Path file = Files.writeString(directory.resolve("idempotent.txt"), "a\nb\nc\n");
        kcat(file, "-P", "-t", "kcat-idempotent", "-X", "enable.idempotence=true");
        Path back = kcat(null, "-C", "-t", "kcat-idempotent", "-o", "beginning", "-e", "-q");
        assertThat(Files.readString(back)).isEqualTo("a\nb\nc\n");
    }

    @Test
    void listsMetadata() throws Exception {
        Clients.createTopic(broker().bootstrap(), "kcat-listed", 3, Map.of());
        String listed = Files.readString(kcat(null, "-L"));
        assertThat(listed)
                .contains("1 brokers", broker().bootstrap())
                .contains("topic \"kcat-listed\" with 3 partitions");
        assertThat(listed).doesNotContain("error");
    }

    @Test
    void consumesFromOffsetsAndTimestamps() throws Exception {
        Clients.createTopic(broker().bootstrap(), "kcat-offsets", 1, Map.of());
        Path input =
                Files.writeString(directory.resolve("offsets.txt"), "k1:a\nk2:b\nk3:c\nk4:d\n");
        kcat(input, "-P", "-t", "kcat-offsets", "-p", "0", "-K", ":", "-H", "color=blue");
        String format = "%o %k %s %h\\n";
        assertThat(consume("kcat-offsets", format, "-o", "2", "-c", "1"))
                .isEqualTo("2 k3 c color=blue\n");
        assertThat(consume("kcat-offsets", format, "-o", "-1")).isEqualTo("3 k4 d color=blue\n");
        assertThat(consume("kcat-offsets", "%o\\n", "-o", "s@1000", "-o", "e@99999999999999"))
                .isEqualTo("0\n1\n2\n3\n");
        String times = Files.readString(kcat(null, "-Q", "-t", "kcat-offsets:0:1000"));
        assertThat(times).contains("kcat-offsets [0] offset 0");
    }

    @Test
    void aBalancedConsumerGoesOnWhereItsGroupStood() throws Exception {
        Clients.createTopic(broker().bootstrap(), "kcat-balanced", 3, Map.of());
        Path first = Files.writeString(directory.resolve("balanced-1.txt"), "a\nb\nc\n");
        Path second = Files.writeString(directory.resolve("balanced-2.txt"), "d\ne\n");
        kcat(first, "-P", "-t", "kcat-balanced");
        assertThat(balanced()).containsExactlyInAnyOrder("a", "b", "c");
        kcat(second, "-P", "-t", "kcat-balanced");
        assertThat(balanced()).containsExactlyInAnyOrder("d", "e");
    }

    private static List<String> balanced() throws Exception {
        return Files.readAllLines(
                kcat(
                        null,
                        "-q",
                        "-e",
                        "-X",
                        "auto.offset.reset=earliest",
                        "-G",
                        "kcat-group",
                        "kcat-balanced"));
    }

    private static String consume(String topic, String format, String... arguments)
            throws Exception {
        List<String> all = new ArrayList<>(List.of("-C", "-t", topic, "-p", "0"));
        all.addAll(List.of("-e", "-q", "-f", format));
        all.addAll(List.of(arguments));
        return Files.readString(kcat(null, all.toArray(new String[0])));
    }
}
