package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RetriableException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// Storage nodes on small volumes come, go and come again, disks grow and shrink, while fifty
/// topics are written to as fast as it goes: each volume stays within its target and a segment,
/// each topic within its budget and a segment, nobody resizes anything, and who stays within his
/// share loses nothing.
///
/// Not run by itself: `-Dquafka.retention.seconds=300` says for how long, in all.
@Tag("broker")
@EnabledIfSystemProperty(named = "quafka.retention.seconds", matches = "\\d+")
class RetentionNodesTest {
    private static final int VOLUME_MIB = 80;
    private static final int GROWN_MIB = 104;
    private static final int SHRUNKEN_MIB = 92;
    private static final long MIB = 1L << 20;
    private static final int TOPICS = 40;
    private static final int LATE_TOPICS = 10;
    private static final int RECORD_BYTES = 8000;

    /// Less than its topic has room for.
    private static final int KEPT_MAX = 300;

    private static final Duration SETTLED_MAX = Duration.ofMinutes(2);
    private static final String PERCENT = "local.retention.percent";

    private static final Map<String, String> IMPATIENT =
            Map.of(
                    "enable.idempotence", "false",
                    "retries", "0",
                    "linger.ms", "5",
                    "batch.size", "65536",
                    "buffer.memory", "4194304",
                    "metadata.max.age.ms", "1000",
                    "delivery.timeout.ms", "3000",
                    "request.timeout.ms", "2500",
                    "max.block.ms", "3000");

    /// Each of the stretches between two events.
    private final Duration stretch =
            Duration.ofSeconds(Math.max(1, Long.getLong("quafka.retention.seconds", 0) / 5));

    @TempDir private Path directory;

    private final List<BrokerProcess> processes = new ArrayList<>();
    private final List<SmallVolume> volumes = new ArrayList<>();
    private final AtomicLong acknowledged = new AtomicLong();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final List<byte[]> kept = new ArrayList<>();
    private volatile int topics = TOPICS;
    private volatile boolean stopped;

    @AfterEach
    void stopAll() throws Exception {
        processes.reversed().forEach(BrokerProcess::close);
        for (SmallVolume volume : volumes) {
            volume.close();
        }
    }

    private BrokerProcess start(String role, String members, Path data) throws Exception {
        Path own = Files.createDirectory(directory.resolve(role + processes.size()));
        BrokerProcess process =
                BrokerProcess.start(
                        BrokerOptions.in(own)
                                .withRole(role)
                                .withData(data.resolve("data"))
                                .withHeapMib(128)
                                .withSmallSegments()
                                .with("storage.index.memtable.bytes", "1MiB")
                                .with("controller.session.timeout", "3s")
                                .with("auto.create.topics.enable", "false")
                                .with("controller.members", members));
        processes.add(process);
        return process;
    }

    private BrokerProcess startStorage(String members) throws Exception {
        Path folder = Files.createDirectory(directory.resolve("volume" + volumes.size()));
        SmallVolume volume = SmallVolume.mount(folder, VOLUME_MIB);
        volumes.add(volume);
        return start("storage", members, volume.folder());
    }

    @Test
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    void budgetsHoldWhileNodesAndDisksComeAndGo() throws Exception {
        String members = "1@127.0.0.1:" + Ports.free();
        start("controller", members, Files.createDirectory(directory.resolve("c")));
        BrokerProcess first = startStorage(members);
        BrokerProcess gateway =
                start("gateway", members, Files.createDirectory(directory.resolve("g")));
        create(gateway, 0, TOPICS);
        Clients.createTopic(gateway.bootstrap(), "kept", 1, Map.of(PERCENT, "12"));
        try (BudgetWatch watch = new BudgetWatch(gateway.bootstrap(), MIB)) {
            awaitCapacity(watch, 1, VOLUME_MIB);
            watch.add(volumes.getFirst()).start();
            Thread writer = Thread.ofVirtual().start(() -> write(gateway));
            produce(gateway, watch, 40);
            BrokerProcess second = startStorage(members);
            awaitCapacity(watch, 2, VOLUME_MIB);
            watch.add(volumes.getLast());
            create(gateway, TOPICS, TOPICS + LATE_TOPICS);
            topics = TOPICS + LATE_TOPICS;
            grow(gateway);
            produce(gateway, watch, 16);
            second.terminate();
            produce(gateway, watch, 2);
            processes.add(second.restart());
            volumes.getFirst().resize(GROWN_MIB);
            awaitCapacity(watch, 2, (VOLUME_MIB + GROWN_MIB) / 2);
            produce(gateway, watch, 6);
            shrink(watch);
            produce(gateway, watch, 6);
            stopped = true;
            assertThat(writer.join(Duration.ofSeconds(40))).isTrue();
            assertThat(failures).isEmpty();
            assertThat(watch.failures()).isEmpty();
            assertThat(watch.hasLooked()).isTrue();
            System.out.printf(
                    "produced %d MiB onto volumes of %d MiB; most used of one %d MiB%n",
                    acknowledged.get() / MIB, VOLUME_MIB, watch.mostUsed() / MIB);
        }
        assertThat(Metrics.read(first, "quafka_storage_budget_trimmed_bytes_total"))
                .isGreaterThan(MIB);
        for (BrokerProcess process : processes) {
            process.requireNoAlarms();
        }
        assertThat(Clients.readAll(gateway.bootstrap(), Clients.partitions("kept", 1)))
                .extracting(ConsumerRecord::value)
                .containsExactlyElementsOf(kept);
    }

