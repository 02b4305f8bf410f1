package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
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
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Fifty topics with shares of a small volume, written to as fast as it goes while topics,
/// partitions and shares come and go: what the volume holds stays within the target and a segment,
/// each topic within its budget and a segment, the process lives, and nobody loses what his share
/// has room for. One topic is tiered to a directory on the same volume, at several times its
/// budget: it loses nothing.
///
/// Longer: `-Dquafka.retention.seconds=300`.
@Tag("broker")
@Order(1)
class RetentionPercentTest {
    private static final int VOLUME_MIB = 112;
    private static final long MIB = 1L << 20;
    private static final int TOPICS = 50;
    private static final int RECORD_BYTES = 8000;
    private static final int WRITERS = 3;

    private static final int TARGET_PERCENT = 80;

    /// Of what may be filled, for the objects of the one topic that is tiered.
    private static final int OBJECTS_PERCENT = 25;

    private static final long SEGMENT_BYTES = MIB;

    /// Goes on until so much was produced, ...
    private static final long PRODUCED_BYTES = VOLUME_MIB * MIB;

    /// ... or so long on a slow machine, where ...
    private static final Duration TIME_MAX = Duration.ofSeconds(90);

    /// ... it must be so much at least.
    private static final long PRODUCED_BYTES_MIN = VOLUME_MIB * MIB / 2;

    /// What the two topics that must lose nothing get: less than they have room for.
    private static final int SLOW_RECORDS_MAX = 250;

    private static final int PLAIN_RECORDS_MAX = 100;

    /// What the tiered topic gets: several times its budget, and less than objects have room for.
    private static final int TIERED_RECORDS_MAX = 1500;

    private static final int TIERED_AT_ONCE = 20;

