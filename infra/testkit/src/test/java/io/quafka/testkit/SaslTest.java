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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.ResourceNotFoundException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.UnacceptableCredentialException;
import org.apache.kafka.common.errors.UnsupportedSaslMechanismException;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.message.SaslHandshakeResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Clients that say who they are by SASL: who is served, who is not, and what they are told.
@Tag("broker")
class SaslTest {
    private static final Duration WAIT = Duration.ofSeconds(60);
    private static final Duration SESSION = Duration.ofSeconds(6);
    private static final String ADMIN_SECRET = "of-the-administrator";
    private static final String ALICE_SECRET = "of-alice, \u00e4 = 1";

    @TempDir private static Path directory;

    private static @Nullable BrokerProcess running;

    @BeforeAll
    static void start() throws Exception {
        Path password = Files.writeString(directory.resolve("admin.password"), ADMIN_SECRET + "\n");
        running =
                BrokerProcess.start(
                        BrokerOptions.in(directory)
                                .with("sasl.mechanisms", "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512")
                                .with("security.admin.user", "admin")
                                .with("security.acls.enabled", "false")
                                .with("security.admin.password.file", password.toString())
                                .with("sasl.failure.delay", "10ms")
                                .with("sasl.session.lifetime.max", SESSION.toSeconds() + "s"));
        try (Admin admin = admin(client("SCRAM-SHA-512", "admin", ADMIN_SECRET))) {
            admin.alterUserScramCredentials(
                            List.of(
                                    upsertion("alice", ScramMechanism.SCRAM_SHA_256),
                                    upsertion("alice", ScramMechanism.SCRAM_SHA_512)))
                    .all()
                    .get();
            admin.createTopics(List.of(new NewTopic("sasl", 1, (short) 1))).all().get();
        }
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (running != null) {
            running.requireNoAlarms();
            assertThat(String.join("\n", running.errors()))
                    .doesNotContain(ADMIN_SECRET)
                    .doesNotContain(ALICE_SECRET);
            running.terminate();
        }
    }

    private static BrokerProcess broker() {
        return java.util.Objects.requireNonNull(running);
    }

    private static UserScramCredentialUpsertion upsertion(String user, ScramMechanism mechanism) {
        return new UserScramCredentialUpsertion(
                user, new ScramCredentialInfo(mechanism, 4096), ALICE_SECRET);
    }

    private static Map<String, String> client(String mechanism, String user, String password) {
        String module =
                mechanism.equals("PLAIN")
                        ? "org.apache.kafka.common.security.plain.PlainLoginModule"
                        : "org.apache.kafka.common.security.scram.ScramLoginModule";
        return Map.of(
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                mechanism,
                "sasl.jaas.config",
                "%s required username=\"%s\" password=\"%s\";".formatted(module, user, password));
    }

    private static Admin admin(Map<String, String> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("bootstrap.servers", broker().bootstrap());
        return Admin.create(all);
    }