    private static void create(BrokerProcess gateway, int from, int to) throws Exception {
        List<NewTopic> created = new ArrayList<>();
        for (int i = from; i < to; i++) {
            created.add(
                    new NewTopic("busy-" + i, 1 + i % 2, (short) 1)
                            .configs(Map.of(PERCENT, i == 0 ? "20" : "1")));
        }
        try (Admin admin = Clients.admin(gateway.bootstrap())) {
            admin.createTopics(created).all().get();
        }
    }

    private static void grow(BrokerProcess gateway) throws Exception {
        try (Admin admin = Clients.admin(gateway.bootstrap())) {
            admin.createPartitions(
                            Map.of(
                                    "busy-0", NewPartitions.increaseTo(4),
                                    "busy-1", NewPartitions.increaseTo(4)))
                    .all()
                    .get();
        }
    }

    /// Nobody says anything: the controller has heard of the disks.
    ///
    /// @param mib of each node's volume on average
    private static void awaitCapacity(BudgetWatch watch, int nodes, int mib) {
        long expected = nodes * mib * MIB * 8 / 10;
        await().atMost(SETTLED_MAX)
                .ignoreExceptions()
                .untilAsserted(() ->
                        assertThat(BudgetWatch.number(watch.status(), "capacityBytes"))
                                .isBetween(expected * 98 / 100, expected));
    }

    /// The first volume becomes smaller than it was, and has more on it than it may: it comes down
    /// by itself.
    private void shrink(BudgetWatch watch) throws Exception {
        watch.shrink(volumes.getFirst(), SHRUNKEN_MIB);
        awaitCapacity(watch, 2, (VOLUME_MIB + SHRUNKEN_MIB) / 2);
    }

    /// Fast writing goes on in the background; here, slowly, to the topic that must lose nothing.
    ///
    /// @param mib that must be written fast meanwhile, at least: enough to be at the budgets, then
    ///   to see them change
    private void produce(BrokerProcess gateway, BudgetWatch watch, int mib) throws Exception {
        long until = System.nanoTime() + stretch.toNanos();
        long before = acknowledged.get();
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(gateway.bootstrap(), Map.of())) {
            while ((System.nanoTime() < until || acknowledged.get() - before < mib * MIB)
                    && watch.failures().isEmpty()
                    && failures.isEmpty()) {
                if (kept.size() < KEPT_MAX) {
                    byte[] value = new byte[RECORD_BYTES];
                    new java.util.Random(kept.size()).nextBytes(value);
                    producer.send(new ProducerRecord<>("kept", 0, null, value)).get();
                    kept.add(value);
                }
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }

    private void write(BrokerProcess gateway) {
        SplittableRandom random = new SplittableRandom(3);
        byte[] value = new byte[RECORD_BYTES];
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(gateway.bootstrap(), IMPATIENT)) {
            while (!stopped) {
                random.nextBytes(value);
                int topic = (int) (topics * Math.pow(random.nextDouble(), 2));
                producer.send(
                        new ProducerRecord<>("busy-" + topic, value.clone()),
                        (_, failure) -> {
                            if (failure == null) {
                                acknowledged.addAndGet(RECORD_BYTES);
                            } else if (!(failure instanceof RetriableException)) {
                                failures.add(failure);
                            }
                        });
            }
        } catch (RuntimeException e) {
            failures.add(e);
        }
    }
}
