package io.quafka.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.s3server.S3Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// History in an object store, as clients meet it: what was written is read back when nothing of it
/// is on the storage disks any more, after restarts and kills too.
@Tag("broker")
class TieringTest {
    private static final String TOPIC = "history";
    private static final int PARTITIONS = 3;
    private static final int RECORD_BYTES = 10_000;
    private static final int RECORDS = 1_000;
    private static final Duration TIERED_MAX = Duration.ofSeconds(60);

    /// Nothing expires, for all records are of 1970; all leave the disks.
    private static final Map<String, String> NOTHING_STAYS =
            Map.of("retention.ms", "-1", "local.retention.bytes", "0");

    @TempDir private Path directory;

    /// What was acknowledged: a checksum by offset, for each partition.
    private final Map<TopicPartition, List<Long>> acknowledged = new HashMap<>();

    private final Random random = new Random(42);

    private static BrokerOptions tiering(BrokerOptions options) {
        return options.withSmallSegments()
                .with("tiering.store", "directory")
                .with("tiering.interval", "100ms")
                .with("tiering.seal.after", "300ms")
                .with("storage.retention.interval", "200ms");
    }

    private void fill(String bootstrap, int records) throws Exception {
        List<ProducerRecord<byte[], byte[]>> batch = new ArrayList<>();
        for (int i = 0; i < records; i++) {
            byte[] value = new byte[RECORD_BYTES];
            random.nextBytes(value);
            batch.add(new ProducerRecord<>(TOPIC, i % PARTITIONS, (long) i, null, value));
        }
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(bootstrap, Map.of())) {
            Clients.sendAll(producer, batch);
        }
        for (ProducerRecord<byte[], byte[]> record : batch) {
            acknowledged
                    .computeIfAbsent(
                            new TopicPartition(TOPIC, requireNonNull(record.partition())),
                            _ -> new ArrayList<>())
                    .add(checksum(record.value()));
        }
    }

    private static long checksum(byte[] value) {
        CRC32C crc = new CRC32C();
        crc.update(value);
        return crc.getValue();
    }

    private static void awaitNothingLocal(String bootstrap) {
        await().atMost(TIERED_MAX)
                .untilAsserted(() -> {
                    Map<TopicPartition, Long> ends = offsets(bootstrap, OffsetSpec.latest());
                    assertThat(offsets(bootstrap, new OffsetSpec.EarliestLocalSpec()))
                            .isEqualTo(ends);
                    ends.replaceAll((_, end) -> end - 1);
                    assertThat(offsets(bootstrap, new OffsetSpec.LatestTieredSpec()))
                            .isEqualTo(ends);
                });
    }

    private static Map<TopicPartition, Long> offsets(String bootstrap, OffsetSpec which)
            throws Exception {
        try (Admin admin = Clients.admin(bootstrap)) {
            Map<TopicPartition, Long> offsets = new HashMap<>();
            Map<TopicPartition, OffsetSpec> asked =
                    Clients.partitions(TOPIC, PARTITIONS).stream()
                            .collect(Collectors.toMap(partition -> partition, _ -> which));
            admin.listOffsets(asked)
                    .all()
                    .get()
                    .forEach((partition, found) -> offsets.put(partition, found.offset()));
            return offsets;
        }
    }

    private void assertAllThere(String bootstrap) {
        Map<TopicPartition, List<Long>> read = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record :
                Clients.readAll(bootstrap, Clients.partitions(TOPIC, PARTITIONS))) {
            List<Long> checksums =
                    read.computeIfAbsent(
                            new TopicPartition(TOPIC, record.partition()), _ -> new ArrayList<>());
            assertThat(record.offset()).isEqualTo(checksums.size());
            checksums.add(checksum(record.value()));
        }
        assertThat(read).isEqualTo(acknowledged);
    }

    @Test
    void allIsReadBackFromObjectsAfterRestartsAndKillsToo() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(tiering(BrokerOptions.in(directory)))) {
            Clients.createTopic(broker.bootstrap(), TOPIC, PARTITIONS, NOTHING_STAYS);
            fill(broker.bootstrap(), RECORDS);
            awaitNothingLocal(broker.bootstrap());
            assertAllThere(broker.bootstrap());
            assertThat(Metrics.read(broker, "quafka_tiering_uploads_total")).isPositive();
            fill(broker.bootstrap(), RECORDS / 2);
            broker.kill9();
            try (BrokerProcess again = broker.restart()) {
                assertAllThere(again.bootstrap());
                awaitNothingLocal(again.bootstrap());
                assertAllThere(again.bootstrap());
                assertTimesAreFound(again.bootstrap());
                again.terminate();
                try (BrokerProcess third = again.restart()) {
                    assertAllThere(third.bootstrap());
                    Clients.deleteTopic(third.bootstrap(), TOPIC);
                    await().atMost(TIERED_MAX)
                            .untilAsserted(() ->
                                    assertThat(objects(directory.resolve("data/objects")))
                                            .isEmpty());
                    third.terminate();
                }
            }
        }
    }

    /// Records' timestamps are their numbers in each filling.
    private static void assertTimesAreFound(String bootstrap) {
        TopicPartition partition = new TopicPartition(TOPIC, 1);
        try (KafkaConsumer<byte[], byte[]> consumer = Clients.consumer(bootstrap, Map.of())) {
            var found = consumer.offsetsForTimes(Map.of(partition, 500L)).get(partition);
            assertThat(requireNonNull(found).timestamp()).isEqualTo(502);
            assertThat(found.offset()).isEqualTo((502 - 1) / PARTITIONS);
        }
    }

    private static List<Path> objects(Path store) throws Exception {
        try (Stream<Path> files = Files.walk(store)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.toString().contains("shard-"))
                    .toList();
        }
    }

    @Test
    void anS3BucketDoesAsWell() throws Exception {
        Path secret = Files.writeString(directory.resolve("secret"), S3Server.SECRET_KEY);
        try (S3Server server = S3Server.inMemory()) {
            BrokerOptions options =
                    tiering(BrokerOptions.in(directory))
                            .with("tiering.store", "s3")
                            .with("tiering.s3.bucket", S3Server.BUCKET)
                            .with("tiering.s3.prefix", "tests/")
                            .with("tiering.s3.endpoint", server.endpoint().toString())
                            .with("tiering.s3.path.style", "true")
                            .with("tiering.s3.access.key", S3Server.ACCESS_KEY)
                            .with("tiering.s3.secret.key.file", secret.toString());
            try (BrokerProcess broker = BrokerProcess.start(options)) {
                Clients.createTopic(broker.bootstrap(), TOPIC, PARTITIONS, NOTHING_STAYS);
                fill(broker.bootstrap(), RECORDS);
                awaitNothingLocal(broker.bootstrap());
                assertAllThere(broker.bootstrap());
                broker.kill9();
                try (BrokerProcess again = broker.restart()) {
                    assertAllThere(again.bootstrap());
                    again.terminate();
                }
            }
        }
    }

    @Test
    void gatewaysOfTheirOwnReadTheStoreThemselves() throws Exception {
        String members = "1@127.0.0.1:" + Ports.free();
        List<BrokerProcess> processes = new ArrayList<>();
        try {
            for (String role : List.of("controller", "storage", "gateway")) {
                Path own = Files.createDirectory(directory.resolve(role));
                processes.add(
                        BrokerProcess.start(
                                tiering(BrokerOptions.in(own).withRole(role).withHeapMib(128))
                                        .with("controller.members", members)
                                        .with(
                                                "tiering.directory",
                                                directory.resolve("bucket").toString())));
            }
            BrokerProcess gateway = processes.getLast();
            Clients.createTopic(gateway.bootstrap(), TOPIC, PARTITIONS, NOTHING_STAYS);
            fill(gateway.bootstrap(), RECORDS);
            awaitNothingLocal(gateway.bootstrap());
            assertAllThere(gateway.bootstrap());
            assertThat(Metrics.text(gateway))
                    .doesNotContain("quafka_store_bytes_total{operation=\"get\"} 0\n");
        } finally {
            processes.reversed().forEach(BrokerProcess::close);
        }
    }
}
