package io.quafka.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// MirrorMaker 2 copies a topic and a group's offsets from one broker to another.
@Tag("broker")
@Order(1)
class MirrorMakerTest {
    private static final Duration MIRRORED_MAX = Duration.ofSeconds(120);
    private static final int RECORDS = 300;
    private static final int CONSUMED = 120;
    private static final TopicPartition SOURCE = new TopicPartition("orders", 0);
    private static final TopicPartition COPY = new TopicPartition("a.orders", 0);
    private static final String GROUP = "billing";

    @TempDir private Path directory;

    @Test
    void recordsAndGroupOffsetsReachTheOtherBroker() throws Exception {
        Path first = Files.createDirectories(directory.resolve("a"));
        Path second = Files.createDirectories(directory.resolve("b"));
        try (BrokerProcess a = BrokerProcess.start(BrokerOptions.in(first));
                BrokerProcess b = BrokerProcess.start(BrokerOptions.in(second))) {
            Clients.createTopic(a.bootstrap(), SOURCE.topic(), 1, Map.of());
            produce(a, 0, CONSUMED);
            // At the log's end: MirrorMaker thins out what it knows of offsets further back, and
            // would translate those to wherever it still knows of.
            commit(a);
            try (Program mirror = mirror(a, b)) {
                awaitOrTell(mirror, a, b, () -> topicExists(b));
                awaitOrTell(mirror, a, b, () -> offset(b) == CONSUMED);
                produce(a, CONSUMED, RECORDS);
                awaitOrTell(mirror, a, b, () -> end(b) == RECORDS);
                assertThat(values(b, COPY)).isEqualTo(values(a, SOURCE));
                mirror.terminate();
            }
            for (BrokerProcess broker : List.of(a, b)) {
                broker.requireNoAlarms();
                broker.terminate();
            }
        }
    }

    private static void produce(BrokerProcess broker, int from, int to) throws Exception {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = from; i < to; i++) {
            byte[] bytes = Clients.bytes("order " + i);
            records.add(new ProducerRecord<>(SOURCE.topic(), 0, bytes, bytes));
        }
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(broker.bootstrap(), Map.of())) {
            Clients.sendAll(producer, records);
        }
    }

    private static void commit(BrokerProcess broker) {
        Map<String, String> settings = Map.of("group.id", GROUP);
        try (KafkaConsumer<byte[], byte[]> consumer =
                Clients.consumer(broker.bootstrap(), settings)) {
            consumer.assign(List.of(SOURCE));
            consumer.commitSync(Map.of(SOURCE, new OffsetAndMetadata(CONSUMED)));
        }
    }

    private Program mirror(BrokerProcess a, BrokerProcess b) throws Exception {
        String settings =
                """
                clusters=a,b
                a.bootstrap.servers=%s
                b.bootstrap.servers=%s
                a->b.enabled=true
                b->a.enabled=false
                topics=orders
                groups=billing
                tasks.max=1
                replication.factor=1
                checkpoints.topic.replication.factor=1
                heartbeats.topic.replication.factor=1
                offset-syncs.topic.replication.factor=1
                offset.storage.replication.factor=1
                status.storage.replication.factor=1
                config.storage.replication.factor=1
                offset.storage.partitions=1
                status.storage.partitions=1
                emit.heartbeats.enabled=false
                b->a.emit.heartbeats.enabled=false
                sync.topic.acls.enabled=false
                sync.group.offsets.enabled=true
                sync.group.offsets.interval.seconds=1
                emit.checkpoints.interval.seconds=1
                refresh.groups.interval.seconds=1
                offset.lag.max=0
                consumer.max.poll.records=1
                offset.flush.interval.ms=500
                scheduled.rebalance.max.delay.ms=0
                plugin.discovery=service_load
                dedicated.mode.enable.internal.rest=false
                """
                        .formatted(a.bootstrap(), b.bootstrap());
        Path file = Files.writeString(directory.resolve("mirror.properties"), settings);
        return Program.java(
                directory, "org.apache.kafka.connect.mirror.MirrorMaker", List.of(file.toString()));
    }

    private static void awaitOrTell(
            Program mirror,
            BrokerProcess a,
            BrokerProcess b,
            java.util.concurrent.Callable<Boolean> condition) {
        try {
            await().atMost(MIRRORED_MAX)
                    .pollInterval(Duration.ofMillis(300))
                    .until(() -> !mirror.isAlive() || condition.call());
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    String.join("\n", mirror.told(), a.lastErrors(), b.lastErrors()), e);
        }
        assertThat(mirror.isAlive()).as(mirror.told()).isTrue();
    }

    private static boolean topicExists(BrokerProcess broker)
            throws InterruptedException, ExecutionException {
        try (Admin admin = Clients.admin(broker.bootstrap())) {
            return admin.listTopics().names().get().contains(COPY.topic());
        }
    }

    private static long offset(BrokerProcess broker)
            throws InterruptedException, ExecutionException {
        try (Admin admin = Clients.admin(broker.bootstrap())) {
            OffsetAndMetadata committed =
                    admin.listConsumerGroupOffsets(GROUP)
                            .partitionsToOffsetAndMetadata()
                            .get()
                            .get(COPY);
            return committed == null ? -1 : committed.offset();
        }
    }

    private static long end(BrokerProcess broker) {
        try (KafkaConsumer<byte[], byte[]> consumer =
                Clients.consumer(broker.bootstrap(), Map.of())) {
            return requireNonNull(consumer.endOffsets(List.of(COPY)).get(COPY));
        }
    }

    private static List<String> values(BrokerProcess broker, TopicPartition partition) {
        List<ConsumerRecord<byte[], byte[]>> records =
                Clients.readAll(broker.bootstrap(), List.of(partition));
        return records.stream()
                .map(record -> Clients.text(record.key()) + "=" + Clients.text(record.value()))
                .toList();
    }
}
