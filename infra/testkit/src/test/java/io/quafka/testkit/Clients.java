package io.quafka.testkit;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// Kafka's own clients, set up for tests.
final class Clients {
    private static final Duration READ_MAX = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(200);

    private Clients() {}

    static Admin admin(String bootstrap) {
        return Admin.create(
                Map.of("bootstrap.servers", bootstrap, "reconnect.backoff.max.ms", "200"));
    }

    static Admin admin(String bootstrap, Map<String, String> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("bootstrap.servers", bootstrap);
        return Admin.create(all);
    }

    /// What a client says to come in by its password, without TLS.
    static Map<String, String> plain(String user, String password) {
        return Map.of(
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\" password=\"%s\";"
                        .formatted(user, password));
    }

    static KafkaProducer<byte[], byte[]> producer(String bootstrap, Map<String, String> settings) {
        Map<String, Object> all = new HashMap<>();
        all.put("bootstrap.servers", bootstrap);
        all.put("reconnect.backoff.max.ms", "200");
        all.put("retry.backoff.max.ms", "200");
        all.put("request.timeout.ms", "10000");
        all.put("delivery.timeout.ms", "30000");
        all.putAll(settings);
        return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }

    static KafkaConsumer<byte[], byte[]> consumer(String bootstrap, Map<String, String> settings) {
        Map<String, Object> all = new HashMap<>();
        all.put("bootstrap.servers", bootstrap);
        all.put("enable.auto.commit", "false");
        all.put("auto.offset.reset", "none");
        all.put("reconnect.backoff.max.ms", "200");
        all.put("retry.backoff.max.ms", "200");
        all.putAll(settings);
        return new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    static void createTopic(
            String bootstrap, String name, int partitions, Map<String, String> configs)
            throws Exception {
        try (Admin admin = admin(bootstrap)) {
            NewTopic topic = new NewTopic(name, partitions, (short) 1).configs(configs);
            admin.createTopics(List.of(topic)).all().get();
        }
    }

    static void deleteTopic(String bootstrap, String name)
            throws InterruptedException, ExecutionException {
        try (Admin admin = admin(bootstrap)) {
            admin.deleteTopics(List.of(name)).all().get();
        }
    }

    static List<TopicPartition> partitions(String topic, int count) {
        return IntStream.range(0, count).mapToObj(i -> new TopicPartition(topic, i)).toList();
    }

    /// Every record from the beginning to the end that the partitions had at the call.
    static List<ConsumerRecord<byte[], byte[]>> readAll(
            String bootstrap, Collection<TopicPartition> partitions, Map<String, String> settings) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        readAll(bootstrap, partitions, settings, records::add);
        return records;
    }

    static List<ConsumerRecord<byte[], byte[]>> readAll(
            String bootstrap, Collection<TopicPartition> partitions) {
        return readAll(bootstrap, partitions, Map.of());
    }

    /// As the others, one record at a time.
    static void readAll(
            String bootstrap,
            Collection<TopicPartition> partitions,
            Map<String, String> settings,
            Consumer<ConsumerRecord<byte[], byte[]>> visitor) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(bootstrap, settings)) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            readToEnd(consumer, visitor);
        }
    }

    /// Every record from where the consumer stands to the end that its partitions had at the call.
    static List<ConsumerRecord<byte[], byte[]>> readToEnd(KafkaConsumer<byte[], byte[]> consumer) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        readToEnd(consumer, records::add);
        return records;
    }

    private static void readToEnd(
            KafkaConsumer<byte[], byte[]> consumer,
            Consumer<ConsumerRecord<byte[], byte[]>> visitor) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        long read = 0;
        long deadline = System.nanoTime() + READ_MAX.toNanos();
        while (ends.entrySet().stream()
                .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(
                        "read %d records, then none for %s, and not up to %s"
                                .formatted(read, READ_MAX, ends));
            }
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            if (!records.isEmpty()) {
                read += records.count();
                records.forEach(visitor);
                deadline = System.nanoTime() + READ_MAX.toNanos();
            }
        }
    }

    /// Sends all, then waits for each answer.
    ///
    /// @return the answers, in the order of the records
    static List<RecordMetadata> sendAll(
            KafkaProducer<byte[], byte[]> producer, List<ProducerRecord<byte[], byte[]>> records)
            throws InterruptedException, ExecutionException {
        List<Future<RecordMetadata>> answers = records.stream().map(producer::send).toList();
        List<RecordMetadata> answered = new ArrayList<>();
        for (Future<RecordMetadata> answer : answers) {
            answered.add(answer.get());
        }
        return answered;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
