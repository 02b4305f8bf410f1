package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The programs with which Kafka's own system tests are written, against a broker.
@Tag("broker")
class KafkaToolsTest {
    private static final String TOOLS = "org.apache.kafka.tools.";
    private static final int RECORDS = 5_000;

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

    private static void produce(String topic, int partitions) throws Exception {
        Clients.createTopic(broker.bootstrap(), topic, partitions, Map.of());
        try (Program producer =
                Program.java(
                        directory,
                        TOOLS + "VerifiableProducer",
                        List.of(
                                "--bootstrap-server",
                                broker.bootstrap(),
                                "--topic",
                                topic,
                                "--max-messages",
                                String.valueOf(RECORDS)))) {
            assertThat(producer.awaitSuccess())
                    .filteredOn(line -> line.contains("producer_send_success"))
                    .hasSize(RECORDS);
        }
    }

    private static Set<String> values(List<TopicPartition> partitions) {
        List<ConsumerRecord<byte[], byte[]>> records =
                Clients.readAll(
                        broker.bootstrap(),
                        partitions,
                        Map.of("isolation.level", "read_committed"));
        assertThat(records).hasSize(RECORDS);
        return records.stream()
                .map(record -> Clients.text(record.value()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> produced() {
        return IntStream.range(0, RECORDS)
                .mapToObj(String::valueOf)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void verifiableConsumersOfBothProtocolsReadWhatVerifiableProducerSent() throws Exception {
        produce("verifiable", 3);
        assertThat(values(Clients.partitions("verifiable", 3))).isEqualTo(produced());
        List<Program> consumers = new ArrayList<>();
        try {
            for (String protocol : List.of("classic", "consumer")) {
                consumers.add(consumer(protocol));
            }
            for (Program consumer : consumers) {
                assertThat(consumed(consumer.awaitSuccess())).isEqualTo(RECORDS);
            }
        } finally {
            consumers.forEach(Program::close);
        }
    }

    private static Program consumer(String protocol) {
        return Program.java(
                directory,
                TOOLS + "VerifiableConsumer",
                List.of(
                        "--bootstrap-server",
                        broker.bootstrap(),
                        "--topic",
                        "verifiable",
                        "--group-id",
                        "verifiable-" + protocol,
                        "--group-protocol",
                        protocol,
                        "--max-messages",
                        String.valueOf(RECORDS)));
    }

    private static int consumed(List<String> lines) {
        assertThat(lines)
                .anyMatch(line ->
                        line.contains("offsets_committed") && line.contains("\"success\":true"));
        return lines.stream()
                .filter(line -> line.contains("\"name\":\"records_consumed\""))
                .mapToInt(
                        line -> Integer.parseInt(line.replaceFirst(".*?\"count\":(\\d+).*", "$1")))
                .sum();
    }

    @Test
    void transactionalMessageCopierCopiesEachRecordOnceThroughItsAborts() throws Exception {
        ListedApis.assumeTransactions(broker);
        produce("copied", 1);
        Clients.createTopic(broker.bootstrap(), "copies", 2, Map.of());
        try (Program copier =
                Program.java(
                        directory,
                        TOOLS + "TransactionalMessageCopier",
                        List.of(
                                "--broker-list",
                                broker.bootstrap(),
                                "--input-topic",
                                "copied",
                                "--input-partition",
                                "0",
                                "--output-topic",
                                "copies",
                                "--transactional-id",
                                "copier",
                                "--consumer-group",
                                "copier",
                                "--transaction-size",
                                "100",
                                "--enable-random-aborts",
                                "--use-group-metadata",
                                "--group-mode"))) {
            copier.awaitSuccess();
        }
        assertThat(values(Clients.partitions("copies", 2))).isEqualTo(produced());
    }
}
