package io.quafka.testkit;

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
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RetriableException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A data directory on a volume of its own that runs full: produces are refused with an error that
/// clients retry, reads go on, and the service comes back with the space, without a restart.
@Tag("broker")
class DiskFullTest {
    private static final int VOLUME_MIB = 96;
    private static final int RECORD_BYTES = 100_000;

    /// What a topic that was refused may still add: it is told anew at each look at the disk what
    /// little it may have, and what others gave up meanwhile.
    private static final long MORE_BYTES_MAX = 4 << 20;

    /// Asks once and tells what it heard.
    private static final Map<String, String> ONE_TRY =
            Map.of("enable.idempotence", "false", "retries", "0", "batch.size", "1");

    @TempDir private Path directory;

    private SmallVolume volume;

    @BeforeEach
    void mount() throws Exception {
        volume = SmallVolume.mount(Files.createDirectory(directory.resolve("volume")), VOLUME_MIB);
    }

    @AfterEach
    void unmount() throws Exception {
        if (volume != null) {
            volume.close();
        }
    }

    private BrokerOptions options() {
        return BrokerOptions.in(directory)
                .withData(volume.folder().resolve("data"))
                .withSmallSegments()
                .with("storage.index.memtable.bytes", "1MiB")
                .with("storage.retention.interval", "200ms");
    }

    @Test
    void comesBackWhenATopicIsDeleted() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(options())) {
            Clients.createTopic(broker.bootstrap(), "kept", 1, Map.of());
            Clients.createTopic(broker.bootstrap(), "ballast", 1, Map.of());
            List<byte[]> kept = fill(broker, "kept", 50);
            fill(broker, "ballast", 200);
            kept.addAll(fill(broker, "kept", Integer.MAX_VALUE));
            assertServesReadsOnly(broker, kept);
            Clients.deleteTopic(broker.bootstrap(), "ballast");
            awaitRoom(broker, kept);
            assertKept(broker, kept);
            broker.terminate();
        }
    }

    @Test
    void comesBackWhenRetentionIsShortened() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(options())) {
            Clients.createTopic(broker.bootstrap(), "kept", 1, Map.of());
            Clients.createTopic(broker.bootstrap(), "shortened", 1, Map.of());
            List<byte[]> kept = fill(broker, "kept", 50);
            fill(broker, "shortened", Integer.MAX_VALUE);
            kept.addAll(fill(broker, "kept", Integer.MAX_VALUE));
            assertServesReadsOnly(broker, kept);
            shorten(broker, "shortened");
            awaitRoom(broker, kept);
            assertKept(broker, kept);
            broker.terminate();
        }
    }

    @Test
    void startsOnAFullDiskAfterTerminationAndAfterAKill() throws Exception {
        BrokerProcess broker = BrokerProcess.start(options());
        try {
            Clients.createTopic(broker.bootstrap(), "kept", 1, Map.of());
            Clients.createTopic(broker.bootstrap(), "ballast", 1, Map.of());
            fill(broker, "ballast", 100);
            List<byte[]> kept = fill(broker, "kept", Integer.MAX_VALUE);
            broker.terminate();
            broker = broker.restart();
            assertKept(broker, kept);
            kept.addAll(fill(broker, "kept", Integer.MAX_VALUE));
            broker.kill9();
            broker = broker.restart();
            assertKept(broker, kept);
            Clients.deleteTopic(broker.bootstrap(), "ballast");
            awaitRoom(broker, kept);
            assertKept(broker, kept);
            broker.terminate();
        } finally {
            broker.close();
        }
    }

    /// Sends one record after the other until there are so many, or one is refused, which must be
    /// with an error to be retried.
    ///
    /// @return what was acknowledged
    private static List<byte[]> fill(BrokerProcess broker, String topic, int max) throws Exception {
        List<byte[]> acknowledged = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(broker.bootstrap(), ONE_TRY)) {
            while (acknowledged.size() < max) {
                byte[] value = value(acknowledged.size());
                try {
                    producer.send(new ProducerRecord<>(topic, 0, null, value)).get();
                } catch (ExecutionException e) {
                    assertThat(e.getCause())
                            .as(broker.lastErrors())
                            .isInstanceOf(RetriableException.class);
                    return acknowledged;
                }
                acknowledged.add(value);
                assertThat(acknowledged.size()).isLessThan(VOLUME_MIB * 11);
            }
        }
        return acknowledged;
    }

    private static byte[] value(int seed) {
        byte[] value = new byte[RECORD_BYTES];
        new java.util.Random(seed).nextBytes(value);
        return value;
    }

    /// @param kept what was acknowledged; to which comes what is meanwhile
    private static void assertServesReadsOnly(BrokerProcess broker, List<byte[]> kept)
            throws Exception {
        assertKept(broker, kept);
        List<byte[]> more = fill(broker, "kept", Integer.MAX_VALUE);
        assertThat((long) more.size() * RECORD_BYTES).isLessThan(MORE_BYTES_MAX);
        kept.addAll(more);
        assertKept(broker, kept);
        assertThat(broker.isAlive()).isTrue();
        broker.requireNoAlarms();
    }

    private static void assertKept(BrokerProcess broker, List<byte[]> kept) {
        assertThat(Clients.readAll(broker.bootstrap(), Clients.partitions("kept", 1)))
                .extracting(record -> record.value())
                .containsExactlyElementsOf(kept);
    }

    private static void awaitRoom(BrokerProcess broker, List<byte[]> kept) {
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(broker.bootstrap(), ONE_TRY)) {
            await().atMost(Duration.ofSeconds(30))
                    .ignoreExceptionsInstanceOf(ExecutionException.class)
                    .untilAsserted(() -> {
                        byte[] value = value(kept.size());
                        producer.send(new ProducerRecord<>("kept", 0, null, value)).get();
                        kept.add(value);
                    });
        }
    }

    private static void shorten(BrokerProcess broker, String topic) throws Exception {
        try (Admin admin = Clients.admin(broker.bootstrap())) {
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
            AlterConfigOp change =
                    new AlterConfigOp(
                            new ConfigEntry("retention.ms", "1000"), AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(Map.of(resource, List.of(change))).all().get();
        }
    }
}
