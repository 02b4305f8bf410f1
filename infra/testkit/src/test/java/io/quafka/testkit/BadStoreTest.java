package io.quafka.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.s3server.FaultyLink;
import io.quafka.s3server.FaultyLink.Mode;
import io.quafka.s3server.S3Faults.Kind;
import io.quafka.s3server.S3Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An S3 that misbehaves, behind a network that does, and a broker that is killed: producing goes
/// on on the local disk, nothing is lost, and once all is well again nothing is left over.
@Tag("broker")
class BadStoreTest {
    private static final String TOPIC = "history";
    private static final int PARTITIONS = 3;
    private static final int RECORD_BYTES = 10_000;
    private static final Duration WITHIN = Duration.ofSeconds(120);

    @TempDir private Path directory;

    private final Map<TopicPartition, List<Long>> acknowledged = new HashMap<>();
    private final Random random = new Random(42);
    private S3Server server;
    private FaultyLink link;

    @BeforeEach
    void start() throws Exception {
        server = S3Server.inMemory();
        link = FaultyLink.to(server.port());
    }

    @AfterEach
    void stop() throws Exception {
        link.close();
        server.close();
    }

    private BrokerOptions options(String secretKey) throws Exception {
        Path secret = Files.writeString(directory.resolve("secret"), secretKey);
        return BrokerOptions.in(directory)
                .withSmallSegments()
                .with("tiering.store", "s3")
                .with("tiering.s3.bucket", S3Server.BUCKET)
                .with("tiering.s3.prefix", "tests/")
                .with("tiering.s3.endpoint", "http://127.0.0.1:" + link.port())
                .with("tiering.s3.path.style", "true")
                .with("tiering.s3.access.key", S3Server.ACCESS_KEY)
                .with("tiering.s3.secret.key.file", secret.toString())
                .with("tiering.interval", "100ms")
                .with("tiering.seal.after", "300ms")
                .with("tiering.backup.interval", "200ms")
                .with("tiering.sweep.interval", "1s")
                .with("tiering.sweep.age", "10s")
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

    private void assertAllThere(String bootstrap) {
        Map<TopicPartition, List<Long>> read = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record :
                Clients.readAll(bootstrap, Clients.partitions(TOPIC, PARTITIONS))) {
            read.computeIfAbsent(
                            new TopicPartition(TOPIC, record.partition()), _ -> new ArrayList<>())
                    .add(checksum(record.value()));
        }
        assertThat(read).isEqualTo(acknowledged);
    }

    private static Map<TopicPartition, Long> offsets(String bootstrap, OffsetSpec which)
            throws Exception {
        try (Admin admin = Clients.admin(bootstrap)) {
            Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
            Clients.partitions(TOPIC, PARTITIONS).forEach(each -> asked.put(each, which));
            Map<TopicPartition, Long> offsets = new HashMap<>();
            admin.listOffsets(asked)
                    .all()
                    .get()
                    .forEach((partition, found) -> offsets.put(partition, found.offset()));
            return offsets;
        }
    }

    private static void awaitSame(String bootstrap, OffsetSpec which, long beforeEnd) {
        await().atMost(WITHIN)
                .untilAsserted(() -> {
                    Map<TopicPartition, Long> ends = offsets(bootstrap, OffsetSpec.latest());
                    ends.replaceAll((_, end) -> end - beforeEnd);
                    assertThat(offsets(bootstrap, which)).isEqualTo(ends);
                });
    }

    private static void create(String bootstrap) throws Exception {
        Clients.createTopic(
                bootstrap,
                TOPIC,
                PARTITIONS,
                Map.of("retention.ms", "-1", "local.retention.bytes", "0"));
    }

    private List<String> objects() {
        return server.keys("tests/").stream().filter(key -> key.contains("/shard-")).toList();
    }

    @Test
    void producingGoesOnNothingIsLostAndNothingIsLeftOver() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(options(S3Server.SECRET_KEY))) {
            create(broker.bootstrap());
            fill(broker.bootstrap(), 150);
            awaitSame(broker.bootstrap(), new OffsetSpec.EarliestLocalSpec(), 0);
            for (Mode mode : List.of(Mode.RESET, Mode.HANG, Mode.SLOW, Mode.ANSWERS_LOST)) {
                link.set(mode);
                fill(broker.bootstrap(), 150);
            }
            link.set(Mode.PASS);
            server.faults().expect(Kind.SLOW_DOWN, 12);
            server.faults().expect(Kind.LOST_ANSWER, 4);
            server.faults().expect(Kind.PARTIAL_DELETE, 2);
            for (int cut = 0; cut < 3; cut++) {
                link.cutAfter(300_000);
                fill(broker.bootstrap(), 60);
            }
            awaitSame(broker.bootstrap(), new OffsetSpec.EarliestLocalSpec(), 0);
            assertThat(server.faults().happened()).isPositive();
            assertThat(Metrics.read(broker, "quafka_tiering_failures_total")).isPositive();
            assertAllThere(broker.bootstrap());

            Clients.deleteTopic(broker.bootstrap(), TOPIC);
            await().atMost(WITHIN)
                    .untilAsserted(() -> {
                        assertThat(objects()).isEmpty();
                        assertThat(server.uploadsGoingOn()).isZero();
                    });
            broker.terminate();
        }
    }

    @Test
    void aKillBetweenCommitAndLocalDropLosesNothing() throws Exception {
        BrokerOptions options = options(S3Server.SECRET_KEY);
        BrokerOptions nothingLeaves = options.with("storage.retention.interval", "1h");
        try (BrokerProcess broker = BrokerProcess.start(nothingLeaves)) {
            create(broker.bootstrap());
            fill(broker.bootstrap(), 300);
            awaitSame(broker.bootstrap(), new OffsetSpec.LatestTieredSpec(), 1);
            broker.kill9();
        }
        try (BrokerProcess again = BrokerProcess.start(options)) {
            assertAllThere(again.bootstrap());
            awaitSame(again.bootstrap(), new OffsetSpec.EarliestLocalSpec(), 0);
            assertAllThere(again.bootstrap());
            again.kill9();
        }
        // Not who we are any more: what is on the disk goes on, and waits.
        try (BrokerProcess denied = BrokerProcess.start(options("another secret"))) {
            fill(denied.bootstrap(), 60);
            await().atMost(WITHIN)
                    .until(() -> Metrics.read(denied, "quafka_tiering_failures_total") > 0);
            fill(denied.bootstrap(), 60);
            denied.kill9();
        }
        try (BrokerProcess last = BrokerProcess.start(options(S3Server.SECRET_KEY))) {
            awaitSame(last.bootstrap(), new OffsetSpec.EarliestLocalSpec(), 0);
            assertAllThere(last.bootstrap());
            Clients.deleteTopic(last.bootstrap(), TOPIC);
            await().atMost(WITHIN).untilAsserted(() -> assertThat(objects()).isEmpty());
        }
    }
}
