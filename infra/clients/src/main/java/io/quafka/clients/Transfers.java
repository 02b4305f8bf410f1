package io.quafka.clients;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.AppInfoParser;

/// Transactions with a group's offsets, committed and aborted one right after the other, and
/// fencing, by whatever version of kafka-clients is on the class path. It checks what it gets, and
/// prints `ok` and the version.
///
/// Argument: the broker's address.
public final class Transfers {
    private static final String TOPIC = "transfers";
    private static final int PARTITIONS = 3;
    private static final int TRANSACTIONS = 60;
    private static final int ABORT_ONE_IN = 3;

    private Transfers() {}

    public static void main(String[] arguments) throws Exception {
        String bootstrap = arguments[0];
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1))).all().get();
        }
        Set<String> expected = new TreeSet<>();
        try (KafkaProducer<byte[], byte[]> first = producer(bootstrap);
                KafkaConsumer<byte[], byte[]> group = consumer(bootstrap)) {
            first.initTransactions();
            for (int i = 0; i < TRANSACTIONS; i++) {
                boolean commit = i % ABORT_ONE_IN != 1;
                transaction(first, group, i, commit);
                if (commit) {
                    for (int partition = 0; partition < PARTITIONS; partition++) {
                        expected.add(i + "/" + partition);
                    }
                }
            }
            requireFencing(bootstrap, first);
        }
        expected.add("fencer");
        try (KafkaConsumer<byte[], byte[]> reader = consumer(bootstrap)) {
            require(expected, new TreeSet<>(readAll(reader)), "committed records");
            OffsetAndMetadata offset =
                    reader.committed(Set.of(new TopicPartition(TOPIC, 0)))
                            .get(new TopicPartition(TOPIC, 0));
            require((long) TRANSACTIONS - 1, offset == null ? -1 : offset.offset(), "offset");
        }
        System.out.println("ok " + AppInfoParser.getVersion());
    }

    private static void transaction(
            KafkaProducer<byte[], byte[]> producer,
            KafkaConsumer<byte[], byte[]> group,
            int number,
            boolean commit) {
        producer.beginTransaction();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            send(producer, partition, number + "/" + partition);
        }
        Map<TopicPartition, OffsetAndMetadata> offsets =
                Map.of(new TopicPartition(TOPIC, 0), new OffsetAndMetadata(number));
        producer.sendOffsetsToTransaction(offsets, group.groupMetadata());
        if (commit) {
            producer.commitTransaction();
        } else {
            producer.flush();
            producer.abortTransaction();
        }
    }

    private static void requireFencing(String bootstrap, KafkaProducer<byte[], byte[]> first) {
        first.beginTransaction();
        send(first, 0, "fenced");
        first.flush();
        try (KafkaProducer<byte[], byte[]> second = producer(bootstrap)) {
            second.initTransactions();
            second.beginTransaction();
            send(second, 0, "fencer");
            second.commitTransaction();
        }
        try {
            first.commitTransaction();
        } catch (KafkaException e) {
            // Not as one clause: what the two have in common differs from version to version.
            if (e instanceof ProducerFencedException
                    || e instanceof InvalidProducerEpochException) {
                return;
            }
            throw e;
        }
        throw new IllegalStateException("the first producer was not fenced");
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, int partition, String value) {
        producer.send(
                new ProducerRecord<>(
                        TOPIC, partition, null, value.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<String> readAll(KafkaConsumer<byte[], byte[]> reader) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            partitions.add(new TopicPartition(TOPIC, partition));
        }
        reader.assign(partitions);
        reader.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = reader.endOffsets(partitions);
        List<String> values = new ArrayList<>();
        while (partitions.stream()
                .anyMatch(one -> reader.position(one) < ends.getOrDefault(one, 0L))) {
            for (ConsumerRecord<byte[], byte[]> record : reader.poll(Duration.ofMillis(100))) {
                values.add(new String(record.value(), StandardCharsets.UTF_8));
            }
        }
        return values;
    }

    private static void require(Object expected, Object actual, String what) {
        if (!expected.equals(actual)) {
            throw new IllegalStateException(what + ": " + actual + " instead of " + expected);
        }
    }

    private static KafkaProducer<byte[], byte[]> producer(String bootstrap) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap, "transactional.id", TOPIC),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String bootstrap) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("group.id", TOPIC);
        settings.put("enable.auto.commit", "false");
        settings.put("isolation.level", "read_committed");
        return new KafkaConsumer<>(
                settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
