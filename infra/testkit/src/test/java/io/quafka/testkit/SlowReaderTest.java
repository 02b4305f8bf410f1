package io.quafka.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/// Clients that ask for much and read nothing, beside clients that behave.
@Tag("broker")
@Isolated("clients that behave must be served soon")
class SlowReaderTest {
    private static final int CONNECTIONS = 20;
    private static final int FETCHES = 50;
    private static final int FETCH_BYTES = 1 << 20;
    private static final int RECORDS = 64;
    private static final int RECORD_BYTES = 500_000;
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final String IN_USE = "quafka_storage_read_memory_in_use_bytes";

    @TempDir private Path directory;

    @Test
    void whoDoesNotReadHoldsNobodyUp() throws Exception {
        BrokerOptions options =
                BrokerOptions.in(directory).with("storage.read.buffers.bytes", "32MiB");
        try (BrokerProcess broker = BrokerProcess.start(options)) {
            Clients.createTopic(broker.bootstrap(), "large", 1, Map.of());
            Clients.createTopic(broker.bootstrap(), "normal", 1, Map.of());
            fill(broker);
            List<FrameClient> hostile = ask(broker);
            await().until(() -> Metrics.read(broker, IN_USE) > 4 << 20);
            for (int round = 0; round < 3; round++) {
                long begin = System.nanoTime();
                behave(broker, round);
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(SOON);
            }
            assertThat(Metrics.read(broker, IN_USE)).isPositive();
            for (FrameClient client : hostile) {
                client.close();
            }
            await().atMost(Duration.ofSeconds(20)).until(() -> Metrics.read(broker, IN_USE) == 0);
            behave(broker, 3);
            broker.requireNoAlarms();
            broker.terminate();
        }
    }

    private static void fill(BrokerProcess broker) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(broker.bootstrap(), Map.of())) {
            List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
            for (int i = 0; i < RECORDS; i++) {
                records.add(new ProducerRecord<>("large", 0, null, new byte[RECORD_BYTES]));
            }
            Clients.sendAll(producer, records);
        }
    }

    private static List<FrameClient> ask(BrokerProcess broker) throws Exception {
        Uuid topic;
        try (Admin admin = Clients.admin(broker.bootstrap())) {
            var described = admin.describeTopics(List.of("large")).allTopicNames().get();
            topic = requireNonNull(described.get("large")).topicId();
        }
        FetchRequestData fetch =
                new FetchRequestData()
                        .setMaxWaitMs(500)
                        .setMinBytes(1)
                        .setMaxBytes(FETCH_BYTES)
                        .setSessionEpoch(-1)
                        .setTopics(
                                List.of(
                                        new FetchRequestData.FetchTopic()
                                                .setTopicId(topic)
                                                .setPartitions(
                                                        List.of(
                                                                new FetchRequestData
                                                                                .FetchPartition()
                                                                        .setPartitionMaxBytes(
                                                                                FETCH_BYTES)))));
        List<FrameClient> clients = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            FrameClient client = new FrameClient(broker.port(), SOON);
            for (int j = 0; j < FETCHES; j++) {
                client.send(ApiKeys.FETCH, (short) 13, j, fetch);
            }
            clients.add(client);
        }
        return clients;
    }

    /// Produces, asks for offsets, and consumes both what is new and what is large.
    private static void behave(BrokerProcess broker, int round) throws Exception {
        TopicPartition normal = new TopicPartition("normal", 0);
        TopicPartition large = new TopicPartition("large", 0);
        try (KafkaProducer<byte[], byte[]> producer =
                        Clients.producer(broker.bootstrap(), Map.of());
                KafkaConsumer<byte[], byte[]> consumer =
                        Clients.consumer(broker.bootstrap(), Map.of())) {
            for (int i = 0; i < 10; i++) {
                producer.send(new ProducerRecord<>("normal", 0, null, new byte[100]))
                        .get(SOON.toSeconds(), TimeUnit.SECONDS);
            }
            assertThat(consumer.endOffsets(List.of(normal), SOON))
                    .containsEntry(normal, (round + 1) * 10L);
            var byTime = consumer.offsetsForTimes(Map.of(large, 1L), SOON);
            assertThat(requireNonNull(byTime.get(large)).offset()).isZero();
            consumer.assign(List.of(normal, large));
            consumer.seekToBeginning(List.of(normal, large));
            assertThat(Clients.readToEnd(consumer)).hasSize(RECORDS + (round + 1) * 10);
        }
    }
}
