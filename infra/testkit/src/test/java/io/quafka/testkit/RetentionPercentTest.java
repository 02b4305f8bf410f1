package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Fifty topics with shares of a small volume, written to as fast as it goes while topics,
/// partitions and shares come and go: what the volume holds stays within the target and a segment,
/// the process lives, and nobody loses what his share has room for.
///
/// Longer: `-Dquafka.retention.seconds=300`.
@Tag("broker")
class RetentionPercentTest {
    private static final int VOLUME_MIB = 128;
    private static final long MIB = 1L << 20;
    private static final int TOPICS = 50;
    private static final int RECORD_BYTES = 8000;
    private static final int WRITERS = 3;

    private static final int TARGET_PERCENT = 80;
    private static final long SEGMENT_BYTES = MIB;

    /// What the controller, and RocksDB's own log and manifest, may write between two looks of the
    /// node at its disk.
    private static final long UNSEEN_BYTES = MIB;

    /// Goes on until so much was produced, ...
    private static final long PRODUCED_BYTES = 2 * VOLUME_MIB * MIB;

    /// ... or so long on a slow machine, where ...
    private static final Duration TIME_MAX = Duration.ofSeconds(90);

    /// ... it must be so much at least.
    private static final long PRODUCED_BYTES_MIN = VOLUME_MIB * MIB / 2;

    /// What the two topics that must lose nothing get: less than they have room for.
    private static final int SLOW_RECORDS_MAX = 400;

    private static final int PLAIN_RECORDS_MAX = 100;

    private static final String PERCENT = "local.retention.percent";

    /// Refused records are not sent again: the next ones tell as much.
    private static final Map<String, String> IMPATIENT =
            Map.of(
                    "enable.idempotence", "false",
                    "retries", "0",
                    "linger.ms", "5",
                    "batch.size", "65536",
                    "buffer.memory", "8388608",
                    "delivery.timeout.ms", "20000",
                    "request.timeout.ms", "15000",
                    "max.block.ms", "20000");

    private final Duration duration =
            Duration.ofSeconds(Long.getLong("quafka.retention.seconds", 10));

    @TempDir private Path directory;

