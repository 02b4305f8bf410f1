package io.quafka.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Three gateways behind one TCP load balancer, whose address is all that clients know. Gateways
/// are killed, stopped and added meanwhile.
@Tag("broker")
@Order(1)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OneAddressTest {
    private static final Duration SETTLED_MAX = Duration.ofSeconds(90);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final int PARTITIONS = 6;
    private static final int RECORDS = 200;

    /// Bytes a second, and of a record, of who has a quota.
    private static final int RATE = 100_000;

    private static final int RECORD_BYTES = 20_000;

    private static final int GATEWAYS = 3;

    @TempDir private static Path directory;

    private static final List<BrokerProcess> PARTS = new ArrayList<>();

    /// Those that run, the oldest first.
    private static final List<BrokerProcess> RUNNING = new ArrayList<>();

    /// Where the balancer looks for gateways, and none listens.
    private static final Deque<Integer> FREE_PORTS = new ArrayDeque<>();

    private static String members = "";
    private static int started;
    private static int topics;
    private static @Nullable LoadBalancer running;

    private String topic = "";

    @BeforeAll
    static void startAll() throws Exception {
        for (int i = 0; i <= GATEWAYS; i++) {
            FREE_PORTS.add(Ports.free());
        }
        running = LoadBalancer.start(directory, Ports.free(), List.copyOf(FREE_PORTS));
        members = "1@127.0.0.1:" + Ports.free();
        PARTS.add(BrokerProcess.start(options("controller")));
        PARTS.add(
                BrokerProcess.start(
                        options("storage").with("group.initial.rebalance.delay.ms", "100")));
    }

    /// There are as many at the beginning of each test: what one lost is replaced for the next.
    @BeforeEach
    void standAgain() throws Exception {
        while (RUNNING.size() < GATEWAYS) {
            launchGateway();
        }
        for (BrokerProcess gateway : RUNNING) {
            gateway.awaitReady();
        }
        topic = "t-" + topics++;
        Clients.createTopic(balancer().address(), topic, PARTITIONS, Map.of());
    }

    private static LoadBalancer balancer() {
        return requireNonNull(running);
    }

    private static BrokerOptions options(String role) throws Exception {
        return BrokerOptions.in(Files.createDirectory(directory.resolve(role + started++)))
                .withRole(role)
                .withHeapMib(128)
                .with("controller.members", members);
    }

    /// A new one, in the place of another or beside the others.
    private static BrokerProcess launchGateway() throws Exception {
        BrokerProcess gateway =
                BrokerProcess.launch(
                        options("gateway")
                                .withPort(FREE_PORTS.removeFirst())
                                .with("gateway.one.address", "true")
                                .with("gateway.advertised", balancer().address()));
        RUNNING.add(gateway);
        return gateway;
    }

    private static void addGateway() throws Exception {
        launchGateway().awaitReady();
    }

    private static BrokerProcess takeGateway() {
        BrokerProcess gateway = RUNNING.removeFirst();
        FREE_PORTS.addLast(gateway.options().port());
        return gateway;
    }

    @AfterAll
    static void stopAll() {
        RUNNING.forEach(BrokerProcess::close);
        PARTS.reversed().forEach(BrokerProcess::close);
        if (running != null) {
            running.close();
        }
    }

    /// Before there is a group.
    @Test
    @Order(1)
    void clientsKnowOfNothingElse() throws Exception {
        try (Admin admin = Clients.admin(balancer().address())) {
            assertThat(admin.describeCluster().nodes().get())
                    .extracting(Node::idString, node -> node.host() + ":" + node.port())
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple("0", balancer().address()));
            Set<Integer> leaders =
                    requireNonNull(
                                    admin.describeTopics(List.of(topic))
                                            .allTopicNames()
                                            .get()
                                            .get(topic))
                            .partitions()
                            .stream()
                            .map(partition -> requireNonNull(partition.leader()).id())
                            .collect(Collectors.toSet());
            assertThat(leaders).containsExactly(0);
            assertThat(admin.describeLogDirs(List.of(0)).allDescriptions().get()).hasSize(1);
            assertThat(admin.listGroups().all().get()).isEmpty();
        }
    }

    /// Of all that was acknowledged, a group gets all, and an idempotent producer's records once,
    /// while one gateway is killed, one is stopped and one is added.
    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void producersAndGroupsOutliveTheirGateways(String protocol) throws Exception {
        Map<String, String> settings = new HashMap<>();
        String group = "g-" + protocol;
        settings.put("group.id", group);
        settings.put("group.protocol", protocol);
        settings.put("auto.offset.reset", "earliest");
        settings.put("request.timeout.ms", "10000");
        Set<String> read = ConcurrentHashMap.newKeySet();
        int sent = 0;
        try (KafkaProducer<byte[], byte[]> producer =
                        Clients.producer(
                                balancer().address(), Map.of("request.timeout.ms", "10000"));
                var first = Clients.consumer(balancer().address(), settings);
                var second = Clients.consumer(balancer().address(), settings)) {
            var consumers = List.of(first, second);
            consumers.forEach(consumer -> consumer.subscribe(List.of(topic)));
            sent = send(producer, sent, () -> {});
            readUntil(consumers, read, sent);
            sent = send(producer, sent, () -> takeGateway().kill9());
            readUntil(consumers, read, sent);
            addGateway();
            sent = send(producer, sent, () -> takeGateway().terminate());
            readUntil(consumers, read, sent);
            consumers.forEach(KafkaConsumer::commitSync);
        }
        List<String> stored =
                Clients.readAll(balancer().address(), Clients.partitions(topic, PARTITIONS))
                        .stream()
                        .map(record -> Clients.text(record.value()))
                        .toList();
        assertThat(stored).doesNotHaveDuplicates().hasSize(sent);
        try (Admin admin = Clients.admin(balancer().address())) {
            long committed =
                    admin
                            .listConsumerGroupOffsets(group)
                            .partitionsToOffsetAndMetadata()
                            .get()
                            .values()
                            .stream()
                            .mapToLong(offset -> offset.offset())
                            .sum();
            assertThat(committed).isEqualTo(sent);
        }
        PARTS.forEach(BrokerProcess::requireNoAlarms);
    }

    /// Each gateway counts what passes through it, so who uses several has a rate at each.
    @Test
    void quotasBindAtEachGateway() throws Exception {
        ClientQuotaEntity client = new ClientQuotaEntity(Map.of("client-id", "testkit"));
        try (Admin admin = Clients.admin(balancer().address())) {
            admin.alterClientQuotas(
                            List.of(
                                    new ClientQuotaAlteration(
                                            client,
                                            List.of(
                                                    new ClientQuotaAlteration.Op(
                                                            "producer_byte_rate", (double) RATE)))))
                    .all()
                    .get();
        }
        // Ten seconds' worth is free after a pause; what other gateways let pass does not count.
        for (BrokerProcess gateway : RUNNING.subList(0, 2)) {
            assertThat(bytesUntilToldToWait(gateway.port())).isBetween(8 * RATE, 20 * RATE);
        }
    }

    private int bytesUntilToldToWait(int port) throws Exception {
        short version = 9;
        ProduceRequestData request =
                new ProduceRequestData().setAcks((short) -1).setTimeoutMs(10_000);
        request.topicData()
                .add(
                        new ProduceRequestData.TopicProduceData()
                                .setName(topic)
                                .setPartitionData(
                                        List.of(
                                                new ProduceRequestData.PartitionProduceData()
                                                        .setRecords(
                                                                MemoryRecords.withRecords(
                                                                        Compression.NONE,
                                                                        new SimpleRecord(
                                                                                new byte
                                                                                        [RECORD_BYTES]))))));
        int sent = 0;
        try (FrameClient client = new FrameClient(port, SETTLED_MAX)) {
            int waitMs = 0;
            while (waitMs == 0 && sent < 40 * RATE) {
                client.send(ApiKeys.PRODUCE, version, sent, request);
                waitMs =
                        client.read(ApiKeys.PRODUCE, version, sent, new ProduceResponseData())
                                .throttleTimeMs();
                sent += RECORD_BYTES;
            }
        }
        return sent;
    }

    private interface Fault {
        void strike() throws Exception;
    }

    /// Sends records, and strikes while some are on their way.
    ///
    /// @return how many were sent in all; each was acknowledged
    private int send(KafkaProducer<byte[], byte[]> producer, int from, Fault fault)
            throws Exception {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (int i = from; i < from + RECORDS; i++) {
            sent.add(
                    producer.send(
                            new ProducerRecord<>(
                                    topic, i % PARTITIONS, null, Clients.bytes("v" + i))));
            if (i == from + RECORDS / 2) {
                fault.strike();
            }
        }
        for (Future<RecordMetadata> one : sent) {
            one.get();
        }
        return from + RECORDS;
    }

    private static void readUntil(
            List<KafkaConsumer<byte[], byte[]>> consumers, Set<String> read, int count) {
        await().atMost(SETTLED_MAX)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> {
                    for (KafkaConsumer<byte[], byte[]> consumer : consumers) {
                        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                            read.add(Clients.text(record.value()));
                        }
                    }
                    return read.size() >= count;
                });
    }

    /// Transactions end whole or not at all while gateways come and go.
    @Test
    void transactionsOutliveTheirGateways() throws Exception {
        var partitions = Clients.partitions(topic, PARTITIONS);
        var load = new TransactionalLoad(balancer().address(), "teller", partitions, 7);
        try {
            awaitEnded(load, 10);
            takeGateway().kill9();
            awaitEnded(load, 20);
            addGateway();
            takeGateway().kill9();
            awaitEnded(load, 30);
        } finally {
            load.finish();
        }
        // The last transaction may have been left open by a producer that gave up.
        try (KafkaProducer<byte[], byte[]> next =
                Clients.producer(balancer().address(), Map.of("transactional.id", "teller"))) {
            next.initTransactions();
        }
        Map<String, Integer> seen = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record :
                Clients.readAll(
                        balancer().address(),
                        partitions,
                        Map.of("isolation.level", "read_committed"))) {
            seen.merge(Clients.text(record.key()), 1, Integer::sum);
        }
        load.outcomes()
                .forEach((name, outcome) -> {
                    int found = seen.getOrDefault(name, 0);
                    switch (outcome.end()) {
                        case COMMITTED -> assertThat(found).as(name).isEqualTo(outcome.records());
                        case ABORTED -> assertThat(found).as(name).isZero();
                        case UNKNOWN -> assertThat(found).as(name).isIn(0, outcome.records());
                    }
                });
        PARTS.forEach(BrokerProcess::requireNoAlarms);
    }

    private static void awaitEnded(TransactionalLoad load, int more) {
        int target = load.ended() + more;
        await().atMost(SETTLED_MAX).until(() -> load.ended() >= target);
    }

    /// kcat, librdkafka, kafkajs and kafka-python through the same address: some gateways have just
    /// died, and one was added. The last one, for what the others ask of the storage node's log.
    @Test
    @Order(Integer.MAX_VALUE)
    void otherClientsPassToo() throws Exception {
        Installed.require("kcat", "kcat", "-V");
        Path lines = Files.writeString(directory.resolve("lines"), "one\ntwo\nthree\n");
        try (Program produce =
                Program.start(
                        directory,
                        List.of(
                                "kcat",
                                "-P",
                                "-b",
                                balancer().address(),
                                "-t",
                                "k",
                                "-l",
                                lines.toString()))) {
            produce.awaitSuccess();
        }
        takeGateway().kill9();
        try (Program consume =
                Program.start(
                        directory,
                        List.of(
                                "kcat",
                                "-b",
                                balancer().address(),
                                "-X",
                                "auto.offset.reset=earliest",
                                "-G",
                                "kcats",
                                "-c",
                                "3",
                                "k"))) {
            assertThat(consume.awaitSuccess()).contains("one", "two", "three");
        }
        try (Program python =
                Program.start(
                        directory,
                        List.of(
                                Python.with("confluent_kafka"),
                                Python.script("confluent_transactions.py").toString(),
                                balancer().address()))) {
            assertThat(python.awaitSuccess()).last().asString().startsWith("ok ");
        }
        KafkaJs kafkaJs = KafkaJs.install(Files.createDirectory(directory.resolve("kafkajs")));
        addGateway();
        takeGateway().kill9();
        try (Program basics = kafkaJs.start("basics.js", balancer().address());
                Program transactions = kafkaJs.start("transactions.js", balancer().address());
                Program python =
                        Program.start(
                                directory,
                                List.of(
                                        Python.with("kafka"),
                                        Python.script("kafka_python.py").toString(),
                                        balancer().address()))) {
            for (Program each : List.of(basics, transactions, python)) {
                assertThat(each.awaitSuccess()).last().asString().startsWith("ok ");
            }
        }
    }
}
