package io.quafka.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Each role is a process of its own: one controller, one storage node, and two gateways, each in a
/// zone of its own. Groups go on without either gateway, and clients reach the one in their zone.
@Tag("broker")
@Order(1)
class SeparateRolesTest {
    private static final Duration SETTLED_MAX = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final int PARTITIONS = 4;
    private static final int RECORDS = 40;

    @TempDir private static Path directory;

    private static final List<BrokerProcess> PROCESSES = new ArrayList<>();
    private static final List<BrokerProcess> GATEWAYS = new ArrayList<>();
    private static int topics;

    private String topic = "";

    @BeforeAll
    static void startAll() throws Exception {
        String members = "1@127.0.0.1:" + Ports.free();
        launch("controller", members, "").awaitReady();
        launch("storage", members, "").awaitReady();
        GATEWAYS.add(launch("gateway", members, "a"));
        GATEWAYS.add(launch("gateway", members, "b"));
        for (BrokerProcess gateway : GATEWAYS) {
            gateway.awaitReady();
        }
    }

    private static BrokerProcess launch(String role, String members, String zone) throws Exception {
        Path own = Files.createDirectory(directory.resolve(role + PROCESSES.size()));
        BrokerOptions options =
                BrokerOptions.in(own)
                        .withRole(role)
                        .withHeapMib(128)
                        .with("controller.members", members)
                        .with("node.rack", zone);
        BrokerProcess process =
                BrokerProcess.launch(
                        role.equals("storage")
                                ? options.with("group.initial.rebalance.delay.ms", "100")
                                : options);
        PROCESSES.add(process);
        return process;
    }

    /// The gateway that a test killed comes back for the next one.
    @BeforeEach
    void standAgain() throws Exception {
        for (int i = 0; i < GATEWAYS.size(); i++) {
            if (!GATEWAYS.get(i).isAlive()) {
                GATEWAYS.set(i, GATEWAYS.get(i).restart());
                PROCESSES.add(GATEWAYS.get(i));
            }
        }
        topic = "t-" + topics++;
        Clients.createTopic(bootstrap(), topic, PARTITIONS, Map.of());
    }

    @AfterAll
    static void stopAll() {
        PROCESSES.reversed().forEach(BrokerProcess::close);
    }

    private static String bootstrap() {
        return GATEWAYS.get(0).bootstrap() + "," + GATEWAYS.get(1).bootstrap();
    }

    /// Members that speak to different gateways are of one group: its partitions are shared.
    @Test
    void anyGatewayAnswersAnyMember() throws Exception {
        try (Admin admin = Clients.admin(bootstrap())) {
            assertThat(admin.listConsumerGroupOffsets("any").all().get()).isNotNull();
        }
        try (RawGroup one = new RawGroup(GATEWAYS.get(0).port(), "both");
                RawGroup two = new RawGroup(GATEWAYS.get(1).port(), "both")) {
            var first = one.consumerHeartbeat("first", 0, topic);
            assertThat(first.errorCode()).isZero();
            var second = two.consumerHeartbeat("second", 0, topic);
            assertThat(second.errorCode()).isZero();
            // By either gateway, the first member hears that it has to share.
            var epoch = new AtomicInteger(first.memberEpoch());
            for (RawGroup gateway : List.of(two, one)) {
                await().atMost(SETTLED_MAX)
                        .until(() -> {
                            var told = gateway.consumerHeartbeat("first", epoch.get(), topic);
                            assertThat(told.errorCode()).isZero();
                            epoch.set(told.memberEpoch());
                            var shared = told.assignment();
                            return shared != null
                                    && shared.topicPartitions().size() == 1
                                    && shared.topicPartitions().getFirst().partitions().size()
                                            == PARTITIONS / 2;
                        });
            }
        }
    }

