package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kafka Streams counts words exactly once while the broker is killed, and then the application:
/// the committed output has each count of each word once, from 1 up.
@Tag("broker")
class StreamsWordCountTest {
    private static final int PARTITIONS = 2;
    private static final int LINES = 400;
    private static final int WORDS_A_LINE = 5;
    private static final int VOCABULARY = 40;
    private static final Duration COUNTED_MAX = Duration.ofSeconds(90);

    @TempDir private Path directory;

    private final Map<String, Integer> expected = new HashMap<>();
    private final Random random = new Random(20_261_123);

    @Test
    void countsEachWordOnceThroughKills() throws Exception {
        BrokerProcess broker =
                BrokerProcess.start(
                        BrokerOptions.in(directory)
                                .withPort(Ports.free())
                                .with("group.initial.rebalance.delay.ms", "0"));
        Program application = null;
        try {
            ListedApis.assumeTransactions(broker);
            Clients.createTopic(broker.bootstrap(), "lines", PARTITIONS, Map.of());
            Clients.createTopic(broker.bootstrap(), "counts", PARTITIONS, Map.of());
            say(broker);
            application = application(broker);
            awaitCounts(broker, application, LINES);
            broker.kill9();
            broker.requireNoAlarms();
            broker = broker.restart();
            say(broker);
            awaitCounts(broker, application, LINES * WORDS_A_LINE + 1);
            application.kill9();
            application.close();
            say(broker);
            application = application(broker);
            awaitCounts(broker, application, 3 * LINES * WORDS_A_LINE);
            application.terminate();
            requireEachCountOnce(broker);
            broker.requireNoAlarms();
            broker.terminate();
        } finally {
            if (application != null) {
                application.close();
            }
            broker.close();
        }
    }

    private Program application(BrokerProcess broker) throws Exception {
        Path state = Files.createDirectories(directory.resolve("state"));
        return Program.java(
                directory,
                "io.quafka.clients.WordCount",
                List.of(
                        broker.bootstrap(),
                        "lines",
                        "counts",
                        "word-count",
                        "classic",
                        state.toString()));
    }

    private void say(BrokerProcess broker) throws Exception {
        List<ProducerRecord<byte[], byte[]>> lines = new ArrayList<>();
        for (int i = 0; i < LINES; i++) {
            StringBuilder line = new StringBuilder();
            for (int word = 0; word < WORDS_A_LINE; word++) {
                String said = "word" + random.nextInt(VOCABULARY);
                expected.merge(said, 1, Integer::sum);
                line.append(word == 0 ? "" : " ").append(said);
            }
            lines.add(
                    new ProducerRecord<>("lines", i % PARTITIONS, null, Clients.bytes(line + "")));
        }
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(broker.bootstrap(), Map.of())) {
            Clients.sendAll(producer, lines);
        }
    }

    private static List<ConsumerRecord<byte[], byte[]>> counts(BrokerProcess broker) {
        List<TopicPartition> partitions = Clients.partitions("counts", PARTITIONS);
        return Clients.readAll(
                broker.bootstrap(), partitions, Map.of("isolation.level", "read_committed"));
    }

    private static void awaitCounts(BrokerProcess broker, Program application, int many) {
        try {
            await().atMost(COUNTED_MAX)
                    .pollInterval(Duration.ofMillis(300))
                    .until(() -> !application.isAlive() || counts(broker).size() >= many);
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            throw new AssertionError(
                    "%d counts of %d\n%s\n%s"
                            .formatted(
                                    counts(broker).size(),
                                    many,
                                    application.told(),
                                    broker.lastErrors()),
                    e);
        }
        assertThat(application.isAlive()).as(application.told()).isTrue();
    }

    private void requireEachCountOnce(BrokerProcess broker) {
        Map<String, Integer> last = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> count : counts(broker)) {
            String word = Clients.text(count.key());
            int now = Integer.parseInt(Clients.text(count.value()));
            assertThat(now).as(word).isEqualTo(last.getOrDefault(word, 0) + 1);
            last.put(word, now);
        }
        assertThat(last).isEqualTo(expected);
    }
}
