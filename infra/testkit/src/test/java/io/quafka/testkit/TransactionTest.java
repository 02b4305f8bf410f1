package io.quafka.testkit;

import static io.quafka.testkit.Clients.bytes;
import static io.quafka.testkit.Clients.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Transactions as Kafka's own clients use them.
@Tag("broker")
class TransactionTest {
    private static final Map<String, String> COMMITTED =
            Map.of("isolation.level", "read_committed");
    private static final int PARTITIONS = 3;

    @TempDir private static Path directory;

    private static BrokerProcess broker;

    @BeforeAll
    static void start() throws Exception {
        broker =
                BrokerProcess.start(
                        BrokerOptions.in(directory)
                                .with("group.initial.rebalance.delay.ms", "0")
                                .with(
                                        "transaction.abort.timed.out.transaction.cleanup.interval.ms",
                                        "200"));
    }

    @AfterAll
    static void stop() throws InterruptedException {
        broker.requireNoAlarms();
        broker.terminate();
    }

    private static List<TopicPartition> topic(String name) throws Exception {
        Clients.createTopic(broker.bootstrap(), name, PARTITIONS, Map.of());
        return Clients.partitions(name, PARTITIONS);
    }

    private static KafkaProducer<byte[], byte[]> producer(String id, int timeoutMs) {
        KafkaProducer<byte[], byte[]> producer =
                Clients.producer(
                        broker.bootstrap(),
                        Map.of(
                                "transactional.id",
                                id,
                                "transaction.timeout.ms",
                                Integer.toString(timeoutMs)));
        producer.initTransactions();
        return producer;
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, String topic, String value) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            var _ = producer.send(new ProducerRecord<>(topic, partition, null, bytes(value)));
        }
    }

    private static List<String> read(
            List<TopicPartition> partitions, Map<String, String> settings) {
        return Clients.readAll(broker.bootstrap(), partitions, settings).stream()
                .map(record -> record.partition() + ":" + text(record.value()))
                .sorted()
                .toList();
    }

    private static List<String> everywhere(String... values) {
        List<String> all = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            for (String value : values) {
                all.add(partition + ":" + value);
            }
        }
        return all.stream().sorted().toList();
    }

    @Test
    void committedRecordsAreSeenAndAbortedOnesAreNot() throws Exception {
        List<TopicPartition> partitions = topic("outcomes");
        try (var producer = producer("outcomes", 60_000)) {
            for (int i = 0; i < 20; i++) {
                producer.beginTransaction();
                send(producer, "outcomes", "a" + i);
                send(producer, "outcomes", "b" + i);
                if (i % 2 == 0) {
                    producer.commitTransaction();
                } else {
                    // What is not flushed the client may drop instead of sending it.
                    if (i % 4 == 1) {
                        producer.flush();
                    }
                    producer.abortTransaction();
                }
            }
            producer.beginTransaction();
            send(producer, "outcomes", "open");
            producer.flush();
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 20; i += 2) {
                expected.addAll(everywhere("a" + i, "b" + i));
            }
            assertThat(read(partitions, COMMITTED)).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(read(partitions, Map.of()))
                    .hasSizeBetween(PARTITIONS * 31, PARTITIONS * 41)
                    .containsAll(everywhere("a1", "b17"));
            producer.commitTransaction();
        }
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(
                        () -> assertThat(read(partitions, COMMITTED)).contains("0:open", "2:open"));
    }

    @Test
    void aSecondProducerWithTheSameIdFencesTheFirst() throws Exception {
        List<TopicPartition> partitions = topic("fenced");
        try (var first = producer("fenced", 60_000)) {
            first.beginTransaction();
            send(first, "fenced", "lost");
            first.flush();
            try (var second = producer("fenced", 60_000)) {
                second.beginTransaction();
                send(second, "fenced", "kept");
                second.commitTransaction();
                assertThatThrownBy(first::commitTransaction)
                        .isInstanceOfAny(
                                ProducerFencedException.class, InvalidProducerEpochException.class);
            }
        }
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(read(partitions, COMMITTED)).isEqualTo(everywhere("kept")));
    }

    @Test
    void aTransactionThatTakesTooLongIsAborted() throws Exception {
        List<TopicPartition> partitions = topic("late");
        try (var producer = producer("late", 1_000);
                Admin admin = Clients.admin(broker.bootstrap())) {
            producer.beginTransaction();
            send(producer, "late", "late");
            producer.flush();
            assertThat(describe(admin, "late").topicPartitions())
                    .containsExactlyInAnyOrderElementsOf(partitions);
            await().atMost(Duration.ofSeconds(30))
                    .until(() ->
                            describe(admin, "late").state() == TransactionState.COMPLETE_ABORT);
            assertThatThrownBy(producer::commitTransaction)
                    .isInstanceOfAny(
                            ProducerFencedException.class, InvalidProducerEpochException.class);
            assertThat(read(partitions, COMMITTED)).isEmpty();
            assertThat(read(partitions, Map.of())).hasSize(PARTITIONS);
        }
    }

    private static TransactionDescription describe(Admin admin, String id)
            throws InterruptedException, ExecutionException {
        return admin.describeTransactions(List.of(id)).description(id).get();
    }

    @Test
    void offsetsAreCommittedWithTheRecordsThatCameOfThem() throws Exception {
        List<TopicPartition> input = topic("input");
        List<TopicPartition> output = topic("output");
        try (var source = producer("source", 60_000)) {
            source.beginTransaction();
            for (int i = 0; i < 30; i++) {
                send(source, "input", "r" + i);
            }
            source.commitTransaction();
        }
        int round = 0;
        while (read(output, COMMITTED).size() < 30 * PARTITIONS && round < 30) {
            transform(round++ % 3 == 1);
        }
        assertThat(read(output, COMMITTED)).isEqualTo(read(input, COMMITTED));
        try (Admin admin = Clients.admin(broker.bootstrap())) {
            Map<TopicPartition, OffsetAndMetadata> committed =
                    admin.listConsumerGroupOffsets("transformers")
                            .partitionsToOffsetAndMetadata()
                            .get();
            // 30 records; the marker comes at 30.
            assertThat(committed.values()).allMatch(offset -> offset.offset() >= 30);
        }
    }

    /// Copies some records in one transaction, or gives it up at the end.
    private static void transform(boolean abort) {
        try (var producer = producer("transformer", 60_000);
                KafkaConsumer<byte[], byte[]> consumer =
                        Clients.consumer(
                                broker.bootstrap(),
                                Map.of(
                                        "group.id",
                                        "transformers",
                                        "auto.offset.reset",
                                        "earliest",
                                        "max.poll.records",
                                        "25",
                                        "isolation.level",
                                        "read_committed"))) {
            consumer.subscribe(List.of("input"));
            List<ConsumerRecord<byte[], byte[]>> some = new ArrayList<>();
            long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            while (some.isEmpty() && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(200)).forEach(some::add);
            }
            producer.beginTransaction();
            Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
            for (ConsumerRecord<byte[], byte[]> record : some) {
                var _ =
                        producer.send(
                                new ProducerRecord<>(
                                        "output", record.partition(), null, record.value()));
                next.put(
                        new TopicPartition(record.topic(), record.partition()),
                        new OffsetAndMetadata(record.offset() + 1));
            }
            producer.sendOffsetsToTransaction(next, consumer.groupMetadata());
            if (abort) {
                producer.abortTransaction();
            } else {
                producer.commitTransaction();
            }
        }
    }

    @Test
    void operatorsSeeTransactionsAndMayAbortThem() throws Exception {
        List<TopicPartition> partitions = topic("watched");
        try (var producer = producer("watched", 60_000);
                Admin admin = Clients.admin(broker.bootstrap())) {
            producer.beginTransaction();
            send(producer, "watched", "hanging");
            producer.flush();
            assertThat(admin.listTransactions().all().get())
                    .filteredOn(listing -> listing.transactionalId().equals("watched"))
                    .extracting(TransactionListing::state)
                    .containsExactly(TransactionState.ONGOING);
            ProducerState state =
                    admin.describeProducers(partitions)
                            .partitionResult(partitions.getFirst())
                            .get()
                            .activeProducers()
                            .getFirst();
            assertThat(state.currentTransactionStartOffset()).hasValue(0);
            admin.abortTransaction(
                            new AbortTransactionSpec(
                                    partitions.getFirst(),
                                    state.producerId(),
                                    (short) state.producerEpoch(),
                                    state.coordinatorEpoch().orElse(0)))
                    .all()
                    .get();
            assertThat(
                            admin.describeProducers(Set.of(partitions.getFirst()))
                                    .partitionResult(partitions.getFirst())
                                    .get()
                                    .activeProducers()
                                    .getFirst()
                                    .currentTransactionStartOffset())
                    .isEmpty();
            producer.abortTransaction();
        }
    }
}
