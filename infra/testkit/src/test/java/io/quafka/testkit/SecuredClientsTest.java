package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quafka.program.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// All clients over TLS, with SASL and with certificates on the same port: who is served, and how
/// each client tells that it is not. A client runs through its cases in one process.
@Tag("broker")
class SecuredClientsTest {
    private static final String TOPIC = "secured";
    private static final String ADMIN_SECRET = "of-the-administrator";
    private static final String ALICE_SECRET = "of-alice";
    private static final int SERVED_WAIT_S = 30;
    private static final int REFUSED_WAIT_S = 3;

    @TempDir private static Path directory;

    private static @Nullable Certificates ours;
    private static @Nullable Certificates strangers;
    private static @Nullable BrokerProcess running;
    private static @Nullable Path site;

    @BeforeAll
    static void start() throws Exception {
        ours =
                Certificates.authority(directory, "authority")
                        .sign("server", "CN=server")
                        .sign("client", "CN=client");
        strangers = Certificates.authority(directory, "strangers").sign("stranger", "CN=stranger");
        Path password = Files.writeString(directory.resolve("admin.password"), ADMIN_SECRET + "\n");
        running =
                BrokerProcess.start(
                        BrokerOptions.in(directory)
                                .with("gateway.tls.certificate.file", text(ours().chain("server")))
                                .with("gateway.tls.key.file", text(ours().key("server")))
                                .with("gateway.tls.trust.file", text(ours().trust()))
                                .with("gateway.tls.client.auth", "optional")
                                .with("sasl.mechanisms", "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512")
                                .with("security.admin.user", "admin")
                                .with("security.admin.password.file", text(password))
                                .with("security.acls.enabled", "false")
                                .with("sasl.failure.delay", "10ms")
                                .with("group.initial.rebalance.delay.ms", "0"));
        try (Admin admin = admin(byPassword("PLAIN", "admin", ADMIN_SECRET))) {
            admin.alterUserScramCredentials(
                            List.of(
                                    credential(ScramMechanism.SCRAM_SHA_256),
                                    credential(ScramMechanism.SCRAM_SHA_512)))
                    .all()
                    .get();
            admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get();
        }
        site = directory.resolve("site.json");
        Files.writeString(site, Json.write(site()));
    }

    private static Map<String, Object> site() {
        return Map.of(
                "bootstrap", broker().bootstrap(),
                "topic", TOPIC,
                "user", "alice",
                "password", ALICE_SECRET,
                "trust", text(ours().trust()),
                "certificate", text(ours().chain("client")),
                "key", text(ours().key("client")),
                "strangers", text(strangers().trust()),
                "strangerCertificate", text(strangers().chain("stranger")),
                "strangerKey", text(strangers().key("stranger")));
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

    private static Certificates ours() {
        return Objects.requireNonNull(ours);
    }

    private static Certificates strangers() {
        return Objects.requireNonNull(strangers);
    }

    private static BrokerProcess broker() {
        return Objects.requireNonNull(running);
    }

    private static String text(Path file) {
        return file.toString();
    }

    private static UserScramCredentialAlteration credential(ScramMechanism mechanism) {
        return new UserScramCredentialUpsertion(
                "alice", new ScramCredentialInfo(mechanism, 4096), ALICE_SECRET);
    }

    private static Map<String, String> byPassword(String mechanism, String user, String secret) {
        Map<String, String> settings = new HashMap<>(ours().believing());
        settings.put("security.protocol", "SASL_SSL");
        settings.put("sasl.mechanism", mechanism);
        String module = mechanism.equals("PLAIN") ? "plain.Plain" : "scram.Scram";
        settings.put(
                "sasl.jaas.config",
                "org.apache.kafka.common.security.%sLoginModule required username=\"%s\" password=\"%s\";"
                        .formatted(module, user, secret));
        return settings;
    }

    private static Admin admin(Map<String, String> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("bootstrap.servers", broker().bootstrap());
        return Admin.create(all);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"})
    void javaByPassword(String mechanism) throws Exception {
        Map<String, String> alice = byPassword(mechanism, "alice", ALICE_SECRET);
        String value = "java by " + mechanism;
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(broker().bootstrap(), alice)) {
            producer.send(new ProducerRecord<>(TOPIC, 0, null, Clients.bytes(value))).get();
        }
        assertThat(Clients.readAll(broker().bootstrap(), Clients.partitions(TOPIC, 1), alice))
                .anyMatch(record -> Clients.text(record.value()).equals(value));
        assertRefused(byPassword(mechanism, "alice", "wrong"), SaslAuthenticationException.class);
        Map<String, String> deceived = new HashMap<>(alice);
        deceived.put("ssl.truststore.location", text(strangers().trust()));
        assertRefused(deceived, SslAuthenticationException.class);
    }

    private static void assertRefused(
            Map<String, String> settings, Class<? extends Throwable> reason) {
        try (Admin admin = admin(settings)) {
            assertThatThrownBy(() -> admin.describeCluster().clusterId().get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(reason);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "confluent_kafka, confluent_secure.py",
        "kafka, kafka_python_secure.py",
    })
    void python(String module, String script) throws Exception {
        List<String> command =
                List.of(
                        Python.with(module),
                        text(Python.script(script)),
                        text(Objects.requireNonNull(site)));
        try (Program program = Program.start(directory, command)) {
            assertThat(program.awaitSuccess()).last().asString().startsWith("ok ");
        }
    }

    @Test
    void kafkaJs() throws Exception {
        try (Program node =
                KafkaJs.install(directory).start("secure.js", text(Objects.requireNonNull(site)))) {
            assertThat(node.awaitSuccess()).last().asString().startsWith("ok ");
        }
    }

    /// Those that are refused try again until their time is over: side by side.
    @Test
    void kcat() throws Exception {
        Installed.require("kcat", "kcat", "-V");
        try (Program wrong = kcat(REFUSED_WAIT_S, "sasl.password=wrong");
                Program deceived = kcat(REFUSED_WAIT_S, "ssl.ca.location=" + strangers().trust());
                Program served = kcat(SERVED_WAIT_S, "sasl.password=" + ALICE_SECRET)) {
            assertThat(served.awaitSuccess()).anyMatch(line -> line.contains("partition 0"));
            assertThat(wrong.awaitFailure()).contains("SASL authentication error");
            assertThat(deceived.awaitFailure()).contains("certificate verify failed");
        }
    }

    /// Asks for the topic's metadata.
    ///
    /// @param waitSeconds how long for it
    /// @param setting of librdkafka, on top of those with which it would be served
    private static Program kcat(int waitSeconds, String setting) {
        List<String> command = new ArrayList<>(List.of("kcat", "-b", broker().bootstrap()));
        command.addAll(List.of("-L", "-t", TOPIC, "-m", String.valueOf(waitSeconds)));
        for (String each :
                List.of(
                        "security.protocol=sasl_ssl",
                        "ssl.ca.location=" + ours().trust(),
                        "sasl.mechanism=PLAIN",
                        "sasl.username=alice",
                        "sasl.password=" + ALICE_SECRET,
                        setting)) {
            command.addAll(List.of("-X", each));
        }
        return Program.start(directory, command);
    }
}
