package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What Java clients of users with ACLs may do, and what they are told of the rest.
@Tag("broker")
class AclTest {
    private static final Duration WAIT = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final String SECRET = "of-everybody";

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
                        List.of(
                                new UserScramCredentialUpsertion("alice", credential, SECRET),
                                new UserScramCredentialUpsertion("bob", credential, SECRET),
                                new UserScramCredentialUpsertion("dave", credential, SECRET)))
                .all()
                .get();
        admin().createTopics(
                        List.of(
                                new NewTopic("orders", 1, (short) 1),
                                new NewTopic("closed", 1, (short) 1),
                                new NewTopic("sealed", 1, (short) 1)))
                .all()
                .get();
        allow("alice", ResourceType.TOPIC, "orders", AclOperation.WRITE);
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

    private static Admin admin(String user) {
        return Clients.admin(broker().bootstrap(), as(user));
    }

    private static AclBinding acl(
            String user,
            ResourceType type,
            String name,
            PatternType pattern,
            AclOperation operation,
            AclPermissionType permission) {
        return new AclBinding(
                new ResourcePattern(type, name, pattern),
                new AccessControlEntry("User:" + user, "*", operation, permission));
    }

    private static AclBinding allow(
            String user, ResourceType type, String name, AclOperation operation) throws Exception {
        AclBinding acl =
                acl(user, type, name, PatternType.LITERAL, operation, AclPermissionType.ALLOW);
        admin().createAcls(List.of(acl)).all().get();
        return acl;
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, String topic)
            throws Exception {
        producer.send(new ProducerRecord<>(topic, 0, null, Clients.bytes("value"))).get();
    }

    private static KafkaProducer<byte[], byte[]> producer(
            String user, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(as(user));
        all.putAll(settings);
        return Clients.producer(broker().bootstrap(), all);
    }

    private static KafkaConsumer<byte[], byte[]> consumer(
            String user, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(as(user));
        all.put("auto.offset.reset", "earliest");
        all.putAll(settings);
        return Clients.consumer(broker().bootstrap(), all);
    }

    @Test
    void producersWriteWhereTheyMay() throws Exception {
        try (KafkaProducer<byte[], byte[]> alice = producer("alice", Map.of())) {
            send(alice, "orders");
            assertThatThrownBy(() -> send(alice, "closed"))
                    .hasRootCauseInstanceOf(TopicAuthorizationException.class);
        }
        try (KafkaProducer<byte[], byte[]> bob = producer("bob", Map.of())) {
            // Not even an id of its own for a producer that may write nowhere.
            assertThatThrownBy(() -> send(bob, "orders"))
                    .rootCause()
                    .isInstanceOf(AuthorizationException.class);
        }
    }

    /// Also one that is assigned, and while its session goes on.
    @Test
    void consumersReadWhatTheyMayAsLongAsTheyMay() throws Exception {
        try (KafkaProducer<byte[], byte[]> alice = producer("alice", Map.of())) {
            send(alice, "orders");
        }
        AclBinding read = allow("bob", ResourceType.TOPIC, "orders", AclOperation.READ);
        try (KafkaConsumer<byte[], byte[]> bob = consumer("bob", Map.of())) {
            bob.assign(List.of(new TopicPartition("orders", 0)));
            bob.seekToBeginning(bob.assignment());
            pollUntil(() -> !bob.poll(POLL).isEmpty());
            admin().deleteAcls(List.of(read.toFilter())).all().get();
            assertThatThrownBy(() -> pollUntil(() -> bob.poll(POLL) == null))
                    .isInstanceOf(TopicAuthorizationException.class);
        }
    }

    private interface Check {
        boolean done();
    }

    private static void pollUntil(Check check) {
        long end = System.nanoTime() + WAIT.toNanos();
        while (!check.done()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("not within " + WAIT);
            }
        }
    }

    @Test
    void groupsAreForWhoMayReadThem() throws Exception {
        admin().createTopics(List.of(new NewTopic("grouped", 1, (short) 1))).all().get();
        allow("alice", ResourceType.TOPIC, "grouped", AclOperation.ALL);
        for (String protocol : List.of("classic", "consumer")) {
            Map<String, String> member =
                    Map.of("group.id", "team-" + protocol, "group.protocol", protocol);
            try (KafkaConsumer<byte[], byte[]> alice = consumer("alice", member)) {
                alice.subscribe(List.of("grouped"));
                assertThatThrownBy(() -> pollUntil(() -> alice.poll(POLL) == null))
                        .as(protocol)
                        .isInstanceOf(GroupAuthorizationException.class);
            }
            allow("alice", ResourceType.GROUP, "team-" + protocol, AclOperation.READ);
            try (KafkaConsumer<byte[], byte[]> alice = consumer("alice", member)) {
                alice.subscribe(List.of("grouped"));
                pollUntil(() -> {
                    alice.poll(POLL);
                    return !alice.assignment().isEmpty();
                });
                alice.commitSync(
                        Map.of(new TopicPartition("grouped", 0), new OffsetAndMetadata(0)));
                assertThatThrownBy(() ->
                                alice.commitSync(
                                        Map.of(
                                                new TopicPartition("closed", 0),
                                                new OffsetAndMetadata(0))))
                        .as(protocol)
                        .isInstanceOf(TopicAuthorizationException.class);
            }
        }
        try (Admin bob = admin("bob")) {
            assertThatThrownBy(
                            () -> bob.describeConsumerGroups(List.of("team-classic")).all().get())
                    .hasRootCauseInstanceOf(GroupAuthorizationException.class);
            assertThat(bob.listGroups().all().get()).isEmpty();
            assertThatThrownBy(() -> bob.deleteConsumerGroups(List.of("team-classic")).all().get())
                    .hasRootCauseInstanceOf(GroupAuthorizationException.class);
        }
        try (Admin alice = admin("alice")) {
            assertThat(alice.listGroups().all().get()).hasSize(2);
        }
    }

    @Test
    void transactionsAreForWhoMayWriteTheirIds() throws Exception {
        admin().createTopics(List.of(new NewTopic("transacted", 1, (short) 1))).all().get();
        allow("alice", ResourceType.TOPIC, "transacted", AclOperation.ALL);
        Map<String, String> settings = Map.of("transactional.id", "of-alice");
        try (KafkaProducer<byte[], byte[]> alice = producer("alice", settings)) {
            assertThatThrownBy(alice::initTransactions)
                    .isInstanceOf(TransactionalIdAuthorizationException.class);
        }
        allow("alice", ResourceType.TRANSACTIONAL_ID, "of-alice", AclOperation.WRITE);
        try (KafkaProducer<byte[], byte[]> alice = producer("alice", settings);
                KafkaConsumer<byte[], byte[]> others =
                        consumer("alice", Map.of("group.id", "of-others"))) {
            alice.initTransactions();
            alice.beginTransaction();
            send(alice, "transacted");
            alice.commitTransaction();
            alice.beginTransaction();
            assertThatThrownBy(
                            () -> {
                                alice.sendOffsetsToTransaction(
                                        Map.of(
                                                new TopicPartition("transacted", 0),
                                                new OffsetAndMetadata(1)),
                                        others.groupMetadata());
                                alice.commitTransaction();
                            })
                    .isInstanceOf(AuthorizationException.class);
            alice.abortTransaction();
        }
    }

    @Test
    void topicsAreMadeAndChangedByPrefix() throws Exception {
        admin().createAcls(
                        List.of(
                                acl(
                                        "bob",
                                        ResourceType.TOPIC,
                                        "bob-",
                                        PatternType.PREFIXED,
                                        AclOperation.ALL,
                                        AclPermissionType.ALLOW)))
                .all()
                .get();
        try (Admin bob = admin("bob")) {
            assertThatThrownBy(() ->
                            bob.createTopics(List.of(new NewTopic("other", 1, (short) 1)))
                                    .all()
                                    .get())
                    .hasRootCauseInstanceOf(TopicAuthorizationException.class);
            bob.createTopics(List.of(new NewTopic("bob-1", 2, (short) 1))).all().get();
            assertThat(bob.listTopics().names().get()).containsExactly("bob-1");
            assertThatThrownBy(() -> bob.describeTopics(List.of("orders")).allTopicNames().get())
                    .hasRootCauseInstanceOf(TopicAuthorizationException.class);
            assertThat(
                            Objects.requireNonNull(
                                            bob.describeTopics(
                                                            List.of("bob-1"),
                                                            new DescribeTopicsOptions()
                                                                    .includeAuthorizedOperations(
                                                                            true))
                                                    .allTopicNames()
                                                    .get()
                                                    .get("bob-1"))
                                    .authorizedOperations())
                    .contains(AclOperation.DELETE, AclOperation.READ, AclOperation.ALTER_CONFIGS);
            assertThatThrownBy(() -> bob.deleteTopics(List.of("orders")).all().get())
                    .hasRootCauseInstanceOf(TopicAuthorizationException.class);
            bob.deleteTopics(List.of("bob-1")).all().get();
        }
        assertThat(admin().listTopics().names().get()).contains("orders").doesNotContain("other");
    }

    @Test
    void whatIsDeniedIsDeniedWhateverIsAllowed() throws Exception {
        allow("alice", ResourceType.TOPIC, "sealed", AclOperation.ALL);
        AclBinding denied =
                acl(
                        "*",
                        ResourceType.TOPIC,
                        "seal",
                        PatternType.PREFIXED,
                        AclOperation.WRITE,
                        AclPermissionType.DENY);
        admin().createAcls(List.of(denied)).all().get();
        try (KafkaProducer<byte[], byte[]> alice = producer("alice", Map.of());
                KafkaProducer<byte[], byte[]> root = producer("root", Map.of())) {
            assertThatThrownBy(() -> send(alice, "sealed"))
                    .hasRootCauseInstanceOf(TopicAuthorizationException.class);
            send(root, "sealed");
            admin().deleteAcls(List.of(denied.toFilter())).all().get();
            send(alice, "sealed");
        }
    }

    @Test
    void aclsAreForAdministrators() throws Exception {
        try (Admin alice = admin("alice")) {
            assertThatThrownBy(() -> alice.describeAcls(AclBindingFilter.ANY).values().get())
                    .hasRootCauseInstanceOf(ClusterAuthorizationException.class);
            AclBinding wish =
                    acl(
                            "alice",
                            ResourceType.CLUSTER,
                            "kafka-cluster",
                            PatternType.LITERAL,
                            AclOperation.ALL,
                            AclPermissionType.ALLOW);
            assertThatThrownBy(() -> alice.createAcls(List.of(wish)).all().get())
                    .hasRootCauseInstanceOf(ClusterAuthorizationException.class);
            assertThatThrownBy(() -> alice.describeUserScramCredentials().all().get())
                    .hasRootCauseInstanceOf(ClusterAuthorizationException.class);
        }
        AclBinding odd =
                acl(
                        "alice",
                        ResourceType.CLUSTER,
                        "another",
                        PatternType.LITERAL,
                        AclOperation.ALL,
                        AclPermissionType.ALLOW);
        assertThatThrownBy(() -> admin().createAcls(List.of(odd)).all().get())
                .hasRootCauseInstanceOf(InvalidRequestException.class);
    }

    @Test
    void overHttpTooNotEverythingIsForEverybody() throws Exception {
        assertThat(get("/metrics", "dave")).isEqualTo(403);
        assertThat(get("/metrics", "root")).isEqualTo(200);
        allow("dave", ResourceType.CLUSTER, "kafka-cluster", AclOperation.DESCRIBE);
        assertThat(get("/metrics", "dave")).isEqualTo(200);
        assertThat(get("/api/retention", "dave")).isEqualTo(403);
    }

    private static int get(String path, String user) throws Exception {
        String basic =
                Base64.getEncoder()
                        .encodeToString((user + ":" + SECRET).getBytes(StandardCharsets.UTF_8));
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(
                                            URI.create("http://" + broker().bootstrap() + path))
                                    .version(HttpClient.Version.HTTP_1_1)
                                    .header("Authorization", "Basic " + basic)
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }

    @Test
    void aclsAreListedAddedAndRemovedByCommand() throws Exception {
        StringBuilder text = new StringBuilder();
        as("root").forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
        Path properties = Files.writeString(directory.resolve("root.properties"), text);
        List<String> options =
                List.of("-b", broker().bootstrap(), "--client-config", properties.toString());
        run(options, "acl", "add", "--user", "carol", "--allow", "read", "--topic", "by-command");
        AclBinding wanted =
                acl(
                        "carol",
                        ResourceType.TOPIC,
                        "by-command",
                        PatternType.LITERAL,
                        AclOperation.READ,
                        AclPermissionType.ALLOW);
        Collection<AclBinding> there = admin().describeAcls(AclBindingFilter.ANY).values().get();
        assertThat(there).contains(wanted);
        assertThat(String.join("\n", run(options, "acl", "list", "--user", "carol", "--json")))
                .contains("\"operation\"", "by-command", "User:carol");
        run(options, "acl", "remove", "--user", "carol");
        assertThat(Set.copyOf(admin().describeAcls(AclBindingFilter.ANY).values().get()))
                .doesNotContain(wanted);
    }

    private static List<String> run(List<String> options, String... command)
            throws InterruptedException {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(options);
        return Quafka.run(directory, all);
    }
}
