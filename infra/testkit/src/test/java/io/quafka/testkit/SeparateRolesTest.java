package io.quafka.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Each role is a process of its own: one controller, one storage node, and two gateways, each in a
/// zone of its own. Groups go on without either gateway, and clients reach the one in their zone.
@Tag("broker")
class SeparateRolesTest {
    private static final Duration SETTLED_MAX = Duration.ofSeconds(60);

    /// Longer than a gateway may stand still.
    private static final Duration STILL = Duration.ofSeconds(5);

    private static final Duration POLL = Duration.ofMillis(100);
    private static final String TOPIC = "t";
    private static final int PARTITIONS = 4;
    private static final int RECORDS = 40;

    @TempDir private Path directory;

    private final List<BrokerProcess> processes = new ArrayList<>();
    private final List<BrokerProcess> gateways = new ArrayList<>();

    @BeforeEach
    void startAll() throws Exception {
        String members = "1@127.0.0.1:" + Ports.free();
        start("controller", members);
        start("storage", members);
        gateways.add(start("gateway", members, "a"));
        gateways.add(start("gateway", members, "b"));
        Clients.createTopic(bootstrap(), TOPIC, PARTITIONS, Map.of());
    }

    private BrokerProcess start(String role, String members) throws Exception {
        return start(role, members, "");
    }

    private BrokerProcess start(String role, String members, String zone) throws Exception {
        Path own = Files.createDirectory(directory.resolve(role + processes.size()));
        BrokerOptions options =
                BrokerOptions.in(own)
                        .withRole(role)
                        .withHeapMib(128)
                        .with("controller.members", members)
                        .with("node.rack", zone)
                        .with("controller.session.timeout", "3s");
        BrokerProcess process =
                BrokerProcess.start(
                        role.equals("storage")
                                ? options.with("group.initial.rebalance.delay.ms", "100")
                                : options);
        processes.add(process);
        return process;
    }

    @AfterEach
    void stopAll() {
        processes.reversed().forEach(BrokerProcess::close);
    }

    private String bootstrap() {
        return gateways.get(0).bootstrap() + "," + gateways.get(1).bootstrap();
    }