    private static void describe(Map<String, String> settings)
            throws InterruptedException, ExecutionException {
        try (Admin admin = admin(settings)) {
            admin.describeCluster().clusterId().get();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"})
    void whoKnowsThePasswordIsServed(String mechanism) throws Exception {
        producesUntil(System.nanoTime() + 1, mechanism, "served by " + mechanism);
    }

    /// The producer lives longer than its session, and so authenticates again.
    @Test
    void whoKnowsThePasswordComesAgain() throws Exception {
        producesUntil(
                System.nanoTime() + SESSION.plusSeconds(3).toNanos(), "SCRAM-SHA-256", "again");
    }

    private static void producesUntil(long endNanos, String mechanism, String value)
            throws Exception {
        Map<String, String> alice = client(mechanism, "alice", ALICE_SECRET);
        int sent = 0;
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(broker().bootstrap(), alice)) {
            do {
                producer.send(new ProducerRecord<>("sasl", 0, null, Clients.bytes(value))).get();
                sent++;
            } while (System.nanoTime() < endNanos);
        }
        List<ConsumerRecord<byte[], byte[]>> read =
                Clients.readAll(broker().bootstrap(), Clients.partitions("sasl", 1), alice);
        assertThat(read.stream().filter(r -> Clients.text(r.value()).equals(value))).hasSize(sent);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"})
    void whoDoesNotIsNot(String mechanism) throws Exception {
        for (Map<String, String> wrong :
                List.of(
                        client(mechanism, "alice", ALICE_SECRET + "?"),
                        client(mechanism, "nobody", ALICE_SECRET))) {
            assertThatThrownBy(() -> describe(wrong))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(SaslAuthenticationException.class);
        }
        assertThat(broker().errors()).anyMatch(line -> line.contains("failed to authenticate"));
    }

    @Test
    void whatIsNotOfferedIsRefusedWithWhatIs() {
        Map<String, String> other = new HashMap<>(client("PLAIN", "alice", ALICE_SECRET));
        other.put("sasl.mechanism", "OAUTHBEARER");
        other.put(
                "sasl.jaas.config",
                "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required"
                        + " unsecuredLoginStringClaim_sub=\"alice\";");
        assertThatThrownBy(() -> describe(other))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(UnsupportedSaslMechanismException.class)
                .hasMessageContaining("SCRAM-SHA-256");
    }

    @Test
    void beforeThatOnlyTheWayInIsAnswered() throws Exception {
        try (FrameClient client = new FrameClient(broker().port(), WAIT)) {
            client.send(ApiKeys.API_VERSIONS, (short) 3, 1, versions());
            ApiVersionsResponseData told =
                    client.read(ApiKeys.API_VERSIONS, (short) 3, 1, new ApiVersionsResponseData());
            assertThat(told.apiKeys())
                    .anyMatch(api -> api.apiKey() == ApiKeys.SASL_AUTHENTICATE.id);
            client.send(ApiKeys.METADATA, (short) 12, 2, new MetadataRequestData().setTopics(null));
            assertThat(client.isClosedByServer()).isTrue();
        }
        try (FrameClient client = new FrameClient(broker().port(), WAIT)) {
            // The length of a frame that a known client may send, and one that nobody knows may
            // not.
            client.send(new byte[] {0, 2, 0, 0, 0, 36, 0, 0});
            assertThat(client.isClosedByServer()).isTrue();
        }
        try (FrameClient client = new FrameClient(broker().port(), WAIT)) {
            client.send(
                    ApiKeys.SASL_AUTHENTICATE,
                    (short) 2,
                    1,
                    new SaslAuthenticateRequestData().setAuthBytes(new byte[] {1}));
            assertThat(
                            client.read(
                                            ApiKeys.SASL_AUTHENTICATE,
                                            (short) 2,
                                            1,
                                            new SaslAuthenticateResponseData())
                                    .errorCode())
                    .isEqualTo(Errors.ILLEGAL_SASL_STATE.code());
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void aSessionThatIsOverEndsTheConnection() throws Exception {
        try (FrameClient client = new FrameClient(broker().port(), WAIT)) {
            client.send(
                    ApiKeys.SASL_HANDSHAKE,
                    (short) 1,
                    1,
                    new SaslHandshakeRequestData().setMechanism("PLAIN"));
            assertThat(
                            client.read(
                                            ApiKeys.SASL_HANDSHAKE,
                                            (short) 1,
                                            1,
                                            new SaslHandshakeResponseData())
                                    .errorCode())
                    .isZero();
            byte[] token = Clients.bytes("\0alice\0" + ALICE_SECRET);
            client.send(
                    ApiKeys.SASL_AUTHENTICATE,
                    (short) 2,
                    2,
                    new SaslAuthenticateRequestData().setAuthBytes(token));
            SaslAuthenticateResponseData known =
                    client.read(
                            ApiKeys.SASL_AUTHENTICATE,
                            (short) 2,
                            2,
                            new SaslAuthenticateResponseData());
            assertThat(known.errorCode()).isZero();
            assertThat(known.sessionLifetimeMs()).isEqualTo(SESSION.toMillis());
            int asked = 3;
            long deadline = System.nanoTime() + WAIT.toNanos();
            try {
                while (System.nanoTime() < deadline) {
                    client.send(ApiKeys.API_VERSIONS, (short) 3, asked, versions());
                    client.read(
                            ApiKeys.API_VERSIONS, (short) 3, asked, new ApiVersionsResponseData());
                    asked++;
                    client.send(
                            ApiKeys.METADATA,
                            (short) 12,
                            asked,
                            new MetadataRequestData().setTopics(List.of()));
                    client.read();
                    asked++;
                }
            } catch (java.io.IOException _) {
                assertThat(asked).as("it was served before").isGreaterThan(4);
                return;
            }
            throw new AssertionError("still served after " + WAIT);
        }
    }

    private static ApiVersionsRequestData versions() {
        return new ApiVersionsRequestData()
                .setClientSoftwareName("test")
                .setClientSoftwareVersion("1");
    }

    @Test
    void usersAreChangedByAdministratorsOnly() throws Exception {
        try (Admin alice = admin(client("SCRAM-SHA-256", "alice", ALICE_SECRET))) {
            assertThatThrownBy(() -> alice.describeUserScramCredentials().all().get())
                    .hasCauseInstanceOf(ClusterAuthorizationException.class);
            assertThatThrownBy(() ->
                            alice.alterUserScramCredentials(
                                            List.of(
                                                    upsertion(
                                                            "admin", ScramMechanism.SCRAM_SHA_256)))
                                    .all()
                                    .get())
                    .hasCauseInstanceOf(ClusterAuthorizationException.class);
        }
        try (Admin admin = admin(client("PLAIN", "admin", ADMIN_SECRET))) {
            assertThat(admin.describeUserScramCredentials().all().get().get("alice"))
                    .satisfies(alice -> assertThat(alice.credentialInfos()).hasSize(2));
            assertThatThrownBy(() ->
                            admin.alterUserScramCredentials(
                                            List.of(
                                                    new UserScramCredentialDeletion(
                                                            "nobody",
                                                            ScramMechanism.SCRAM_SHA_256)))
                                    .all()
                                    .get())
                    .hasCauseInstanceOf(ResourceNotFoundException.class);
            assertThatThrownBy(() ->
                            admin.alterUserScramCredentials(
                                            List.of(
                                                    new UserScramCredentialUpsertion(
                                                            "weak",
                                                            new ScramCredentialInfo(
                                                                    ScramMechanism.SCRAM_SHA_256,
                                                                    10),
                                                            "secret")))
                                    .all()
                                    .get())
                    .hasCauseInstanceOf(UnacceptableCredentialException.class);
            admin.alterUserScramCredentials(
                            List.of(upsertion("gone", ScramMechanism.SCRAM_SHA_256)))
                    .all()
                    .get();
            describe(client("SCRAM-SHA-256", "gone", ALICE_SECRET));
            admin.alterUserScramCredentials(
                            List.of(
                                    new UserScramCredentialDeletion(
                                            "gone", ScramMechanism.SCRAM_SHA_256)))
                    .all()
                    .get();
            assertThatThrownBy(() -> describe(client("SCRAM-SHA-256", "gone", ALICE_SECRET)))
                    .hasCauseInstanceOf(SaslAuthenticationException.class);
        }
    }

    @Test
    void httpKnowsTheSameUsers() throws Exception {
        assertThat(get("/health/ready", null)).isEqualTo(200);
        assertThat(get("/metrics", null)).isEqualTo(401);
        assertThat(get("/metrics", "alice:wrong")).isEqualTo(401);
        assertThat(get("/metrics", "alice:" + ALICE_SECRET)).isEqualTo(200);
    }

    private static int get(String path, @Nullable String user) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://localhost:" + broker().port() + path))
                        .timeout(WAIT);
        if (user != null) {
            byte[] bytes = user.getBytes(StandardCharsets.UTF_8);
            request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(bytes));
        }
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }

    /// By PLAIN: before 2.6.1 librdkafka sends its own nonce twice at the end of SCRAM
    /// (confluentinc/librdkafka#4895), which RFC 5802 has servers refuse, as Kafka's do since 3.9.
    @Test
    void kcatIsServed() throws Exception {
        Installed.require("kcat", "kcat", "-V");
        List<String> kcat =
                new ArrayList<>(List.of("kcat", "-b", broker().bootstrap(), "-m", "30"));
        kcat.addAll(List.of("-X", "security.protocol=sasl_plaintext"));
        kcat.addAll(List.of("-X", "sasl.mechanism=PLAIN"));
        kcat.addAll(List.of("-X", "sasl.username=admin", "-X", "sasl.password=" + ADMIN_SECRET));
        kcat.addAll(List.of("-L", "-t", "sasl"));
        try (Program program = Program.start(directory, kcat)) {
            assertThat(program.awaitSuccess()).anyMatch(line -> line.contains("partition 0"));
        }
    }

    @Test
    void usersAreMadeByCommandWithPasswordsFromFiles() throws Exception {
        Path properties = directory.resolve("admin.properties");
        StringBuilder text = new StringBuilder();
        client("SCRAM-SHA-256", "admin", ADMIN_SECRET)
                .forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
        Files.writeString(properties, text);
        Path password = Files.writeString(directory.resolve("bob.password"), "of-bob\n");
        List<String> options =
                List.of("-b", broker().bootstrap(), "--client-config", properties.toString());
        run(options, "user", "create", "bob", "--password-file", password.toString());
        describe(client("SCRAM-SHA-512", "bob", "of-bob"));
        assertThat(String.join("\n", run(options, "user", "list", "--json")))
                .contains("bob")
                .contains("SCRAM-SHA-256,SCRAM-SHA-512");
        run(options, "user", "delete", "bob");
        assertThatThrownBy(() -> describe(client("PLAIN", "bob", "of-bob")))
                .hasCauseInstanceOf(SaslAuthenticationException.class);
    }

    private static List<String> run(List<String> options, String... command)
            throws InterruptedException {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(options);
        return Quafka.run(directory, all);
    }
}
