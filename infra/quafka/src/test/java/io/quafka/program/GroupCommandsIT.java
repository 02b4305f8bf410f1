package io.quafka.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `quafka group`, packaged, beside a consumer.
class GroupCommandsIT {
    private static final int RECORDS = 10;

    @TempDir private static Path directory;

    private static QuafkaProcess broker;

    @BeforeAll
    static void start() throws Exception {
        broker =
                QuafkaProcess.launch(
                                directory,
                                "broker",
                                "--data",
                                directory.resolve("data").toString(),
                                "--listen",
                                "127.0.0.1:0",
                                "--set",
                                "group.initial.rebalance.delay.ms=0")
                        .awaitReady();
        run(0, "topic", "create", "words", "--partitions", "2");
        Path lines = directory.resolve("lines");
        Files.writeString(lines, "word\n".repeat(RECORDS), StandardCharsets.UTF_8);
        run(0, "produce", "words", lines.toString(), "--partition", "0");
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    private static Shell run(int expected, String... args) throws Exception {
        Shell ran =
                Shell.run(
                        directory,
                        Map.of("QUAFKA_BOOTSTRAP", broker.address()),
                        QuafkaProcess.command(args));
        assertThat(ran.exitCode()).as("%s\n%s", ran.err(), broker.err()).isEqualTo(expected);
        return ran;
    }

    private static KafkaConsumer<byte[], byte[]> member(String group) {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        broker.address(),
                        "group.id",
                        group,
                        "client.id",
                        "reader",
                        "auto.offset.reset",
                        "earliest",
                        "enable.auto.commit",
                        "false"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    private static void commit(String group, long offset) {
        try (var consumer = member(group)) {
            consumer.commitSync(
                    Map.of(new TopicPartition("words", 0), new OffsetAndMetadata(offset)));
        }
    }

    @Test
    void membersAndLagAreShown() throws Exception {
        try (var consumer = member("live")) {
            consumer.subscribe(List.of("words"));
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            int read = 0;
            while (read < RECORDS && System.nanoTime() < deadline) {
                read += consumer.poll(Duration.ofMillis(200)).count();
            }
            consumer.commitSync(Map.of(new TopicPartition("words", 0), new OffsetAndMetadata(4)));
            assertThat(run(0, "group", "list").out()).containsPattern("live +classic +stable");
            String shown = run(0, "group", "describe", "live").out();
            assertThat(shown)
                    .startsWith("group live, classic, stable")
                    .containsPattern(
                            "reader-[-0-9a-f]+ +reader +/127\\.0\\.0\\.1 +- +words-0,words-1")
                    .containsPattern("words +0 +4 +10 +6 +reader-")
                    .containsPattern("words +1 +- +0 +- +reader-");
            String json = run(0, "group", "describe", "live", "--json").out();
            assertThat(json)
                    .contains("\"state\":\"stable\"")
                    .contains("\"committed\":4,\"end\":10,\"lag\":6")
                    .contains("\"committed\":null,\"end\":0,\"lag\":null");
            Shell refused = run(1, "group", "reset-offsets", "live", "--to-latest", "--execute");
            assertThat(refused.err()).contains("group live has members: stop them first");
        }
        assertThat(run(1, "group", "describe", "nobody").err()).contains("nobody");
    }

    @Test
    void offsetsAreResetOnlyWhenToldTo() throws Exception {
        commit("reset", 4);
        Shell dry = run(0, "group", "reset-offsets", "reset", "--to-earliest");
        assertThat(dry.out()).containsPattern("words +0 +4 +0");
        assertThat(dry.err()).contains("nothing was changed; --execute does it");
        assertThat(committed("reset")).isEqualTo(4);
        assertThat(
                        run(
                                        0,
                                        "group",
                                        "reset-offsets",
                                        "reset",
                                        "--shift-by",
                                        "-3",
                                        "--execute",
                                        "--json")
                                .out()
                                .strip())
                .isEqualTo("[{\"topic\":\"words\",\"partition\":0,\"committed\":4,\"new\":1}]");
        assertThat(committed("reset")).isEqualTo(1);
        run(0, "group", "reset-offsets", "reset", "--to-offset", "99", "--execute");
        assertThat(committed("reset")).isEqualTo(RECORDS);
        String longAgo = Instant.EPOCH.toString();
        run(0, "group", "reset-offsets", "reset", "--to-datetime", longAgo, "--execute");
        assertThat(committed("reset")).isZero();
        run(0, "group", "reset-offsets", "new", "--topic", "words:0", "--to-latest", "--execute");
        assertThat(committed("new")).isEqualTo(RECORDS);
        run(2, "group", "reset-offsets", "reset", "--to-datetime", "yesterday");
        run(2, "group", "reset-offsets", "reset", "--to-latest", "--to-earliest");
        run(2, "group", "reset-offsets", "reset");
        assertThat(
                        run(
                                        1,
                                        "group",
                                        "reset-offsets",
                                        "new",
                                        "--topic",
                                        "words",
                                        "--shift-by",
                                        "1")
                                .err())
                .contains("nothing in words-1");
    }

    private static long committed(String group) {
        TopicPartition partition = new TopicPartition("words", 0);
        try (var consumer = member(group)) {
            return java.util.Objects.requireNonNull(
                            consumer.committed(java.util.Set.of(partition)).get(partition))
                    .offset();
        }
    }

    @Test
    void groupsAreDeleted() throws Exception {
        commit("gone", 1);
        assertThat(run(0, "group", "delete", "gone").out()).isEqualTo("deleted gone\n");
        assertThat(run(0, "group", "list").out()).doesNotContain("gone");
        assertThat(run(1, "group", "delete", "gone").err()).contains("there is no group gone");
        assertThat(run(0, "group", "delete", "gone", "--if-exists").out())
                .isEqualTo("no group gone\n");
    }
}
