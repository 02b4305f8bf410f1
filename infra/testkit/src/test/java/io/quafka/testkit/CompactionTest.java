package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Compaction as a client and a disk see it: a table of keys that are overwritten again and again
/// keeps each key's last value, and takes little more space than that.
@Tag("broker")
class CompactionTest {
    private static final long MIB = 1L << 20;
    private static final int KEYS = 50;
    private static final int RECORDS = 4000;
    private static final int VALUE_BYTES = 5000;
    private static final int TRANSACTIONS = 90;
    private static final Duration COMPACTED_MAX = Duration.ofSeconds(60);
    private static final Map<String, String> TABLE =
            Map.of(
                    "cleanup.policy", "compact",
                    "segment.ms", "1000",
                    "min.cleanable.dirty.ratio", "0.1",
                    "delete.retention.ms", "100");

    @TempDir private Path directory;

    @Test
    void aTableKeepsEachKeysLastValueAndShrinksOnDisk() throws Exception {
        BrokerOptions options =
                BrokerOptions.in(directory)
                        .withSmallSegments()
                        .with("storage.retention.interval", "200ms")
                        .with("storage.compaction.interval", "200ms");
        try (BrokerProcess broker = BrokerProcess.start(options)) {
            Map<String, String> table = new HashMap<>(TABLE);
            table.put("min.compaction.lag.ms", "3600000");
            Clients.createTopic(broker.bootstrap(), "table", 1, table);
            Map<String, String> expected = fill(broker);
            long full = diskBytes();
            assertThat(full).isGreaterThan((long) RECORDS * VALUE_BYTES / 2);
            compactFromNowOn(broker);
            await().atMost(COMPACTED_MAX)
                    .untilAsserted(() -> {
                        assertThat(read(broker)).hasSizeLessThan(4 * KEYS);
                        assertThat(diskBytes()).isLessThan(8 * MIB);
                    });
            assertThat(table(read(broker))).isEqualTo(expected);
            broker.kill9();
            try (BrokerProcess again = broker.restart()) {
                assertThat(table(read(again))).isEqualTo(expected);
                again.terminate();
            }
        }
    }

    /// What was aborted goes, keys that only it had with it; what was committed stays until it is
    /// overwritten. Readers of either isolation agree in the end.
    @Test
    void abortedRecordsGoAndCommittedOnesStay() throws Exception {
        BrokerOptions options =
                BrokerOptions.in(directory)
                        .withSmallSegments()
                        .with("storage.compaction.interval", "200ms");
        Map<String, String> table = new HashMap<>(TABLE);
        table.put("segment.ms", "1");
        table.put("max.compaction.lag.ms", "100");
        Map<String, String> expected = new TreeMap<>();
        try (BrokerProcess broker = BrokerProcess.start(options)) {
            Clients.createTopic(broker.bootstrap(), "table", 1, table);
            try (KafkaProducer<byte[], byte[]> producer =
                    Clients.producer(broker.bootstrap(), Map.of("transactional.id", "writer"))) {
                producer.initTransactions();
                for (int i = 0; i < TRANSACTIONS; i++) {
                    boolean commit = i % 3 != 1;
                    producer.beginTransaction();
                    for (String key : List.of("key-" + i % KEYS, (commit ? "c-" : "a-") + i)) {
                        producer.send(
                                new ProducerRecord<>(
                                        "table", 0, Clients.bytes(key), Clients.bytes("v" + i)));
                        if (commit) {
                            expected.put(key, "v" + i);
                        }
                    }
                    producer.flush();
                    if (commit) {
                        producer.commitTransaction();
                    } else {
                        producer.abortTransaction();
                    }
                }
            }
            // The last run of a partition is left alone: let it be this one.
            try (KafkaProducer<byte[], byte[]> producer =
                    Clients.producer(broker.bootstrap(), Map.of())) {
                producer.send(
                                new ProducerRecord<>(
                                        "table", 0, Clients.bytes("last"), Clients.bytes("one")))
                        .get();
            }
            expected.put("last", "one");
            assertThat(table(readCommitted(broker))).isEqualTo(expected);
            await().atMost(COMPACTED_MAX)
                    .untilAsserted(() -> assertThat(read(broker)).hasSize(expected.size()));
            assertThat(table(read(broker))).isEqualTo(expected);
            assertThat(table(readCommitted(broker))).isEqualTo(expected);
            assertThat(Metrics.read(broker, "quafka_storage_compaction_passes_total")).isPositive();
            assertThat(Metrics.read(broker, "quafka_storage_compaction_dropped_records_total"))
                    .isGreaterThanOrEqualTo(TRANSACTIONS / 3);
            assertThat(Metrics.read(broker, "quafka_storage_compaction_failed")).isZero();
            broker.kill9();
            try (BrokerProcess again = broker.restart()) {
                assertThat(table(readCommitted(again))).isEqualTo(expected);
                again.requireNoAlarms();
                again.terminate();
            }
        }
    }

