package io.quafka.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Throws mutated requests of every API at a whole running broker.
///
/// `-Dquafka.fuzz.frames=1000000` throws more, `-Dquafka.fuzz.seed=7` others. After each frame the
/// client asks a question: either it is answered, or the connection is closed.
@Tag("broker")
class BrokerFuzzTest {
    private static final long FRAMES = Long.getLong("quafka.fuzz.frames", 30_000);
    private static final long SEED = Long.getLong("quafka.fuzz.seed", 20_261_122);
    private static final int CLIENTS = 4;
    private static final int PROBE_ID = 0x600d_1dea;
    private static final Duration ANSWER_MAX = Duration.ofSeconds(5);
    private static final List<String> TOPICS = List.of("fuzzed-a", "fuzzed-b", "absent");

    /// Kafka's APIs, served or not: those that are not close the connection.
    private static final List<ApiKeys> ALL_APIS = List.copyOf(ApiKeys.brokerApis());

    /// One frame in so many is of any API, the rest of those that are served.
    private static final int ANY_API_ONE_IN = 20;

    @TempDir private Path directory;

    private List<ApiKeys> served = List.of();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong thrown = new AtomicLong();
    private final AtomicLong survived = new AtomicLong();
    private final AtomicLong closed = new AtomicLong();
    private final AtomicLong unanswered = new AtomicLong();
    private final AtomicBoolean done = new AtomicBoolean();

    @Test
    @Timeout(value = 3, unit = TimeUnit.HOURS)
    void mutatedFramesHarmNobody() throws Exception {
        BrokerOptions options = BrokerOptions.in(directory).withSmallSegments().withHeapMib(192);
        try (BrokerProcess broker = BrokerProcess.start(options)) {
            List<Uuid> ids = createTopics(broker.bootstrap());
            served = served(broker.port());
            Thread healthy = Thread.ofPlatform().start(() -> beHealthy(broker.bootstrap()));
            List<Thread> clients =
                    IntStream.range(0, CLIENTS)
                            .mapToObj(i -> hostile(broker.port(), new Random(SEED + i), ids))
                            .toList();
            for (Thread client : clients) {
                client.join();
            }
            done.set(true);
            healthy.join();
            assertThat(failures)
                    .as("seed %d after %d frames\n%s", SEED, thrown.get(), broker.lastErrors())
                    .isEmpty();
            assertThat(broker.isAlive()).isTrue();
            requireNoAlarms(broker);
            assertThat(survived.get()).as("answered").isGreaterThan(FRAMES / 4);
            assertThat(closed.get()).as("closed").isGreaterThan(FRAMES / 100);
            assertThat(unanswered.get()).as("still waiting").isLessThan(1 + FRAMES / 200);
            broker.terminate();
            requireNoAlarms(broker);
            try (BrokerProcess again = broker.restart()) {
                again.requireNoAlarms();
                again.terminate();
            }
        }
    }

    /// Kafka's coordinator calls it an error if a topic goes while groups are being loaded.
    private static void requireNoAlarms(BrokerProcess broker) {
        assertThat(broker.alarms())
                .as(broker.lastErrors())
                .allMatch(alarm -> alarm.contains("The coordinator is loading"));
    }

    private static List<Uuid> createTopics(String bootstrap) throws Exception {
        Clients.createTopic(bootstrap, "healthy", 1, Map.of());
        List<Uuid> ids = new ArrayList<>();
        for (String topic : TOPICS.subList(0, 2)) {
            Clients.createTopic(bootstrap, topic, 3, Map.of());
            try (Admin admin = Clients.admin(bootstrap)) {
                var described = admin.describeTopics(List.of(topic)).allTopicNames().get();
                ids.add(requireNonNull(described.get(topic)).topicId());
            }
        }
        return ids;
    }

    private void beHealthy(String bootstrap) {
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(bootstrap, Map.of())) {
            for (long i = 0; !done.get(); i++) {
                long offset =
                        producer.send(new ProducerRecord<>("healthy", Clients.bytes("" + i)))
                                .get(30, TimeUnit.SECONDS)
                                .offset();
                assertThat(offset).isEqualTo(i);
            }
            List<String> read =
                    Clients.readAll(bootstrap, Clients.partitions("healthy", 1)).stream()
                            .map(record -> Clients.text(record.value()))
                            .toList();
            assertThat(read).isNotEmpty();
            for (int i = 0; i < read.size(); i++) {
                assertThat(read.get(i)).isEqualTo("" + i);
            }
        } catch (Exception | AssertionError e) {
            failures.add(e);
        }
    }

    private Thread hostile(int port, Random random, List<Uuid> ids) {
        RequestGenerator requests = new RequestGenerator(random, TOPICS, ids);
        FrameMutator mutator = new FrameMutator(random);
        return Thread.startVirtualThread(() -> {
            try {
                while (thrown.get() < FRAMES && failures.isEmpty()) {
                    converse(port, random, requests, mutator);
                }
            } catch (IOException | RuntimeException | AssertionError e) {
                failures.add(e);
            }
        });
    }

    /// One connection, for as long as it lasts.
    private void converse(int port, Random random, RequestGenerator requests, FrameMutator mutator)
            throws IOException {
        try (FrameClient client = new FrameClient(port, ANSWER_MAX)) {
            boolean open = true;
            while (open && thrown.getAndIncrement() < FRAMES) {
                byte[] frame = requests.frame(pick(random));
                byte[] other = requests.frame(pick(random));
                open = survives(client, mutator.mutate(frame, other));
            }
        }
    }

    private ApiKeys pick(Random random) {
        List<ApiKeys> from = random.nextInt(ANY_API_ONE_IN) == 0 ? ALL_APIS : served;
        return from.get(random.nextInt(from.size()));
    }

    private static List<ApiKeys> served(int port) throws IOException {
        try (FrameClient client = new FrameClient(port, ANSWER_MAX)) {
            client.send(ApiKeys.API_VERSIONS, (short) 0, 1, new ApiVersionsRequestData());
            return client
                    .read(ApiKeys.API_VERSIONS, (short) 0, 1, new ApiVersionsResponseData())
                    .apiKeys()
                    .stream()
                    .map(listed -> ApiKeys.forId(listed.apiKey()))
                    .toList();
        }
    }

    /// True when the connection is open after the frame.
    private boolean survives(FrameClient client, byte[] frame) throws IOException {
        try {
            client.send(frame);
            if (!FrameMutator.isWhole(frame)) {
                client.finish();
                while (!client.isClosedByServer()) {
                    // An answer to the part of it that was a frame.
                }
                closed.incrementAndGet();
                return false;
            }
            client.send(ApiKeys.API_VERSIONS, (short) 0, PROBE_ID, new ApiVersionsRequestData());
            ByteBuffer answer = client.read();
            while (answer.getInt(0) != PROBE_ID) {
                answer = client.read();
            }
            survived.incrementAndGet();
            return true;
        } catch (EOFException | SocketException e) {
            closed.incrementAndGet();
            return false;
        } catch (SocketTimeoutException e) {
            // A long poll whose wait was mutated: it may last.
            unanswered.incrementAndGet();
            return false;
        }
    }
}