    /// The coordinator knows what a topology lacks, a gateway makes it.
    @Test
    void aStreamsGroupGetsTheTopicsItLacks() throws Exception {
        String changelog = "app-store-changelog";
        try (Admin admin = Clients.admin(bootstrap());
                RawGroup group = new RawGroup(GATEWAYS.get(1).port(), "app")) {
            assertThat(admin.listConsumerGroupOffsets("any").all().get()).isNotNull();
            var joined = group.streamsHeartbeat("member", 0, topic, changelog);
            assertThat(joined.errorCode()).isZero();
            assertThat(joined.unknownTaggedFields()).isEmpty();
            await().atMost(SETTLED_MAX)
                    .until(() -> admin.listTopics().names().get().contains(changelog));
            assertThat(
                            requireNonNull(
                                            admin.describeTopics(List.of(changelog))
                                                    .allTopicNames()
                                                    .get()
                                                    .get(changelog))
                                    .partitions())
                    .hasSize(PARTITIONS);
            var epoch = new AtomicInteger(joined.memberEpoch());
            await().atMost(SETTLED_MAX)
                    .until(() -> {
                        var told = group.streamsHeartbeat("member", epoch.get(), topic, changelog);
                        assertThat(told.errorCode()).isZero();
                        epoch.set(told.memberEpoch());
                        return told.activeTasks() != null
                                && told.activeTasks().size() == 1
                                && told.activeTasks().getFirst().partitions().size() == PARTITIONS;
                    });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void aGroupGoesOnWhenItsGatewayIsKilled(String protocol) throws Exception {
        Map<String, String> settings = new HashMap<>();
        String group = "g-" + protocol;
        settings.put("group.id", group);
        settings.put("group.protocol", protocol);
        settings.put("auto.offset.reset", "earliest");
        settings.put("metadata.max.age.ms", "1000");
        settings.put("request.timeout.ms", "10000");
        try (var first = Clients.consumer(bootstrap(), settings);
                var second = Clients.consumer(bootstrap(), settings)) {
            var consumers = List.of(first, second);
            consumers.forEach(consumer -> consumer.subscribe(List.of(topic)));
            await().atMost(SETTLED_MAX)
                    .until(() -> {
                        consumers.forEach(consumer -> consumer.poll(POLL));
                        return first.assignment().size() == PARTITIONS / 2
                                && second.assignment().size() == PARTITIONS / 2;
                    });
            produce(0);
            assertThat(read(consumers)).containsExactlyInAnyOrderElementsOf(values(0));
            consumers.forEach(KafkaConsumer::commitSync);
            coordinator(group).kill9();
            produce(RECORDS);
            assertThat(new HashSet<>(read(consumers))).isEqualTo(values(RECORDS));
            consumers.forEach(KafkaConsumer::commitSync);
            try (Admin admin = Clients.admin(bootstrap())) {
                long committed =
                        admin
                                .listConsumerGroupOffsets(group)
                                .partitionsToOffsetAndMetadata()
                                .get()
                                .values()
                                .stream()
                                .mapToLong(offset -> offset.offset())
                                .sum();
                assertThat(committed).isEqualTo(2 * RECORDS);
            }
        }
    }

    /// Records go in and out through the gateway in the clients' own zone, wherever they start:
    /// producers say it in their `client.id`, consumers by `client.rack`.
    @Test
    void recordsStayInTheZoneOfTheirClient() throws Exception {
        byte[] value = new byte[100_000];
        String start = GATEWAYS.get(0).bootstrap();
        double received = bytes(1, "received");
        double receivedElsewhere = bytes(0, "received");
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(start, Map.of("client.id", "app,zone=b"))) {
            List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
            for (int i = 0; i < RECORDS; i++) {
                records.add(new ProducerRecord<>(topic, i % PARTITIONS, null, value));
            }
            Clients.sendAll(producer, records);
        }
        double all = (double) RECORDS * value.length;
        assertThat(bytes(1, "received") - received).isGreaterThan(all);
        assertThat(bytes(0, "received") - receivedElsewhere).isLessThan(all / 4);

        double sent = bytes(1, "sent");
        double sentElsewhere = bytes(0, "sent");
        Map<String, String> settings = Map.of("client.rack", "b", "auto.offset.reset", "earliest");
        assertThat(Clients.readAll(start, Clients.partitions(topic, PARTITIONS), settings))
                .hasSize(RECORDS);
        assertThat(bytes(1, "sent") - sent).isGreaterThan(all);
        assertThat(bytes(0, "sent") - sentElsewhere).isLessThan(all / 4);
    }

    private static double bytes(int gateway, String direction) throws Exception {
        return Metrics.read(GATEWAYS.get(gateway), "quafka_" + direction + "_bytes_total");
    }

    /// The gateway to which the group's members speak.
    private static BrokerProcess coordinator(String group) throws Exception {
        try (Admin admin = Clients.admin(bootstrap())) {
            int port =
                    requireNonNull(
                                    admin.describeConsumerGroups(List.of(group))
                                            .all()
                                            .get()
                                            .get(group))
                            .coordinator()
                            .port();
            return GATEWAYS.stream()
                    .filter(gateway -> gateway.port() == port)
                    .findFirst()
                    .orElseThrow();
        }
    }

    private void produce(int from) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(bootstrap(), Map.of())) {
            List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
            for (int i = from; i < from + RECORDS; i++) {
                records.add(
                        new ProducerRecord<>(topic, i % PARTITIONS, null, Clients.bytes("v" + i)));
            }
            Clients.sendAll(producer, records);
        }
    }

    private static Set<String> values(int from) {
        Set<String> values = new HashSet<>();
        for (int i = from; i < from + RECORDS; i++) {
            values.add("v" + i);
        }
        return values;
    }

    /// As many as were produced at once, or more.
    private List<String> read(List<KafkaConsumer<byte[], byte[]>> consumers) {
        List<String> values = new ArrayList<>();
        Set<TopicPartition> seen = new HashSet<>();
        await().atMost(SETTLED_MAX)
                .until(() -> {
                    for (var consumer : consumers) {
                        consumer.poll(POLL)
                                .forEach(record -> {
                                    seen.add(new TopicPartition(topic, record.partition()));
                                    values.add(Clients.text(record.value()));
                                });
                    }
                    return new HashSet<>(values).size() >= RECORDS && seen.size() == PARTITIONS;
                });
        return values;
    }
}
