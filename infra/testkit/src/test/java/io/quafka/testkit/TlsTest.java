package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLSocket;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// TLS on the port that clients use: who is served over it, who is not, and what happens when its
/// files change.
@Tag("broker")
class TlsTest {
    private static final Duration WAIT = Duration.ofSeconds(60);

    @TempDir private static Path directory;

    private static @Nullable Certificates ours;
    private static @Nullable Certificates strangers;
    private static @Nullable BrokerProcess running;

    @BeforeAll
    static void start() throws Exception {
        ours =
                Certificates.authority(directory, "authority")
                        .sign("server", "CN=server")
                        .sign("renewed", "CN=renewed")
                        .sign("client", "CN=client,OU=tests")
                        .sign("expired", "CN=expired", "-10d", 5);
        strangers = Certificates.authority(directory, "strangers").sign("stranger", "CN=stranger");
        copy(ours().chain("server"), served("pem"));
        copy(ours().key("server"), served("key"));
        running =
                BrokerProcess.start(
                        BrokerOptions.in(directory)
                                .with("gateway.tls.certificate.file", served("pem").toString())
                                .with("gateway.tls.key.file", served("key").toString())
                                .with("gateway.tls.trust.file", ours().trust().toString())
                                .with("gateway.tls.client.auth", "optional")
                                .with("tls.reload.interval", "100ms"));
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (running != null) {
            running.terminate();
        }
    }

    private static Certificates ours() {
        return java.util.Objects.requireNonNull(ours);
    }

    private static Certificates strangers() {
        return java.util.Objects.requireNonNull(strangers);
    }

    private static BrokerProcess broker() {
        return java.util.Objects.requireNonNull(running);
    }

    private static Path served(String ending) {
        return directory.resolve("served." + ending);
    }