    /// Members that speak to different gateways are of one group: its partitions are shared.
    @Test
    void anyGatewayAnswersAnyMember() throws Exception {
        try (Admin admin = Clients.admin(bootstrap())) {
            assertThat(admin.listConsumerGroupOffsets("any").all().get()).isNotNull();
        }
        try (RawGroup one = new RawGroup(gateways.get(0).port(), "both");
                RawGroup two = new RawGroup(gateways.get(1).port(), "both")) {
            var first = one.consumerHeartbeat("first", 0, TOPIC);
            assertThat(first.errorCode()).isZero();
            var second = two.consumerHeartbeat("second", 0, TOPIC);
            assertThat(second.errorCode()).isZero();
            // By either gateway, the first member hears that it has to share.
            var epoch = new AtomicInteger(first.memberEpoch());
            for (RawGroup gateway : List.of(two, one)) {
                await().atMost(SETTLED_MAX)
                        .until(() -> {
                            var told = gateway.consumerHeartbeat("first", epoch.get(), TOPIC);
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

    /// The client has given up the first commit, sent it again by way of the other gateway, and
    /// gone on.
    @Test
    void aCommitThatWaitedInAStoppedGatewayDoesNotPutItsGroupBack() throws Exception {
        BrokerProcess stopped = gateways.get(0);
        Duration answered = Duration.ofSeconds(40);
        try (RawGroup first = new RawGroup(stopped.port(), "late");
                FrameClient before = new FrameClient(stopped.port(), answered);
                FrameClient after = new FrameClient(gateways.get(1).port(), answered)) {
            try (Admin admin = Clients.admin(bootstrap())) {
                assertThat(admin.listConsumerGroupOffsets("late").all().get()).isNotNull();
            }
            assertThat(first.commit(8, TOPIC, "", -1, -1)).isEqualTo(Errors.NONE);
            assertThat(commit(before, 2)).isEqualTo(Errors.NONE);
            stopped.pause();
            before.send(ApiKeys.OFFSET_COMMIT, (short) 8, 1, commitOf(10));
            assertThat(commit(after, 20)).isEqualTo(Errors.NONE);
            TimeUnit.NANOSECONDS.sleep(STILL.toNanos());
            stopped.resume();
            assertThat(before.isClosedByServer()).isTrue();
            try (Admin admin = Clients.admin(gateways.get(1).bootstrap())) {
                assertThat(
                                admin.listConsumerGroupOffsets("late")
                                        .partitionsToOffsetAndMetadata()
                                        .get())
                        .containsEntry(new TopicPartition(TOPIC, 0), new OffsetAndMetadata(20));
            }
        }
    }

    private static Errors commit(FrameClient client, long offset) throws IOException {
        return Errors.forCode(
                call(
                                client,
                                ApiKeys.OFFSET_COMMIT,
                                8,
                                commitOf(offset),
                                new OffsetCommitResponseData())
                        .topics()
                        .getFirst()
                        .partitions()
                        .getFirst()
                        .errorCode());
    }

    private static OffsetCommitRequestData commitOf(long offset) {
        return new OffsetCommitRequestData()
                .setGroupId("late")
                .setTopics(
                        List.of(
                                new OffsetCommitRequestTopic()
                                        .setName(TOPIC)
                                        .setPartitions(
                                                List.of(
                                                        new OffsetCommitRequestPartition()
                                                                .setPartitionIndex(0)
                                                                .setCommittedOffset(offset)))));
    }

    private static <T extends ApiMessage> T call(
            FrameClient client, ApiKeys api, int version, ApiMessage body, T into)
            throws IOException {
        client.send(api, (short) version, 1, body);
        return client.read(api, (short) version, 1, into);
    }

    /// The coordinator knows what a topology lacks, a gateway makes it.
    @Test
    void aStreamsGroupGetsTheTopicsItLacks() throws Exception {
        String changelog = "app-store-changelog";
        try (Admin admin = Clients.admin(bootstrap());
                RawGroup group = new RawGroup(gateways.get(1).port(), "app")) {
            assertThat(admin.listConsumerGroupOffsets("any").all().get()).isNotNull();
            var joined = group.streamsHeartbeat("member", 0, TOPIC, changelog);
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
                        var told = group.streamsHeartbeat("member", epoch.get(), TOPIC, changelog);
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
        settings.put("group.id", "g");
        settings.put("group.protocol", protocol);
        settings.put("auto.offset.reset", "earliest");
        settings.put("metadata.max.age.ms", "1000");
        settings.put("request.timeout.ms", "10000");
        try (var first = Clients.consumer(bootstrap(), settings);
                var second = Clients.consumer(bootstrap(), settings)) {
            var consumers = List.of(first, second);
            consumers.forEach(consumer -> consumer.subscribe(List.of(TOPIC)));
            await().atMost(SETTLED_MAX)
                    .until(() -> {
                        consumers.forEach(consumer -> consumer.poll(POLL));
                        return first.assignment().size() == PARTITIONS / 2
                                && second.assignment().size() == PARTITIONS / 2;
                    });
            produce(0);
            assertThat(read(consumers)).containsExactlyInAnyOrderElementsOf(values(0));
            consumers.forEach(KafkaConsumer::commitSync);
            coordinator().kill9();
            produce(RECORDS);
            assertThat(new HashSet<>(read(consumers))).isEqualTo(values(RECORDS));
            consumers.forEach(KafkaConsumer::commitSync);
            try (Admin admin = Clients.admin(bootstrap())) {
                long committed =
                        admin
                                .listConsumerGroupOffsets("g")
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
        String start = gateways.get(0).bootstrap();
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(start, Map.of("client.id", "app,zone=b"))) {
            List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
            for (int i = 0; i < RECORDS; i++) {
                records.add(new ProducerRecord<>(TOPIC, i % PARTITIONS, null, value));
            }
            Clients.sendAll(producer, records);
        }
        double all = (double) RECORDS * value.length;
        assertThat(Metrics.read(gateways.get(1), "quafka_received_bytes_total")).isGreaterThan(all);
        assertThat(Metrics.read(gateways.get(0), "quafka_received_bytes_total"))
                .isLessThan(all / 4);

        Map<String, String> settings = Map.of("client.rack", "b", "auto.offset.reset", "earliest");
        assertThat(Clients.readAll(start, Clients.partitions(TOPIC, PARTITIONS), settings))
                .hasSize(RECORDS);
        assertThat(Metrics.read(gateways.get(1), "quafka_sent_bytes_total")).isGreaterThan(all);
        assertThat(Metrics.read(gateways.get(0), "quafka_sent_bytes_total")).isLessThan(all / 4);
    }

    /// The gateway to which the group's members speak.
    private BrokerProcess coordinator() throws Exception {
        try (Admin admin = Clients.admin(bootstrap())) {
            int port =
                    requireNonNull(admin.describeConsumerGroups(List.of("g")).all().get().get("g"))
                            .coordinator()
                            .port();
            return gateways.stream()
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
                        new ProducerRecord<>(TOPIC, i % PARTITIONS, null, Clients.bytes("v" + i)));
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
    private static List<String> read(List<KafkaConsumer<byte[], byte[]>> consumers) {
        List<String> values = new ArrayList<>();
        Set<TopicPartition> seen = new HashSet<>();
        await().atMost(SETTLED_MAX)
                .until(() -> {
                    for (var consumer : consumers) {
                        consumer.poll(POLL)
                                .forEach(record -> {
                                    seen.add(new TopicPartition(TOPIC, record.partition()));
                                    values.add(Clients.text(record.value()));
                                });
                    }
                    return new HashSet<>(values).size() >= RECORDS && seen.size() == PARTITIONS;
                });
        return values;
    }
}
