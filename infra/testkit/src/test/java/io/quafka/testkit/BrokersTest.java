package io.quafka.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Three processes, each a broker with all roles, are one cluster: clients go to the process that
/// leads, and lose nothing acknowledged when a process, with all of its roles, is killed. The
/// cluster has the settings that it was formed with.
@Tag("broker")
class BrokersTest {
    private static final int BROKERS = 3;
    private static final int PARTITIONS = 6;
    private static final Duration SETTLED_MAX = Duration.ofSeconds(120);
    private static final int RECORDS_FEW = 2 * KillLoad.UNANSWERED_MAX;

    @TempDir private Path directory;

    private final List<BrokerProcess> brokers = new ArrayList<>();
    private String bootstrap = "";

    @BeforeEach
    void start() throws Exception {
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < 3 * BROKERS; i++) {
            ports.add(Ports.free());
        }
        String members =
                IntStream.range(0, BROKERS)
                        .mapToObj(i -> (i + 1) + "@127.0.0.1:" + ports.get(i))
                        .collect(Collectors.joining(","));
        for (int i = 0; i < BROKERS; i++) {
            Path own = Files.createDirectory(directory.resolve("broker" + (i + 1)));
            brokers.add(
                    BrokerProcess.launch(
                            BrokerOptions.in(own)
                                    .withPort(ports.get(BROKERS + i))
                                    .withSmallSegments()
                                    .with("controller.members", members)
                                    .with("controller.member.id", Integer.toString(i + 1))
                                    .with(
                                            "storage.listen",
                                            "127.0.0.1:" + ports.get(2 * BROKERS + i))));
        }
        for (BrokerProcess broker : brokers) {
            broker.awaitReady();
        }
        bootstrap = brokers.stream().map(BrokerProcess::bootstrap).collect(Collectors.joining(","));
    }

    @AfterEach
    void stop() {
        brokers.forEach(BrokerProcess::close);
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void clientsGoToTheProcessThatLeadsAndLoseNothingWhenItIsKilled() throws Exception {
        create("load");
        create("ledger");
        List<TopicPartition> partitions = Clients.partitions("load", PARTITIONS);
        List<TopicPartition> ledger = Clients.partitions("ledger", PARTITIONS);
        create("ways");
        requireLeadersAreWhereRecordsGo("ways");

        KillLoad load = new KillLoad(bootstrap, 0, partitions, 1);
        TransactionalLoad teller = new TransactionalLoad(bootstrap, "teller", ledger, 2);
        KillWitness witness = new KillWitness(bootstrap, partitions);
        awaitMore(load, teller);
        assertThat(describe("__transaction_state").partitions())
                .allMatch(partition -> partition.replicas().size() == BROKERS);
        int killed = placeOfLeader("load");
        brokers.get(killed).kill9();
        awaitMore(load, teller);
        brokers.set(killed, brokers.get(killed).restart());
        awaitInSync("load");
        try (Admin admin = Clients.admin(bootstrap)) {
            admin.electLeaders(ElectionType.PREFERRED, null).all().get();
        }
        awaitLeaders("load");
        awaitMore(load, teller);
        // Told to stop, it hands over what it leads, and its membership too.
        int stopped = (killed + 1) % BROKERS;
        brokers.get(stopped).terminate();
        awaitMore(load, teller);

        teller.finish();
        load.finish();
        await().atMost(SETTLED_MAX)
                .until(() -> witness.isFailed() || witness.seen().size() >= load.acknowledged());
        witness.finish();
        KillVerdict verdict = new KillVerdict(bootstrap, partitions);
        verdict.requireAll(load);
        verdict.requireNothingElse(List.of(load));
        verdict.requireUnchanged(witness.seen());
        TransactionVerdict.require(bootstrap, ledger, List.of(teller));
    }

    private void create(String topic) throws Exception {
        try (Admin admin = Clients.admin(bootstrap)) {
            admin.createTopics(
                            List.of(
                                    new NewTopic(topic, PARTITIONS, (short) BROKERS)
                                            .configs(Map.of("min.insync.replicas", "2"))))
                    .all()
                    .get();
        }
        awaitInSync(topic);
        awaitLeaders(topic);
    }

    /// As clients are told it.
    private void awaitInSync(String topic) {
        await().atMost(SETTLED_MAX)
                .until(() ->
                        describe(topic).partitions().stream()
                                .allMatch(partition -> partition.isr().size() == BROKERS));
    }

    /// Each partition has a leader, and each broker leads some.
    private void awaitLeaders(String topic) {
        await().atMost(SETTLED_MAX)
                .until(() -> {
                    List<TopicPartitionInfo> told = describe(topic).partitions();
                    return told.stream().allMatch(p -> p.leader() != null)
                            && told.stream().map(p -> p.leader().id()).distinct().count()
                                    == BROKERS;
                });
    }

    /// Asks until a broker knows of the topic: one hears of it a moment after another made it.
    private TopicDescription describe(String topic) {
        return await().atMost(SETTLED_MAX)
                .ignoreExceptionsMatching(
                        failure -> failure.getCause() instanceof UnknownTopicOrPartitionException)
                .until(() -> describeOnce(topic), Objects::nonNull);
    }

    private @Nullable TopicDescription describeOnce(String topic) throws Exception {
        try (Admin admin = Clients.admin(bootstrap)) {
            return admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
        }
    }

    /// Each process takes the record of each partition that Metadata has it lead from the client,
    /// and none from another process.
    private void requireLeadersAreWhereRecordsGo(String topic) throws Exception {
        Map<Integer, Long> led =
                describe(topic).partitions().stream()
                        .map(TopicPartitionInfo::leader)
                        .collect(Collectors.groupingBy(Node::port, Collectors.counting()));
        assertThat(led).hasSize(BROKERS);
        try (var producer = Clients.producer(bootstrap, Map.of("batch.size", "0"))) {
            for (TopicPartition partition : Clients.partitions(topic, PARTITIONS)) {
                Clients.sendAll(
                        producer,
                        List.of(
                                new ProducerRecord<>(
                                        topic, partition.partition(), null, Clients.bytes("x"))));
            }
        }
        for (BrokerProcess broker : brokers) {
            assertThat(produceRequests(broker.bootstrap()))
                    .isEqualTo(led.getOrDefault(broker.port(), 0L));
            assertThat(
                            produceRequests(
                                    requireNonNull(
                                            broker.options().settings().get("storage.listen"))))
                    .isZero();
        }
    }

    private static long produceRequests(String address) throws Exception {
        String figure = "quafka_request_seconds_count{class=\"produce\"}";
        return Metrics.text(address)
                .lines()
                .filter(line -> line.startsWith(figure + " "))
                .mapToLong(
                        line -> Math.round(Double.parseDouble(line.substring(figure.length() + 1))))
                .findFirst()
                .orElseThrow();
    }

    private void awaitMore(KillLoad load, TransactionalLoad teller) {
        long records = load.acknowledged() + RECORDS_FEW;
        int transactions = teller.ended() + 2;
        await().atMost(SETTLED_MAX)
                .until(() -> load.acknowledged() >= records && teller.ended() >= transactions);
    }

    private int placeOfLeader(String topic) throws Exception {
        int port = describe(topic).partitions().getFirst().leader().port();
        return IntStream.range(0, BROKERS)
                .filter(place -> brokers.get(place).port() == port)
                .findFirst()
                .orElseThrow();
    }
}