    private static List<ConsumerRecord<byte[], byte[]>> readCommitted(BrokerProcess broker) {
        return Clients.readAll(
                broker.bootstrap(),
                Clients.partitions("table", 1),
                Map.of("isolation.level", "read_committed"));
    }

    @Test
    void aRecordWithoutAKeyIsRefused() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(directory))) {
            Clients.createTopic(broker.bootstrap(), "table", 1, TABLE);
            try (KafkaProducer<byte[], byte[]> producer =
                    Clients.producer(broker.bootstrap(), Map.of())) {
                assertThatThrownBy(() ->
                                producer.send(new ProducerRecord<>("table", new byte[1])).get())
                        .hasCauseInstanceOf(InvalidRecordException.class);
            }
            broker.terminate();
        }
    }

    /// The table as it must be at the end: one key is deleted.
    private static Map<String, String> fill(BrokerProcess broker) throws Exception {
        Map<String, String> expected = new TreeMap<>();
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            String key = "key-" + i % KEYS;
            String value = i + "v".repeat(VALUE_BYTES);
            expected.put(key, value);
            records.add(new ProducerRecord<>("table", 0, Clients.bytes(key), Clients.bytes(value)));
        }
        expected.remove("key-7");
        records.add(new ProducerRecord<>("table", 0, Clients.bytes("key-7"), null));
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(broker.bootstrap(), Map.of())) {
            Clients.sendAll(producer, records);
            // The last run of a partition is left alone: let it be this one.
            producer.send(
                            new ProducerRecord<>(
                                    "table", 0, Clients.bytes("last"), Clients.bytes("one")))
                    .get();
        }
        expected.put("last", "one");
        return expected;
    }

    private static void compactFromNowOn(BrokerProcess broker) throws Exception {
        try (Admin admin = Clients.admin(broker.bootstrap())) {
            admin.incrementalAlterConfigs(
                            Map.of(
                                    new ConfigResource(ConfigResource.Type.TOPIC, "table"),
                                    List.of(
                                            new AlterConfigOp(
                                                    new ConfigEntry("min.compaction.lag.ms", "0"),
                                                    AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
    }

    private static List<ConsumerRecord<byte[], byte[]>> read(BrokerProcess broker) {
        return Clients.readAll(broker.bootstrap(), Clients.partitions("table", 1));
    }

    private static Map<String, String> table(List<ConsumerRecord<byte[], byte[]>> records) {
        Map<String, String> table = new HashMap<>();
        long previous = -1;
        for (ConsumerRecord<byte[], byte[]> record : records) {
            assertThat(record.offset()).isGreaterThan(previous);
            previous = record.offset();
            String key = Clients.text(record.key());
            if (record.value() == null) {
                table.remove(key);
            } else {
                table.put(key, Clients.text(record.value()));
            }
        }
        return table;
    }

    private long diskBytes() throws Exception {
        return DiskUse.bytes(directory.resolve("data/storage/shard-1"));
    }
}
