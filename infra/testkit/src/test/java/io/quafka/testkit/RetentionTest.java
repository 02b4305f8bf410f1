package io.quafka.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Retention as it looks from outside: a topic to which nothing is written any more shrinks, and so
/// does what it takes on the disk.
@Tag("broker")
class RetentionTest {
    private static final long MIB = 1L << 20;
    private static final long WRITTEN_BYTES = 24 * MIB;
    private static final int RECORD_BYTES = 10_000;
    private static final Duration SHRINK_MAX = Duration.ofSeconds(30);

    /// What stays without records: the active segment, spares, and what is hollowed.
    private static final long IDLE_BYTES_MAX = 8 * MIB;

    @TempDir private Path directory;

    private BrokerOptions options() {
        return BrokerOptions.in(directory)
                .withSmallSegments()
                .with("storage.retention.interval", "200ms");
    }

    @Test
    void anIdleTopicExpiresByTimeAndGivesItsSpaceBack() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(options())) {
            Clients.createTopic(broker.bootstrap(), "timed", 1, Map.of("retention.ms", "5000"));
            Clients.createTopic(broker.bootstrap(), "stays", 1, Map.of());
            fill(broker, "stays", MIB);
            fill(broker, "timed", WRITTEN_BYTES);
            assertThat(diskBytes()).isGreaterThan(WRITTEN_BYTES);
            await().atMost(SHRINK_MAX)
                    .untilAsserted(() ->
                            assertThat(start(broker, "timed")).isEqualTo(end(broker, "timed")));
            await().atMost(SHRINK_MAX)
                    .untilAsserted(() -> assertThat(diskBytes()).isLessThan(IDLE_BYTES_MAX));
            assertThat(Clients.readAll(broker.bootstrap(), Clients.partitions("stays", 1)))
                    .hasSize((int) (MIB / RECORD_BYTES) + 1);
            long next = end(broker, "timed");
            broker.terminate();
            try (BrokerProcess again = broker.restart()) {
                assertThat(start(again, "timed")).isEqualTo(next);
                assertThat(end(again, "timed")).isEqualTo(next);
                again.terminate();
            }
        }
    }

    @Test
    void anIdleTopicIsCutToItsSizeFromTheOldestOn() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(options())) {
            fill(broker, "sized", WRITTEN_BYTES);
            long end = end(broker, "sized");
            try (var admin = Clients.admin(broker.bootstrap())) {
                var resource =
                        new org.apache.kafka.common.config.ConfigResource(
                                org.apache.kafka.common.config.ConfigResource.Type.TOPIC, "sized");
                var change =
                        new org.apache.kafka.clients.admin.AlterConfigOp(
                                new org.apache.kafka.clients.admin.ConfigEntry(
                                        "retention.bytes", String.valueOf(2 * MIB)),
                                org.apache.kafka.clients.admin.AlterConfigOp.OpType.SET);
                admin.incrementalAlterConfigs(Map.of(resource, List.of(change))).all().get();
            }
            await().atMost(SHRINK_MAX)
                    .untilAsserted(() -> assertThat(start(broker, "sized")).isGreaterThan(end / 2));
            await().atMost(SHRINK_MAX)
                    .untilAsserted(
                            () -> assertThat(diskBytes()).isLessThan(IDLE_BYTES_MAX + 2 * MIB));
            List<ConsumerRecord<byte[], byte[]>> left =
                    Clients.readAll(broker.bootstrap(), Clients.partitions("sized", 1));
            assertThat(left.size() * (long) RECORD_BYTES).isBetween(MIB, 4 * MIB);
            assertThat(left.getLast().offset()).isEqualTo(end - 1);
            assertThat(end(broker, "sized")).isEqualTo(end);
            broker.terminate();
        }
    }

    private static void fill(BrokerProcess broker, String topic, long bytes) throws Exception {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (long sent = 0; sent < bytes; sent += RECORD_BYTES) {
            records.add(new ProducerRecord<>(topic, 0, null, new byte[RECORD_BYTES]));
        }
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(broker.bootstrap(), Map.of())) {
            Clients.sendAll(producer, records);
        }
    }

    private static long start(BrokerProcess broker, String topic) {
        TopicPartition partition = new TopicPartition(topic, 0);
        try (KafkaConsumer<byte[], byte[]> consumer =
                Clients.consumer(broker.bootstrap(), Map.of())) {
            return requireNonNull(consumer.beginningOffsets(List.of(partition)).get(partition));
        }
    }

    private static long end(BrokerProcess broker, String topic) {
        TopicPartition partition = new TopicPartition(topic, 0);
        try (KafkaConsumer<byte[], byte[]> consumer =
                Clients.consumer(broker.bootstrap(), Map.of())) {
            return requireNonNull(consumer.endOffsets(List.of(partition)).get(partition));
        }
    }

    private long diskBytes() throws Exception {
        return DiskUse.bytes(directory.resolve("data/storage/shard-1"));
    }
}
