package io.quafka.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.s3server.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/// A topic of which is known what was acknowledged, a checksum by offset, and of which nothing is
/// to stay on the storage disks.
final class CheckedTopic {
    private static final int RECORD_BYTES = 10_000;
    private static final Duration TIERED_MAX = Duration.ofSeconds(120);

    /// Nothing expires, for all records are of 1970; all leave the disks.
    static final Map<String, String> NOTHING_STAYS =
            Map.of("retention.ms", "-1", "local.retention.bytes", "0");

    private final String name;
    private final int partitions;
    private final Map<TopicPartition, List<Long>> acknowledged = new HashMap<>();
    private final Random random = new Random(42);

    CheckedTopic(String name, int partitions) {
        this.name = name;
        this.partitions = partitions;
    }

    /// A broker that tiers soon, to a directory if nothing else is said.
    static BrokerOptions tiering(BrokerOptions options) {
        return options.withSmallSegments()
                .with("tiering.store", "directory")
                .with("tiering.interval", "100ms")
                .with("tiering.seal.after", "300ms")
                .with("tiering.backup.interval", "200ms")
                .with("tiering.merge.bytes.per.second", "32MiB")
                .with("storage.retention.interval", "200ms");
    }

    /// What to say to reach an S3 server.
    ///
    /// @param port of the server, or of what stands in front of it
    /// @param secretFile gets the secret key
    static Map<String, String> s3(int port, String secretKey, Path secretFile) throws IOException {
        Files.writeString(secretFile, secretKey);
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("tiering.s3.endpoint", "http://127.0.0.1:" + port);
        settings.put("tiering.s3.path.style", "true");
        settings.put("tiering.s3.access.key", S3Server.ACCESS_KEY);
        settings.put("tiering.s3.secret.key.file", secretFile.toString());
        return settings;
    }

    /// A broker that tiers to a bucket, below `tests/`.
    ///
    /// @param s3 as [#s3] says
    static BrokerOptions inBucket(BrokerOptions options, Map<String, String> s3) {
        BrokerOptions all =
                tiering(options)
                        .with("tiering.store", "s3")
                        .with("tiering.s3.bucket", S3Server.BUCKET)
                        .with("tiering.s3.prefix", "tests/");
        for (Map.Entry<String, String> each : s3.entrySet()) {
            all = all.with(each.getKey(), each.getValue());
        }
        return all;
    }

    void create(String bootstrap) throws Exception {
        Clients.createTopic(bootstrap, name, partitions, NOTHING_STAYS);
    }

    /// Adds records, partition after partition in turn; their timestamps are their numbers.
    void fill(String bootstrap, int records) throws Exception {
        List<ProducerRecord<byte[], byte[]>> batch = new ArrayList<>();
        for (int i = 0; i < records; i++) {
            byte[] value = new byte[RECORD_BYTES];
            random.nextBytes(value);
            batch.add(new ProducerRecord<>(name, i % partitions, (long) i, null, value));
        }
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(bootstrap, Map.of())) {
            Clients.sendAll(producer, batch);
        }
        for (ProducerRecord<byte[], byte[]> record : batch) {
            int partition = requireNonNull(record.partition());
            acknowledged
                    .computeIfAbsent(new TopicPartition(name, partition), _ -> new ArrayList<>())
                    .add(checksum(record.value()));
        }
    }

    /// Records acknowledged in a partition.
    int size(int partition) {
        return acknowledged.getOrDefault(new TopicPartition(name, partition), List.of()).size();
    }

    void assertAllThere(String bootstrap) {
        Map<TopicPartition, List<Long>> read = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record :
                Clients.readAll(bootstrap, Clients.partitions(name, partitions))) {
            List<Long> checksums =
                    read.computeIfAbsent(
                            new TopicPartition(name, record.partition()), _ -> new ArrayList<>());
            assertThat(record.offset()).isEqualTo(checksums.size());
            checksums.add(checksum(record.value()));
        }
        assertThat(read).isEqualTo(acknowledged);
    }

    void awaitNothingLocal(String bootstrap) {
        awaitNothingLocal(bootstrap, name, partitions);
    }

    /// Waits until all of a topic is in objects, and nothing on the disks.
    static void awaitNothingLocal(String bootstrap, String topic, int partitions) {
        awaitTiered(bootstrap, topic, partitions);
        await().atMost(TIERED_MAX)
                .untilAsserted(() ->
                        assertThat(
                                        offsets(
                                                bootstrap,
                                                topic,
                                                partitions,
                                                new OffsetSpec.EarliestLocalSpec()))
                                .isEqualTo(
                                        offsets(
                                                bootstrap,
                                                topic,
                                                partitions,
                                                OffsetSpec.latest())));
    }

    void awaitTiered(String bootstrap) {
        awaitTiered(bootstrap, name, partitions);
    }

    /// Waits until all of a topic is in objects, wherever else it is.
    private static void awaitTiered(String bootstrap, String topic, int partitions) {
        await().atMost(TIERED_MAX)
                .untilAsserted(() -> {
                    Map<TopicPartition, Long> lasts =
                            offsets(bootstrap, topic, partitions, OffsetSpec.latest());
                    lasts.replaceAll((_, end) -> end - 1);
                    assertThat(
                                    offsets(
                                            bootstrap,
                                            topic,
                                            partitions,
                                            new OffsetSpec.LatestTieredSpec()))
                            .isEqualTo(lasts);
                });
    }

    private static Map<TopicPartition, Long> offsets(
            String bootstrap, String topic, int partitions, OffsetSpec which) throws Exception {
        try (Admin admin = Clients.admin(bootstrap)) {
            Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
            Clients.partitions(topic, partitions).forEach(each -> asked.put(each, which));
            Map<TopicPartition, Long> offsets = new HashMap<>();
            admin.listOffsets(asked)
                    .all()
                    .get()
                    .forEach((partition, found) -> offsets.put(partition, found.offset()));
            return offsets;
        }
    }

    private static long checksum(byte[] value) {
        CRC32C crc = new CRC32C();
        crc.update(value);
        return crc.getValue();
    }
}