    private static final String PERCENT = "local.retention.percent";
    private static final String TIERED = "remote.storage.enable";

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
                .with("tiering.store", "directory")
                .with("tiering.directory.percent", Integer.toString(OBJECTS_PERCENT))
                .with("tiering.interval", "100ms")
                .with("tiering.seal.after", "2s")
                .with("auto.create.topics.enable", "false");
    }

    /// Others have two thirds of the volume: a quarter of the rest is for objects, not of the
    /// whole.
    @Test
    void objectsHaveTheirPartOfWhatOthersLeave() throws Exception {
        int left = VOLUME_MIB / 3;
        Files.write(volume.folder().resolve("others"), new byte[(int) ((VOLUME_MIB - left) * MIB)]);
        try (BrokerProcess broker = BrokerProcess.start(options());
                BudgetWatch watch = new BudgetWatch(broker.bootstrap(), SEGMENT_BYTES)) {
            await().atMost(Duration.ofSeconds(30))
                    .ignoreExceptions()
                    .untilAsserted(() ->
                            assertThat(BudgetWatch.number(watch.status(), "capacityBytes"))
                                    .isBetween(left * MIB / 3, left * MIB * 3 / 4));
            broker.terminate();
        }
    }

    @Test
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    void whatIsUsedStaysWithinTheTargetWhateverIsProduced() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(options())) {
            createTopics(broker);
            awaitBudgets(broker);
            List<byte[]> slow = new ArrayList<>();
            List<byte[]> plain = new ArrayList<>();
            List<byte[]> tiered = new ArrayList<>();
            List<Thread> threads = new ArrayList<>();
            try (BudgetWatch watch = new BudgetWatch(broker.bootstrap(), SEGMENT_BYTES)) {
                watch.add(volume).start();
                for (int i = 0; i < WRITERS; i++) {
                    int seed = i;
                    threads.add(Thread.ofVirtual().start(() -> write(broker, seed)));
                }
                change(broker, watch, slow, plain, tiered);
                stopped = true;
                for (Thread thread : threads) {
                    assertThat(thread.join(Duration.ofSeconds(40))).isTrue();
                }
                assertThat(failures).isEmpty();
                assertThat(tiered).hasSize(TIERED_RECORDS_MAX);
                fillObjects(broker, tiered);
                assertThat(watch.failures()).isEmpty();
                assertThat(watch.hasLooked()).isTrue();
                System.out.printf(
                        "produced %d MiB onto a volume of %d MiB; most used %d MiB of %d MiB%n",
                        acknowledged.get() / MIB,
                        VOLUME_MIB,
                        watch.mostUsed() / MIB,
                        VOLUME_MIB * TARGET_PERCENT / 100);
            }
            assertThat(broker.isAlive()).isTrue();
            broker.requireNoAlarms();
            assertThat(acknowledged.get()).isGreaterThan(PRODUCED_BYTES_MIN);
            assertThat(Metrics.read(broker, "quafka_storage_budget_trimmed_bytes_total"))
                    .isGreaterThan(MIB);
            assertKept(broker, "slow", slow);
            assertKept(broker, "plain", plain);
            assertKept(broker, "tiered", tiered);
            assertEndsReadable(broker);
            broker.terminate();
        }
    }

    /// Half of the disk for the busy ones, one at a time more than the other.
    private void createTopics(BrokerProcess broker) throws Exception {
        List<NewTopic> topics = new ArrayList<>();
        topics.add(
                new NewTopic("slow", 1, (short) 1).configs(Map.of(PERCENT, "10", TIERED, "false")));
        topics.add(new NewTopic("plain", 1, (short) 1).configs(Map.of(TIERED, "false")));
        topics.add(new NewTopic("tiered", 1, (short) 1).configs(Map.of(PERCENT, "4")));
        for (int i = 0; i < TOPICS - 2; i++) {
            topics.add(busy(i, 1 + i % 3, i == 0 ? "20" : "1"));
        }
        try (Admin admin = Clients.admin(broker.bootstrap())) {
            admin.createTopics(topics).all().get();
        }
    }

    private static NewTopic busy(int i, int partitions, String percent) {
        return new NewTopic(busy(i), partitions, (short) 1)
                .configs(Map.of(PERCENT, percent, TIERED, "false"));
    }

    private static String busy(int i) {
        return "busy-" + i;
    }

    private static void awaitBudgets(BrokerProcess broker) {
        await().atMost(Duration.ofMinutes(3))
                .ignoreExceptions()
                .until(() -> Metrics.read(broker, "quafka_storage_disk_capacity_bytes") > 0);
    }

    /// Until objects have filled what is kept for them, and the topic its budget: then it is
    /// refused, though it has a percentage, for nothing of it may go that is not tiered.
    private static void fillObjects(BrokerProcess broker, List<byte[]> sent) throws Exception {
        long before = sent.size();
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(broker.bootstrap(), IMPATIENT)) {
            while ((sent.size() - before) * RECORD_BYTES < VOLUME_MIB * MIB / 2) {
                List<byte[]> values = new ArrayList<>();
                List<Future<RecordMetadata>> answers = new ArrayList<>();
                for (int i = 0; i < TIERED_AT_ONCE; i++) {
                    values.add(value(sent.size() + i));
                    answers.add(
                            producer.send(
                                    new ProducerRecord<>("tiered", 0, null, values.getLast())));
                }
                boolean refused = false;
                for (int i = 0; i < TIERED_AT_ONCE; i++) {
                    try {
                        answers.get(i).get();
                        sent.add(values.get(i));
                    } catch (ExecutionException e) {
                        assertThat(e.getCause()).isInstanceOf(RetriableException.class);
                        refused = true;
                    }
                }
                if (refused && isFilled(broker)) {
                    return;
                }
            }
        }
        throw new AssertionError("never refused");
    }

    private static boolean isFilled(BrokerProcess broker) throws Exception {
        double most = Metrics.read(broker, "quafka_tiering_directory_capacity_bytes");
        double expected = VOLUME_MIB * MIB * TARGET_PERCENT / 100.0 * OBJECTS_PERCENT / 100;
        assertThat(most).isBetween(expected - 1024, expected);
        return Metrics.read(broker, "quafka_tiering_directory_bytes") > most - 2 * MIB;
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
    private void change(
            BrokerProcess broker,
            BudgetWatch watch,
            List<byte[]> slow,
            List<byte[]> plain,
            List<byte[]> tiered)
            throws Exception {
        SplittableRandom random = new SplittableRandom(11);
        long begin = System.nanoTime();
        try (Admin admin = Clients.admin(broker.bootstrap());
                KafkaProducer<byte[], byte[]> producer =
                        Clients.producer(broker.bootstrap(), Map.of())) {
            int step = 0;
            Future<RecordMetadata> lastTiered = null;
            while ((isUnfinished(System.nanoTime() - begin) || tiered.size() < TIERED_RECORDS_MAX)
                    && failures.isEmpty()
                    && watch.failures().isEmpty()) {
                if (slow.size() < SLOW_RECORDS_MAX) {
                    send(producer, "slow", slow);
                }
                if (plain.size() < PLAIN_RECORDS_MAX) {
                    send(producer, "plain", plain);
                }
                for (int i = 0; i < TIERED_AT_ONCE && tiered.size() < TIERED_RECORDS_MAX; i++) {
                    tiered.add(value(tiered.size()));
                    lastTiered =
                            producer.send(
                                    new ProducerRecord<>("tiered", 0, null, tiered.getLast()));
                }
                if (lastTiered != null) {
                    lastTiered.get();
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
        byte[] value = value(sent.size());
        producer.send(new ProducerRecord<>(topic, 0, null, value)).get();
        sent.add(value);
    }

    private static byte[] value(int seed) {
        byte[] value = new byte[RECORD_BYTES];
        new java.util.Random(seed).nextBytes(value);
        ByteBuffer.wrap(value).putInt(seed);
        return value;
    }

    private static int seedOf(byte[] value) {
        return ByteBuffer.wrap(value).getInt();
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
        List<ConsumerRecord<byte[], byte[]>> records =
                Clients.readAll(broker.bootstrap(), Clients.partitions(topic, 1));
        // Seeds first: they say what is missing, without megabytes of values.
        assertThat(records.stream().map(record -> seedOf(record.value())).toList())
                .as(topic)
                .isEqualTo(sent.stream().map(RetentionPercentTest::seedOf).toList());
        for (int i = 0; i < sent.size(); i++) {
            assertThat(Arrays.equals(records.get(i).value(), sent.get(i)))
                    .as("record %d of %s", i, topic)
                    .isTrue();
        }
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