    /// As a careful operator does: readers see the old file or the new one.
    private static void copy(Path from, Path to) throws Exception {
        Path beside = to.resolveSibling(to.getFileName() + ".new");
        Files.copy(from, beside, StandardCopyOption.REPLACE_EXISTING);
        Files.move(beside, to, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Map<String, String> and(Map<String, String> some, Map<String, String> more) {
        Map<String, String> all = new HashMap<>(some);
        all.putAll(more);
        return all;
    }

    private static Admin admin(Map<String, String> settings) {
        return Admin.create(
                new HashMap<>(and(settings, Map.of("bootstrap.servers", broker().bootstrap()))));
    }

    private static String clusterId(Map<String, String> settings) throws Exception {
        try (Admin admin = admin(settings)) {
            return admin.describeCluster().clusterId().get();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void recordsOfAllSizesComeBackAsTheyWere(String version) throws Exception {
        Map<String, String> settings =
                and(ours().believing(), Map.of("ssl.enabled.protocols", version));
        String topic = "tls-" + version;
        try (Admin admin = admin(settings)) {
            admin.createTopics(
                            List.of(
                                    new org.apache.kafka.clients.admin.NewTopic(
                                            topic, 1, (short) 1)))
                    .all()
                    .get();
        }
        Random random = new Random(version.hashCode());
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int bytes :
                List.of(0, 1, 100, 1_500, 2_040, 16_383, 16_384, 16_385, 200_000, 900_000)) {
            for (int i = 0; i < 3; i++) {
                byte[] value = new byte[bytes];
                random.nextBytes(value);
                records.add(new ProducerRecord<>(topic, 0, null, value));
            }
        }
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(broker().bootstrap(), settings)) {
            Clients.sendAll(producer, records);
        }
        List<ConsumerRecord<byte[], byte[]>> read =
                Clients.readAll(broker().bootstrap(), Clients.partitions(topic, 1), settings);
        assertThat(read).hasSameSizeAs(records);
        for (int i = 0; i < read.size(); i++) {
            assertThat(read.get(i).value()).as("record %d", i).isEqualTo(records.get(i).value());
        }
    }

    @Test
    void kcatProducesAndConsumesOverTls() throws Exception {
        Installed.require("kcat", "kcat", "-V");
        Path input = directory.resolve("kcat.in");
        byte[] bytes = new byte[700_000];
        new Random(7).nextBytes(bytes);
        Files.write(input, bytes);
        List<String> kcat =
                List.of(
                        "kcat",
                        "-b",
                        broker().bootstrap(),
                        "-m",
                        "30",
                        "-X",
                        "security.protocol=ssl",
                        "-X",
                        "ssl.ca.location=" + ours().trust(),
                        "-X",
                        "ssl.certificate.location=" + ours().chain("client"),
                        "-X",
                        "ssl.key.location=" + ours().key("client"),
                        "-t",
                        "kcat-tls");
        List<String> produce = new ArrayList<>(kcat);
        produce.addAll(List.of("-P", input.toString()));
        try (Program program = Program.start(directory, produce)) {
            program.awaitSuccess();
        }
        List<ConsumerRecord<byte[], byte[]>> read =
                Clients.readAll(
                        broker().bootstrap(),
                        Clients.partitions("kcat-tls", 1),
                        ours().believing());
        assertThat(read).hasSize(1);
        assertThat(read.getFirst().value()).isEqualTo(bytes);
        List<String> consume = new ArrayList<>(kcat);
        consume.addAll(List.of("-C", "-o", "beginning", "-e", "-q", "-f", "%S\\n"));
        try (Program program = Program.start(directory, consume)) {
            assertThat(program.awaitSuccess()).containsExactly("700000");
        }
    }

    @Test
    void nobodyIsServedKafkaInPlain() throws Exception {
        try (FrameClient client = new FrameClient(broker().port(), WAIT)) {
            client.send(
                    ApiKeys.API_VERSIONS,
                    (short) 4,
                    1,
                    new ApiVersionsRequestData()
                            .setClientSoftwareName("test")
                            .setClientSoftwareVersion("1"));
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void plainHttpTellsHealthAndNothingElse() throws Exception {
        assertThat(get("http://localhost", "/health/ready", null).statusCode()).isEqualTo(200);
        HttpResponse<String> refused = get("http://localhost", "/metrics", null);
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("https").doesNotContain("quafka_");
        HttpResponse<String> told = get("https://localhost", "/metrics", ours().believing());
        assertThat(told.statusCode()).isEqualTo(200);
        assertThat(told.body()).contains("quafka_connections");
    }

    private static HttpResponse<String> get(
            String host, String path, @Nullable Map<String, String> trust) throws Exception {
        HttpClient.Builder builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
        if (trust != null) {
            builder.sslContext(factory(trust).sslContext());
        }
        try (HttpClient client = builder.build()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(host + ":" + broker().port() + path))
                            .timeout(WAIT)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private static DefaultSslEngineFactory factory(Map<String, String> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put(SslConfigs.SSL_PROTOCOL_CONFIG, "TLSv1.3");
        all.put(SslConfigs.SSL_ENABLED_PROTOCOLS_CONFIG, List.of("TLSv1.3"));
        all.put(SslConfigs.SSL_CIPHER_SUITES_CONFIG, List.of());
        all.put(SslConfigs.SSL_KEYMANAGER_ALGORITHM_CONFIG, "SunX509");
        all.put(SslConfigs.SSL_TRUSTMANAGER_ALGORITHM_CONFIG, "PKIX");
        all.computeIfPresent(
                SslConfigs.SSL_TRUSTSTORE_PASSWORD_CONFIG,
                (_, text) -> new Password((String) text));
        DefaultSslEngineFactory factory = new DefaultSslEngineFactory();
        factory.configure(all);
        return factory;
    }

    @Test
    void anExpiredCertificateIsRefused() throws Exception {
        Map<String, String> good = and(ours().believing(), ours().showing("client"));
        assertThat(clusterId(good)).isNotBlank();
        assertThatThrownBy(() -> clusterId(and(ours().believing(), ours().showing("expired"))))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(SslAuthenticationException.class);
        assertThat(clusterId(good)).isNotBlank();
        assertThat(broker().errors()).anyMatch(line -> line.contains("TLS_REFUSED"));
    }

    @Test
    void clientsDoNotBelieveAServerOfAnotherAuthority() {
        assertThatThrownBy(() -> clusterId(strangers().believing()))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(SslAuthenticationException.class);
    }

    @Test
    void changedFilesAreShownToNewConnectionsAndBadOnesAreNot() throws Exception {
        try (Admin open = admin(ours().believing())) {
            String cluster = open.describeCluster().clusterId().get();
            // The certificate comes before its key: what was there before must go on.
            copy(ours().chain("renewed"), served("pem"));
            await().atMost(WAIT)
                    .until(() ->
                            broker().errors().stream()
                                    .anyMatch(line -> line.contains("cannot be used")));
            assertThat(shown()).isEqualTo("CN=server");
            copy(ours().key("renewed"), served("key"));
            await().atMost(WAIT).untilAsserted(() -> assertThat(shown()).isEqualTo("CN=renewed"));
            Files.writeString(served("key"), "not a key");
            await().atMost(WAIT)
                    .until(() ->
                            broker().errors().stream()
                                            .filter(line -> line.contains("cannot be used"))
                                            .count()
                                    >= 2);
            assertThat(shown()).isEqualTo("CN=renewed");
            assertThat(open.describeCluster().clusterId().get()).isEqualTo(cluster);
        } finally {
            copy(ours().chain("server"), served("pem"));
            copy(ours().key("server"), served("key"));
        }
    }

    /// The name in the certificate that the broker shows now.
    private static String shown() throws Exception {
        try (SSLSocket socket =
                (SSLSocket)
                        factory(ours().believing())
                                .sslContext()
                                .getSocketFactory()
                                .createSocket("localhost", broker().port())) {
            socket.startHandshake();
            X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return shown.getSubjectX500Principal().getName();
        }
    }

    @Test
    void theCommandLineIsAClientOverTlsToo() throws Exception {
        Path properties = directory.resolve("client.properties");
        StringBuilder text = new StringBuilder();
        ours().believing().forEach((key, value) -> text.append(key + "=" + value + "\n"));
        Files.writeString(properties, text);
        for (List<String> command :
                List.of(List.of("topic", "list"), List.of("retention", "status"))) {
            List<String> all = new ArrayList<>(command);
            all.addAll(
                    List.of("-b", broker().bootstrap(), "--client-config", properties.toString()));
            assertThat(Quafka.run(directory, all)).isNotEmpty();
        }
    }

    @Test
    void whereCertificatesAreRequiredThoseWithoutOrOfStrangersAreRefused() throws Exception {
        Path password =
                Files.writeString(directory.resolve("password"), Certificates.PASSWORD + "\n");
        Path own = Files.createDirectories(directory.resolve("required"));
        try (BrokerProcess strict =
                BrokerProcess.start(
                        BrokerOptions.in(own)
                                .with(
                                        "gateway.tls.certificate.file",
                                        ours().store("server").toString())
                                .with("gateway.tls.key.password.file", password.toString())
                                .with("gateway.tls.trust.file", ours().trust().toString())
                                .with("gateway.tls.client.auth", "required")
                                .with("security.acls.enabled", "false"))) {
            Map<String, String> there = Map.of("bootstrap.servers", strict.bootstrap());
            try (Admin admin =
                    Admin.create(
                            new HashMap<>(
                                    and(
                                            there,
                                            and(ours().believing(), ours().showing("client")))))) {
                assertThat(admin.describeCluster().clusterId().get()).isNotBlank();
            }
            for (Map<String, String> bad :
                    List.of(Map.<String, String>of(), strangers().showing("stranger"))) {
                try (Admin admin =
                        Admin.create(new HashMap<>(and(there, and(ours().believing(), bad))))) {
                    assertThatThrownBy(() -> admin.describeCluster().clusterId().get())
                            .isInstanceOf(ExecutionException.class)
                            .hasCauseInstanceOf(SslAuthenticationException.class);
                }
            }
        }
    }
}
