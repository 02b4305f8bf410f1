package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The page on metrics says what a broker tells: no figure less, none more.
@Tag("broker")
class MetricsTest {
    private static final Path PAGE = Path.of("../../docs/METRICS.md");

    /// Rows of figures that `quafka broker` has no use for.
    private static final String GATEWAY_ONLY = "quafka_answer_buffers_";

    private static final int RECORDS = 100;

    @TempDir private Path directory;

    @Test
    void thePageHasEveryFigureAndTheFiguresMove() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(directory))) {
            Clients.createTopic(broker.bootstrap(), "counted", 1, Map.of());
            try (KafkaProducer<byte[], byte[]> producer =
                    Clients.producer(broker.bootstrap(), Map.of())) {
                List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
                for (int i = 0; i < RECORDS; i++) {
                    records.add(new ProducerRecord<>("counted", 0, null, new byte[100]));
                }
                Clients.sendAll(producer, records);
            }
            assertThat(Metrics.read(broker, "quafka_storage_appended_records_total"))
                    .isEqualTo(RECORDS);
            double sync = Metrics.read(broker, "quafka_storage_sync_seconds_sum") * 1e9;
            assertThat(sync)
                    .isPositive()
                    .isLessThan(Metrics.read(broker, "quafka_storage_group_nanoseconds_total"));
            requireLatencies(broker);
            assertThat(Metrics.read(broker, "quafka_direct_memory_used_bytes")).isPositive();
            List<String> rows =
                    Files.readAllLines(PAGE).stream()
                            .filter(line -> line.startsWith("| `"))
                            .filter(line -> !line.contains(GATEWAY_ONLY))
                            .toList();
            assertThat(rows).containsExactlyInAnyOrderElementsOf(told(broker));
        }
    }

    /// A produce and a fetch are counted in their classes, as soon as their answers are written.
    private static void requireLatencies(BrokerProcess broker) throws Exception {
        awaitPositive(broker, "quafka_request_seconds_count{class=\"produce\"}");
        awaitPositive(broker, "quafka_request_seconds_sum{class=\"produce\"}");
        String fetched = "quafka_request_seconds_count{class=\"fetch\"}";
        assertThat(Metrics.read(broker, fetched)).isZero();
        assertThat(Metrics.read(broker, "quafka_storage_fetch_seconds_count")).isZero();
        assertThat(Clients.readAll(broker.bootstrap(), Clients.partitions("counted", 1)))
                .hasSize(RECORDS);
        awaitPositive(broker, fetched);
        awaitPositive(broker, "quafka_storage_fetch_seconds_count");
    }

    private static void awaitPositive(BrokerProcess broker, String figure) {
        await().untilAsserted(() -> assertThat(Metrics.read(broker, figure)).isPositive());
    }

    /// The page's rows, made of what the broker says of its figures.
    private static List<String> told(BrokerProcess broker) throws Exception {
        Map<String, String> types = new TreeMap<>();
        Map<String, String> meanings = new TreeMap<>();
        for (String line : Metrics.text(broker).lines().toList()) {
            String[] words = line.split(" ", 4);
            if (line.startsWith("# TYPE ")) {
                types.put(words[2], words[3]);
            } else if (line.startsWith("# HELP ")) {
                meanings.put(words[2], words[3]);
            }
        }
        assertThat(types.keySet()).isEqualTo(meanings.keySet());
        return types.entrySet().stream()
                .map(entry ->
                        "| `%s` | %s | %s |"
                                .formatted(
                                        entry.getKey(),
                                        entry.getValue(),
                                        meanings.get(entry.getKey())))
                .toList();
    }
}
