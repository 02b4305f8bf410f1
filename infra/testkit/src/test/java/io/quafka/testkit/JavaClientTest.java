package io.quafka.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Kafka's own producer and consumer against a running broker: what is read is what was written, to
/// the byte.
@Tag("broker")
class JavaClientTest {
    private static final int LARGE_BYTES = 900_000;

    @TempDir private static Path directory;

    private static BrokerProcess broker;

    @BeforeAll
    static void start() throws InterruptedException {
        broker = BrokerProcess.start(BrokerOptions.in(directory));
    }

    @AfterAll
    static void stop() throws InterruptedException {
        broker.requireNoAlarms();
        broker.terminate();
    }

    @ParameterizedTest
    @CsvSource({
        "none, all, true",
        "gzip, all, true",
        "snappy, all, true",
        "lz4, all, true",
        "zstd, all, true",
        "none, 1, false",
        "lz4, 1, false",
        "none, 0, false",
        "zstd, 0, false"
    })
    void bytesComeBackAsTheyWere(String compression, String acks, boolean idempotent)
            throws Exception {
        String topic = "bytes-" + compression + "-" + acks;
        Clients.createTopic(broker.bootstrap(), topic, 3, Map.of());
        List<ProducerRecord<byte[], byte[]>> sent = records(topic, new Random(topic.hashCode()));
        Map<String, String> settings =
                Map.of(
                        "compression.type",
                        compression,
                        "acks",
                        acks,
                        "enable.idempotence",
                        String.valueOf(idempotent),
                        "linger.ms",
                        "5");
        List<RecordMetadata> answers;
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(broker.bootstrap(), settings)) {
            answers = Clients.sendAll(producer, sent);
        }
        if (acks.equals("0")) {
            // Nobody told the producer when the last of them had been appended.
            awaitEnds(topic, sent.size());
        }
        for (int partition = 0; partition < 3; partition++) {
            assertSame(topic, partition, sent, answers, acks.equals("0"));
        }
    }

    private static void awaitEnds(String topic, long records) {
        try (KafkaConsumer<byte[], byte[]> consumer =
                Clients.consumer(broker.bootstrap(), Map.of())) {
            await().atMost(Duration.ofMinutes(1))
                    .until(() ->
                            consumer.endOffsets(Clients.partitions(topic, 3)).values().stream()
                                            .mapToLong(end -> end)
                                            .sum()
                                    == records);
        }
    }

    private static void assertSame(
            String topic,
            int partition,
            List<ProducerRecord<byte[], byte[]>> sent,
            List<RecordMetadata> answers,
            boolean unanswered)
            throws Exception {
        List<ConsumerRecord<byte[], byte[]>> read =
                Clients.readAll(broker.bootstrap(), List.of(new TopicPartition(topic, partition)));
        int next = 0;
        for (int i = 0; i < sent.size(); i++) {
            ProducerRecord<byte[], byte[]> expected = sent.get(i);
            if (expected.partition() != partition) {
                continue;
            }
            ConsumerRecord<byte[], byte[]> found = read.get(next);
            assertThat(found.offset()).isEqualTo(next++);
            assertThat(found.key()).isEqualTo(expected.key());
            assertThat(found.value()).isEqualTo(expected.value());
            assertThat(found.headers()).isEqualTo(expected.headers());
            assertThat(found.timestamp()).isEqualTo(expected.timestamp());
            assertThat(found.timestampType()).isEqualTo(TimestampType.CREATE_TIME);
            long told = answers.get(i).offset();
            assertThat(told).isEqualTo(unanswered ? -1 : found.offset());
        }
        assertThat(read).hasSize(next);
    }

    private static List<ProducerRecord<byte[], byte[]>> records(String topic, Random random) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        long now = Instant.now().toEpochMilli();
        for (int i = 0; i < 500; i++) {
            byte[] value = new byte[i % 100 == 50 ? LARGE_BYTES : random.nextInt(2_000)];
            random.nextBytes(value);
            byte[] key = i % 3 == 0 ? null : Clients.bytes("key " + i);
            ProducerRecord<byte[], byte[]> record =
                    new ProducerRecord<>(topic, i % 3, now + i, key, i % 7 == 0 ? null : value);
            for (int header = 0; header < i % 4; header++) {
                record.headers()
                        .add(new RecordHeader("h" + header, header == 2 ? null : new byte[i]));
            }
            records.add(record);
        }
        return records;
    }

    @Test
    void stampsRecordsWhereTheTopicSaysSo() throws Exception {
        Clients.createTopic(
                broker.bootstrap(),
                "stamped",
                1,
                Map.of("message.timestamp.type", "LogAppendTime"));
        long before = System.currentTimeMillis();
        RecordMetadata answer;
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(broker.bootstrap(), Map.of("compression.type", "lz4"))) {
            answer =
                    producer.send(new ProducerRecord<>("stamped", 0, 12_345L, null, new byte[5]))
                            .get();
        }
        ConsumerRecord<byte[], byte[]> read =
                Clients.readAll(broker.bootstrap(), Clients.partitions("stamped", 1)).getFirst();
        assertThat(read.timestamp()).isBetween(before, System.currentTimeMillis());
        assertThat(read.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
        assertThat(answer.timestamp()).isEqualTo(read.timestamp());
    }

    @Test
    void refusesWhatIsLargerThanTheTopicAllows() throws Exception {
        Clients.createTopic(broker.bootstrap(), "narrow", 1, Map.of("max.message.bytes", "10000"));
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(broker.bootstrap(), Map.of())) {
            assertThatThrownBy(() ->
                            producer.send(new ProducerRecord<>("narrow", new byte[20_000])).get())
                    .hasCauseInstanceOf(RecordTooLargeException.class);
            assertThat(
                            producer.send(new ProducerRecord<>("narrow", new byte[5_000]))
                                    .get()
                                    .offset())
                    .isZero();
        }
    }

    @Test
    void seeksToBeginningEndOffsetAndTimestamp() throws Exception {
        List<TopicPartition> partitions = Clients.partitions("sought", 2);
        Clients.createTopic(broker.bootstrap(), "sought", 2, Map.of());
        fill("sought", 2, 1_000);
        try (KafkaConsumer<byte[], byte[]> consumer =
                Clients.consumer(broker.bootstrap(), Map.of())) {
            TopicPartition one = partitions.getFirst();
            assertThat(consumer.beginningOffsets(partitions).values()).containsOnly(0L);
            assertThat(consumer.endOffsets(partitions).values()).containsOnly(1_000L);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            assertThat(Clients.readToEnd(consumer)).hasSize(2_000);
            consumer.seek(one, 400);
            assertThat(Clients.readToEnd(consumer))
                    .hasSize(600)
                    .first()
                    .satisfies(record -> assertThat(record.offset()).isEqualTo(400));
            Map<TopicPartition, OffsetAndTimestamp> found =
                    consumer.offsetsForTimes(
                            Map.of(one, 10_705L, partitions.getLast(), 99_999_999L));
            assertThat(requireNonNull(found.get(one)).offset()).isEqualTo(71);
            assertThat(requireNonNull(found.get(one)).timestamp()).isEqualTo(10_710);
            assertThat(found.get(partitions.getLast())).isNull();
            consumer.seekToEnd(partitions);
            assertThat(consumer.position(one)).isEqualTo(1_000);
            consumer.seek(one, 5_000);
            assertThatThrownBy(() -> consumer.poll(Duration.ofSeconds(30)))
                    .isInstanceOf(OffsetOutOfRangeException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"read_uncommitted", "read_committed"})
    void readsManyPartitionsInSmallSteps(String isolation) throws Exception {
        String topic = "steps-" + isolation;
        Clients.createTopic(broker.bootstrap(), topic, 20, Map.of());
        fill(topic, 20, 100);
        Map<String, String> settings =
                Map.of(
                        "isolation.level",
                        isolation,
                        "max.poll.records",
                        "7",
                        "fetch.max.bytes",
                        "5000",
                        "max.partition.fetch.bytes",
                        "700",
                        "check.crcs",
                        "true");
        List<ConsumerRecord<byte[], byte[]>> read =
                Clients.readAll(broker.bootstrap(), Clients.partitions(topic, 20), settings);
        assertThat(read).hasSize(2_000);
        long[] next = new long[20];
        for (ConsumerRecord<byte[], byte[]> record : read) {
            assertThat(record.offset()).isEqualTo(next[record.partition()]++);
            assertThat(Clients.text(record.value()))
                    .isEqualTo(record.partition() + "/" + record.offset());
        }
    }

    @Test
    void aWaitingConsumerGetsARecordAsItComes() throws Exception {
        Clients.createTopic(broker.bootstrap(), "awaited", 1, Map.of());
        try (KafkaConsumer<byte[], byte[]> consumer =
                        Clients.consumer(broker.bootstrap(), Map.of("fetch.max.wait.ms", "15000"));
                KafkaProducer<byte[], byte[]> producer =
                        Clients.producer(broker.bootstrap(), Map.of())) {
            consumer.assign(Clients.partitions("awaited", 1));
            consumer.seekToBeginning(consumer.assignment());
            assertThat(consumer.poll(Duration.ofMillis(300))).isEmpty();
            long asked = System.nanoTime();
            producer.send(new ProducerRecord<>("awaited", new byte[3])).get();
            assertThat(consumer.poll(Duration.ofSeconds(25))).hasSize(1);
            assertThat(Duration.ofNanos(System.nanoTime() - asked))
                    .isLessThan(Duration.ofSeconds(10));
        }
    }

    /// Values `partition/offset`, timestamps ten apart from 10,000 on.
    private static void fill(String topic, int partitions, int each) throws Exception {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < each; i++) {
            for (int partition = 0; partition < partitions; partition++) {
                byte[] value = Clients.bytes(partition + "/" + i);
                records.add(new ProducerRecord<>(topic, partition, 10_000L + 10L * i, null, value));
            }
        }
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(broker.bootstrap(), Map.of("batch.size", "500"))) {
            Clients.sendAll(producer, records);
        }
    }
}
