package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterClientQuotasOptions;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.quota.ClientQuotaFilterComponent;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Quotas that Java clients set, and what becomes of Java clients that have them.
@Tag("broker")
class QuotaTest {
    private static final Duration WAIT = Duration.ofSeconds(60);
    private static final String SECRET = "of-everybody";
    private static final String SLOW = "slow";
    private static final String FREE = "free";

    /// Of which ten seconds' worth is free after a pause.
    private static final int RATE = 100_000;

    private static final int RECORD_BYTES = 20_000;
    private static final int RECORDS = 58;

    /// What is beyond the free part takes a second and more; with a margin.
    private static final Duration TAKES_MIN = Duration.ofMillis(500);

    @TempDir private static Path directory;

    private static @Nullable BrokerProcess running;
    private static @Nullable Admin root;

    @BeforeAll
    static void start() throws Exception {
        Path password = Files.writeString(directory.resolve("root.password"), SECRET);
        running =
                BrokerProcess.start(
                        BrokerOptions.in(directory)
                                .with("sasl.mechanisms", "PLAIN,SCRAM-SHA-256")
                                .with("security.admin.user", "root")
                                .with("security.admin.password.file", password.toString()));
        root = admin("root");
        var credential = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 4096);
        admin().alterUserScramCredentials(
                        List.of(new UserScramCredentialUpsertion("alice", credential, SECRET)))
                .all()
                .get();
        admin().createTopics(
                        List.of(new NewTopic(SLOW, 1, (short) 1), new NewTopic(FREE, 1, (short) 1)))
                .all()
                .get();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (root != null) {
            root.close();
        }
        if (running != null) {
            running.requireNoAlarms();
            running.terminate();
        }
    }

    private static BrokerProcess broker() {
        return Objects.requireNonNull(running);
    }

    private static Admin admin() {
        return Objects.requireNonNull(root);
    }

    private static Map<String, String> as(String user) {
        return Clients.plain(user, SECRET);
    }

    private static Map<String, String> asRoot(String clientId) {
        Map<String, String> settings = new HashMap<>(as("root"));
        settings.put("client.id", clientId);
        return settings;
    }

    private static Admin admin(String user) {
        return Clients.admin(broker().bootstrap(), as(user));
    }

    private static ClientQuotaEntity entity(@Nullable String... typesAndNames) {
        Map<String, @Nullable String> parts = new HashMap<>();
        for (int i = 0; i < typesAndNames.length; i += 2) {
            parts.put(String.valueOf(typesAndNames[i]), typesAndNames[i + 1]);
        }
        return new ClientQuotaEntity(parts);
    }

    private static void alter(ClientQuotaEntity entity, String key, @Nullable Double bound)
            throws Exception {
        alter(entity, key, bound, false);
    }

    private static void alter(
            ClientQuotaEntity entity, String key, @Nullable Double bound, boolean validateOnly)
            throws Exception {
        admin().alterClientQuotas(
                        List.of(
                                new ClientQuotaAlteration(
                                        entity, List.of(new ClientQuotaAlteration.Op(key, bound)))),
                        new AlterClientQuotasOptions().validateOnly(validateOnly))
                .all()
                .get();
    }

    private static Map<ClientQuotaEntity, Map<String, Double>> described(ClientQuotaFilter filter)
            throws Exception {
        return admin().describeClientQuotas(filter).entities().get();
    }

    @Test
    void quotasAreFoundAsTheyWereSet() throws Exception {
        ClientQuotaEntity carol = entity("user", "carol");
        ClientQuotaEntity carols = entity("user", "carol", "client-id", "app");
        ClientQuotaEntity defaults = entity("user", null, "client-id", null);
        ClientQuotaEntity address = entity("ip", "10.9.8.7");
        alter(carol, "producer_byte_rate", 1e6);
        alter(carol, "request_percentage", 12.5);
        alter(carols, "consumer_byte_rate", 2e6);
        alter(defaults, "consumer_byte_rate", 3e9);
        alter(address, "connection_creation_rate", 5.0);
        alter(carol, "consumer_byte_rate", 7.0, true);

        assertThat(described(ClientQuotaFilter.all()))
                .containsEntry(carol, Map.of("producer_byte_rate", 1e6, "request_percentage", 12.5))
                .containsKeys(carols, defaults, address);
        var exact = ClientQuotaFilterComponent.ofEntity("user", "carol");
        var anyClient = ClientQuotaFilterComponent.ofEntityType("client-id");
        assertThat(described(ClientQuotaFilter.contains(List.of(exact))))
                .containsOnlyKeys(carol, carols);
        assertThat(described(ClientQuotaFilter.containsOnly(List.of(exact))))
                .containsOnlyKeys(carol);
        assertThat(described(ClientQuotaFilter.contains(List.of(exact, anyClient))))
                .containsOnlyKeys(carols);
        assertThat(
                        described(
                                ClientQuotaFilter.contains(
                                        List.of(
                                                ClientQuotaFilterComponent.ofDefaultEntity(
                                                        "user")))))
                .containsOnlyKeys(defaults);
        assertThat(
                        described(
                                ClientQuotaFilter.contains(
                                        List.of(ClientQuotaFilterComponent.ofEntityType("ip")))))
                .containsOnlyKeys(address);

        assertThatThrownBy(() -> alter(carol, "mutation_rate", 1.0))
                .hasCauseInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("producer_byte_rate")
                .hasMessageContaining("controller_mutation_rate");
        assertThatThrownBy(() -> alter(carol, "producer_byte_rate", -1.0, true))
                .hasCauseInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() ->
                        described(
                                ClientQuotaFilter.contains(
                                        List.of(
                                                exact,
                                                ClientQuotaFilterComponent.ofEntityType("ip")))))
                .hasCauseInstanceOf(InvalidRequestException.class);

        for (String key : List.of("producer_byte_rate", "request_percentage")) {
            alter(carol, key, null);
        }
        alter(carols, "consumer_byte_rate", null);
        alter(defaults, "consumer_byte_rate", null);
        alter(address, "connection_creation_rate", null);
        assertThat(described(ClientQuotaFilter.all()))
                .doesNotContainKeys(carol, carols, defaults, address);
    }

    @Test
    void whoMayNotSeesNoneAndSetsNone() throws Exception {
        try (Admin alice = admin("alice")) {
            assertThatThrownBy(() ->
                            alice.describeClientQuotas(ClientQuotaFilter.all()).entities().get())
                    .hasCauseInstanceOf(ClusterAuthorizationException.class);
            assertThatThrownBy(() ->
                            alice.alterClientQuotas(
                                            List.of(
                                                    new ClientQuotaAlteration(
                                                            entity("user", "alice"),
                                                            List.of(
                                                                    new ClientQuotaAlteration.Op(
                                                                            "producer_byte_rate",
                                                                            1.0)))))
                                    .all()
                                    .get())
                    .hasCauseInstanceOf(ClusterAuthorizationException.class);
        }
    }

    /// The one after the other reads what the one before wrote.
    @Test
    void producersAndConsumersHaveTheirRates() throws Exception {
        alter(entity("user", "root", "client-id", "slow"), "producer_byte_rate", (double) RATE);
        alter(entity("user", "root", "client-id", "slow"), "consumer_byte_rate", (double) RATE);

        long began = System.nanoTime();
        assertThat(produce("slow", SLOW, RECORDS)).as("told to wait, in milliseconds").isPositive();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isBetween(TAKES_MIN, WAIT);
        assertThat(produce("free", FREE, RECORDS)).isZero();

        began = System.nanoTime();
        assertThat(consume("slow")).as("told to wait, in milliseconds").isPositive();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isBetween(TAKES_MIN, WAIT);
        assertThat(consume("free")).isZero();
    }

    @Test
    void timeOfRequestsIsBoundToo() throws Exception {
        alter(entity("client-id", "busy"), "request_percentage", 0.01);
        assertThat(produce("busy", FREE, 3)).isPositive();
    }

    /// Eleven seconds' worth of partitions may be made at once; who overdraws that is refused, and
    /// a client that waits as it is told gets on.
    @Test
    void changesOfTopicsAreBoundToo() throws Exception {
        alter(entity("client-id", "hasty"), "controller_mutation_rate", 1.0);
        alter(entity("client-id", "patient"), "controller_mutation_rate", 10.0);
        try (Admin hasty = Clients.admin(broker().bootstrap(), asRoot("hasty"))) {
            make(hasty, "made-1", 11 + 30, true);
            assertThatThrownBy(() -> make(hasty, "made-2", 1, false))
                    .cause()
                    .isInstanceOfSatisfying(
                            ThrottlingQuotaExceededException.class,
                            told -> assertThat(told.throttleTimeMs()).isBetween(1, 30_000));
        }
        try (Admin patient = Clients.admin(broker().bootstrap(), asRoot("patient"))) {
            make(patient, "made-2", 110 + 10, true);
            make(patient, "made-3", 1, true);
        }
        admin().deleteTopics(List.of("made-1", "made-2", "made-3")).all().get();
    }

    private static void make(Admin admin, String topic, int partitions, boolean again)
            throws Exception {
        admin.createTopics(
                        List.of(new NewTopic(topic, partitions, (short) 1)),
                        new CreateTopicsOptions().retryOnQuotaViolation(again))
                .all()
                .get();
    }

    /// How long the client was told to wait at most, in milliseconds.
    private static double produce(String clientId, String topic, int count) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(broker().bootstrap(), asRoot(clientId))) {
            List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                records.add(new ProducerRecord<>(topic, 0, null, new byte[RECORD_BYTES]));
            }
            Clients.sendAll(producer, records);
            return figure(producer.metrics(), "produce-throttle-time-max");
        }
    }

    private static double consume(String clientId) {
        Map<String, String> settings = asRoot(clientId);
        // Several fetches: the wait after the last one is nobody's.
        settings.put("max.partition.fetch.bytes", String.valueOf(5 * RECORD_BYTES));
        try (KafkaConsumer<byte[], byte[]> consumer =
                Clients.consumer(broker().bootstrap(), settings)) {
            consumer.assign(Clients.partitions(SLOW, 1));
            consumer.seekToBeginning(consumer.assignment());
            assertThat(Clients.readToEnd(consumer)).hasSize(RECORDS);
            return figure(consumer.metrics(), "fetch-throttle-time-max");
        }
    }

    private static double figure(Map<MetricName, ? extends Metric> figures, String name) {
        return figures.entrySet().stream()
                .filter(entry -> entry.getKey().name().equals(name))
                .mapToDouble(entry -> (double) entry.getValue().metricValue())
                .max()
                .orElseThrow();
    }

    @Test
    void anAddressThatConnectsTooOftenIsRefused() throws Exception {
        ClientQuotaEntity loopback = entity("ip", "127.0.0.1");
        assertThat(isServed()).isTrue();
        alter(loopback, "connection_creation_rate", 1.0);
        int served = 0;
        while (isServed()) {
            served++;
            assertThat(served).isLessThan(1_000);
        }
        assertThat(served).isGreaterThanOrEqualTo(1);
        alter(loopback, "connection_creation_rate", null);
        assertThat(isServed()).isTrue();
    }

    private static boolean isServed() {
        try (FrameClient client = new FrameClient(broker().port(), WAIT)) {
            client.send(ApiKeys.API_VERSIONS, (short) 3, 1, ListedApis.hello());
            client.read(ApiKeys.API_VERSIONS, (short) 3, 1, new ApiVersionsResponseData());
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    @Test
    void quotasAreSetByCommand() throws Exception {
        Path properties = directory.resolve("root.properties");
        StringBuilder text = new StringBuilder();
        as("root").forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
        Files.writeString(properties, text);
        List<String> options =
                List.of("-b", broker().bootstrap(), "--client-config", properties.toString());
        run(
                options,
                "quota",
                "set",
                "--user",
                "dave",
                "--default-client-id",
                "producer_byte_rate=1MiB",
                "request_percentage=12.5",
                "controller_mutation_rate=0.5");
        assertThat(String.join("\n", run(options, "quota", "list", "--user", "dave", "--json")))
                .contains(
                        "[{\"entity\":{\"client-id\":null,\"user\":\"dave\"},\"quotas\":{\"controller_mutation_rate\":0.5,\"producer_byte_rate\":1048576,\"request_percentage\":12.5}}]");
        assertThat(run(options, "quota", "remove", "--user", "dave", "--default-client-id"))
                .anyMatch(
                        line -> line.matches("dave +\\(default\\) +- +producer_byte_rate .*MiB/s"))
                .anyMatch(line ->
                        line.matches("dave +\\(default\\) +- +controller_mutation_rate .*0.5/s"))
                .anyMatch(line ->
                        line.matches("dave +\\(default\\) +- +request_percentage .*12.5 %"));
        assertThat(described(ClientQuotaFilter.all()))
                .doesNotContainKey(entity("user", "dave", "client-id", null));
    }

    private static List<String> run(List<String> options, String... command)
            throws InterruptedException {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(options);
        return Quafka.run(directory, all);
    }
}