    private SmallVolume volume;
    private volatile boolean stopped;
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong mostUsed = new AtomicLong();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final Map<String, AtomicLong> ends = new ConcurrentHashMap<>();

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
                .with("auto.create.topics.enable", "false");
    }

    @Test
    void whatIsUsedStaysWithinTheTargetWhateverIsProduced() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(options())) {
            createTopics(broker);
            awaitBudgets(broker);
            List<byte[]> slow = new ArrayList<>();
            List<byte[]> plain = new ArrayList<>();
            List<Thread> threads = new ArrayList<>();
            threads.add(Thread.ofVirtual().start(this::watch));
            for (int i = 0; i < WRITERS; i++) {
                int seed = i;
                threads.add(Thread.ofVirtual().start(() -> write(broker, seed)));
            }
            change(broker, slow, plain);
            stopped = true;
            for (Thread thread : threads) {
                assertThat(thread.join(Duration.ofSeconds(40))).isTrue();
            }
            assertThat(failures).isEmpty();
            assertThat(broker.isAlive()).isTrue();
            broker.requireNoAlarms();
            System.out.printf(
                    "produced %d MiB onto a volume of %d MiB; most used %d MiB of %d MiB%n",
                    acknowledged.get() / MIB,
                    VOLUME_MIB,
                    mostUsed.get() / MIB,
                    VOLUME_MIB * TARGET_PERCENT / 100);
            assertThat(acknowledged.get()).isGreaterThan(PRODUCED_BYTES_MIN);
            assertThat(Metrics.read(broker, "quafka_storage_budget_trimmed_bytes_total"))
                    .isGreaterThan(MIB);
            assertKept(broker, "slow", slow);
            assertKept(broker, "plain", plain);
            assertEndsReadable(broker);
            broker.terminate();
        }
    }

    /// Half of the disk for the busy ones, one at a time more than the other.
    private void createTopics(BrokerProcess broker) throws Exception {
        List<NewTopic> topics = new ArrayList<>();
        topics.add(new NewTopic("slow", 1, (short) 1).configs(Map.of(PERCENT, "10")));
        topics.add(new NewTopic("plain", 1, (short) 1));
        for (int i = 0; i < TOPICS - 2; i++) {
            topics.add(busy(i, 1 + i % 3, i == 0 ? "20" : "1"));
        }
        try (Admin admin = Clients.admin(broker.bootstrap())) {
            admin.createTopics(topics).all().get();
        }
    }

    private static NewTopic busy(int i, int partitions, String percent) {
        return new NewTopic(busy(i), partitions, (short) 1).configs(Map.of(PERCENT, percent));
    }

    private static String busy(int i) {
        return "busy-" + i;
    }

    private static void awaitBudgets(BrokerProcess broker) {
        await().atMost(Duration.ofMinutes(3))
                .ignoreExceptions()
                .until(() -> Metrics.read(broker, "quafka_storage_disk_capacity_bytes") > 0);
    }

    /// All the way: what is used on the volume.
    private void watch() {
        long most = VOLUME_MIB * MIB * TARGET_PERCENT / 100 + SEGMENT_BYTES + UNSEEN_BYTES;
        try {
            FileStore store = Files.getFileStore(volume.folder());
            while (!stopped) {
                long used = store.getTotalSpace() - store.getUnallocatedSpace();
                mostUsed.accumulateAndGet(used, Math::max);
                if (used > most) {
                    failures.add(
                            new AssertionError(
                                    "%d bytes used, at most %d:%n%s"
                                            .formatted(used, most, volume.contents())));
                    return;
                }
                TimeUnit.MILLISECONDS.sleep(10);
            }
        } catch (IOException | InterruptedException e) {
            failures.add(e);
        }
    }

    private void write(BrokerProcess broker, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] value = new byte[RECORD_BYTES];
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(broker.bootstrap(), IMPATIENT)) {
            while (!stopped) {
                random.nextBytes(value);
                // A few get most.
                int topic = (int) ((TOPICS - 2) * Math.pow(random.nextDouble(), 3));
                producer.send(
                        new ProducerRecord<>(busy(topic), value.clone()),
                        (metadata, failure) -> {
                            if (failure == null) {
                                acknowledged.addAndGet(RECORD_BYTES);
                                ends.computeIfAbsent(
                                                metadata.topic() + " " + metadata.partition(),
                                                _ -> new AtomicLong())
                                        .accumulateAndGet(metadata.offset(), Math::max);
                            } else if (!(failure instanceof RetriableException)
                                    && !(failure instanceof UnknownTopicOrPartitionException)
                                    && !(failure instanceof UnknownTopicIdException)) {
                                failures.add(failure);
                            }
                        });
            }
        } catch (RuntimeException e) {
            if (!(e.getCause() instanceof RetriableException)) {
                failures.add(e);
            }
        }
    }

    /// Topics come and go, grow, and change their shares; two are written to slowly.
    private void change(BrokerProcess broker, List<byte[]> slow, List<byte[]> plain)
            throws Exception {
        SplittableRandom random = new SplittableRandom(11);
        long begin = System.nanoTime();
        try (Admin admin = Clients.admin(broker.bootstrap());
                KafkaProducer<byte[], byte[]> producer =
                        Clients.producer(broker.bootstrap(), Map.of())) {
            int step = 0;
            while (isUnfinished(System.nanoTime() - begin) && failures.isEmpty()) {
                if (slow.size() < SLOW_RECORDS_MAX) {
                    send(producer, "slow", slow);
                }
                if (plain.size() < PLAIN_RECORDS_MAX) {
                    send(producer, "plain", plain);
                }
                int topic = TOPICS - 3 - random.nextInt(20);
                switch (step++ % 12) {
                    case 3 -> {
                        admin.deleteTopics(List.of(busy(topic))).all().get();
                        ends.keySet().removeIf(key -> key.startsWith(busy(topic) + " "));
                        admin.createTopics(List.of(busy(topic, 2, "1"))).all().get();
                    }
                    case 7 -> grow(admin, topic);
                    case 11 -> alter(admin, topic, random.nextBoolean() ? "0.5" : "1");
                    default -> TimeUnit.MILLISECONDS.sleep(20);
                }
            }
        }
    }

    private boolean isUnfinished(long nanos) {
        boolean much = acknowledged.get() > PRODUCED_BYTES;
        return nanos < duration.toNanos() || (!much && nanos < TIME_MAX.toNanos());
    }

    private static void send(
            KafkaProducer<byte[], byte[]> producer, String topic, List<byte[]> sent)
            throws Exception {
        byte[] value = new byte[RECORD_BYTES];
        new java.util.Random(sent.size()).nextBytes(value);
        producer.send(new ProducerRecord<>(topic, 0, null, value)).get();
        sent.add(value);
    }

    private static void grow(Admin admin, int topic) throws Exception {
        int count =
                Objects.requireNonNull(
                                admin.describeTopics(List.of(busy(topic)))
                                        .allTopicNames()
                                        .get()
                                        .get(busy(topic)))
                        .partitions()
                        .size();
        admin.createPartitions(Map.of(busy(topic), NewPartitions.increaseTo(count + 1)))
                .all()
                .get();
    }

    private static void alter(Admin admin, int topic, String percent) throws Exception {
        admin.incrementalAlterConfigs(
                        Map.of(
                                new ConfigResource(ConfigResource.Type.TOPIC, busy(topic)),
                                List.of(
                                        new AlterConfigOp(
                                                new ConfigEntry(PERCENT, percent),
                                                AlterConfigOp.OpType.SET))))
                .all()
                .get();
    }

    private static void assertKept(BrokerProcess broker, String topic, List<byte[]> sent) {
        assertThat(Clients.readAll(broker.bootstrap(), Clients.partitions(topic, 1)))
                .extracting(ConsumerRecord::value)
                .containsExactlyElementsOf(sent);
    }

    /// The newest acknowledged record of the busiest topic's partition is there, and what lies
    /// before it has no gap.
    private void assertEndsReadable(BrokerProcess broker) {
        List<ConsumerRecord<byte[], byte[]>> records =
                Clients.readAll(broker.bootstrap(), Clients.partitions(busy(0), 1));
        AtomicLong end = Objects.requireNonNull(ends.get(busy(0) + " 0"));
        assertThat(records.getLast().offset()).isGreaterThanOrEqualTo(end.get());
        for (int i = 1; i < records.size(); i++) {
            assertThat(records.get(i).offset()).isEqualTo(records.get(i - 1).offset() + 1);
        }
        assertThat((long) records.size() * RECORD_BYTES).isGreaterThan(4 * MIB);
    }
}
