package io.quafka.testkit;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.controller.model.Endpoint;
import io.quafka.controller.raft.ControllerConfig;
import io.quafka.controller.raft.ControllerConfig.Member;
import io.quafka.controller.raft.EmbeddedController;
import io.quafka.controller.raft.Quorum;
import io.quafka.controller.raft.RaftTls;
import io.quafka.wire.tls.TlsConfig;
import io.quafka.wire.tls.TlsEngines;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// TLS between a controller, a storage node and a gateway, a process each: they serve each other,
/// and nobody else anything.
@Tag("broker")
class NodeTlsTest {
    private static final int WAIT_MS = 30_000;
    private static final int RECORDS = 100;
    private static final String TOPIC = "t";

    /// The type of the TLS record by which a server says that it does not go on.
    private static final int ALERT = 0x15;

    private static final int ALERT_BYTES = 7;

    @TempDir private static Path directory;

    private static @Nullable Certificates ours;
    private static @Nullable Certificates strangers;
    private static final List<BrokerProcess> PROCESSES = new ArrayList<>();
    private static int controllerPort;

    /// Somebody who is no node.
    private enum Stranger {
        PLAIN,
        WITHOUT_CERTIFICATE,
        OF_ANOTHER_AUTHORITY
    }

    @BeforeAll
    static void start() throws Exception {
        // Nodes are reached by addresses that their certificate does not name.
        ours =
                Certificates.authority(directory, "ours")
                        .signForNoHost("node", "CN=node")
                        .signForNoHost("renewed", "CN=renewed");
        strangers = Certificates.authority(directory, "theirs").sign("stranger", "CN=stranger");
        controllerPort = Ports.free();
        for (String role : List.of("controller", "storage", "gateway")) {
            PROCESSES.add(BrokerProcess.start(secured(role, role, ours, "node")));
        }
    }

    @AfterAll
    static void stop() {
        PROCESSES.reversed().forEach(BrokerProcess::close);
    }

    private static BrokerOptions options(String name, String role) throws IOException {
        return BrokerOptions.in(Files.createDirectory(directory.resolve(name)))
                .withRole(role)
                .withHeapMib(128)
                .with("controller.members", "1@127.0.0.1:" + controllerPort);
    }

    private static BrokerOptions secured(
            String name, String role, Certificates authority, String alias) throws IOException {
        return options(name, role)
                .with("node.tls.certificate.file", authority.chain(alias).toString())
                .with("node.tls.key.file", authority.key(alias).toString())
                .with("node.tls.trust.file", requireNonNull(ours).trust().toString());
    }

    private static BrokerProcess storage() {
        return PROCESSES.get(1);
    }

    private static BrokerProcess gateway() {
        return PROCESSES.get(2);
    }

    @Test
    void recordsGoThroughAllRoles() throws Exception {
        Clients.createTopic(gateway().bootstrap(), TOPIC, 2, Map.of());
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(gateway().bootstrap(), Map.of())) {
            List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
            for (int i = 0; i < RECORDS; i++) {
                records.add(new ProducerRecord<>(TOPIC, i % 2, null, Clients.bytes("v" + i)));
            }
            Clients.sendAll(producer, records);
        }
        assertThat(Clients.readAll(gateway().bootstrap(), Clients.partitions(TOPIC, 2), Map.of()))
                .hasSize(RECORDS);
    }

    @Test
    void membersAreShownToNodesOnly() throws Exception {
        try (TlsEngines node = engines(requireNonNull(ours), "node");
                TlsEngines stranger = engines(requireNonNull(strangers), "stranger")) {
            assertThat(members(new RaftTls(node.keys(), node.trust())))
                    .allMatch(Quorum.MemberState::leads);
            assertThat(members(new RaftTls(stranger.keys(), stranger.trust())))
                    .allMatch(state -> state.role().equals("silent"));
        }
        assertThat(members(null)).allMatch(state -> state.role().equals("silent"));
    }

    private static List<Quorum.MemberState> members(@Nullable RaftTls tls) {
        List<Quorum.MemberState> states =
                new Quorum(
                                List.of(new Member(1, new Endpoint("127.0.0.1", controllerPort))),
                                Duration.ofSeconds(10),
                                tls)
                        .members();
        assertThat(states).hasSize(1);
        return states;
    }

    private static TlsEngines engines(Certificates authority, String alias) throws IOException {
        return engines(authority.chain(alias), authority.key(alias));
    }

    private static TlsEngines engines(Path chain, Path key) throws IOException {
        return TlsEngines.open(
                new TlsConfig(
                        chain,
                        key,
                        null,
                        requireNonNull(ours).trust(),
                        null,
                        TlsConfig.ClientAuth.REQUIRED),
                Duration.ofMillis(100));
    }

    /// Two of three members make a controller, with whom the third, a stranger, has no say; and
    /// they show a renewed certificate without a new start.
    @Test
    void membersAgreeWithoutAStranger() throws Exception {
        Path chain = Files.copy(requireNonNull(ours).chain("node"), directory.resolve("own.pem"));
        Path key = Files.copy(requireNonNull(ours).key("node"), directory.resolve("own.key"));
        List<Member> members = new ArrayList<>();
        for (int id = 1; id <= 3; id++) {
            members.add(new Member(id, new Endpoint("127.0.0.1", Ports.free())));
        }
        try (TlsEngines own = engines(chain, key);
                TlsEngines other = engines(requireNonNull(strangers), "stranger");
                EmbeddedController first = member(members, 1, own);
                EmbeddedController second = member(members, 2, own);
                EmbeddedController third = member(members, 3, other)) {
            for (EmbeddedController each : List.of(first, second)) {
                each.metadata().awaitVersion(1).get(WAIT_MS, TimeUnit.MILLISECONDS);
            }
            assertThat(
                            new Quorum(
                                            members,
                                            Duration.ofSeconds(10),
                                            new RaftTls(own.keys(), own.trust()))
                                    .members())
                    .extracting(Quorum.MemberState::role)
                    .containsOnlyOnce("leader", "follower", "silent");
            assertThat(third.metadata().image().version()).isZero();

            int port = requireNonNull(members.getFirst().endpoint()).port();
            assertThat(shown(port, own)).isEqualTo("CN=node");
            Files.copy(requireNonNull(ours).chain("renewed"), chain, REPLACE_EXISTING);
            Files.copy(requireNonNull(ours).key("renewed"), key, REPLACE_EXISTING);
            await().atMost(Duration.ofMillis(WAIT_MS))
                    .untilAsserted(() -> assertThat(shown(port, own)).isEqualTo("CN=renewed"));
        }
    }

    private static EmbeddedController member(List<Member> members, int id, TlsEngines tls)
            throws IOException {
        return EmbeddedController.start(
                new ControllerConfig(
                        id,
                        members,
                        directory.resolve("member-" + id),
                        false,
                        null,
                        ControllerConfig.SESSION_TIMEOUT,
                        ControllerConfig.COMMAND_TIMEOUT),
                new RaftTls(tls.keys(), tls.trust()));
    }

    /// Whose certificate a port shows.
    private static String shown(int port, TlsEngines node) throws Exception {
        try (SSLSocket socket = (SSLSocket) connect(port, context(node, true))) {
            return socket.getSession().getPeerPrincipal().getName();
        }
    }

    /// That the questions of the next test are answered if it is a node that asks.
    @Test
    void aNodeIsAnswered() throws Exception {
        try (TlsEngines node = engines(requireNonNull(ours), "node")) {
            for (int port : List.of(storage().port(), controllerPort)) {
                try (Socket socket = connect(port, context(node, true))) {
                    socket.getOutputStream().write(question(port));
                    assertThat(socket.getInputStream().read()).isNotNegative();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStrangerGetsNothing(Stranger who) throws Exception {
        try (TlsEngines node = engines(requireNonNull(ours), "node");
                TlsEngines stranger = engines(requireNonNull(strangers), "stranger")) {
            SSLContext shown =
                    switch (who) {
                        case PLAIN -> null;
                        case WITHOUT_CERTIFICATE -> context(node, false);
                        case OF_ANOTHER_AUTHORITY -> context(stranger, true);
                    };
            for (int port : List.of(storage().port(), controllerPort)) {
                assertThat(answer(port, shown)).as("of port %d", port).isEmpty();
            }
        }
        String reason = who == Stranger.PLAIN ? "TLS_REQUIRED" : "TLS_REFUSED";
        await().untilAsserted(() ->
                assertThat(storage().errors()).anyMatch(line -> line.contains(reason)));
        String problem =
                switch (who) {
                    case PLAIN -> "not an SSL/TLS record";
                    case WITHOUT_CERTIFICATE -> "Empty client certificate chain";
                    case OF_ANOTHER_AUTHORITY -> "unable to find valid certification path";
                };
        await().untilAsserted(() ->
                assertThat(PROCESSES.getFirst().errors())
                        .anyMatch(line ->
                                line.contains("a connection to the controller was refused")
                                        && line.contains("/127.0.0.1:")
                                        && line.contains(problem)));
        if (who == Stranger.OF_ANOTHER_AUTHORITY) {
            await().untilAsserted(() ->
                    assertThat(PROCESSES.getFirst().errors())
                            .anyMatch(line ->
                                    line.contains("a node's certificate was refused")
                                            && line.contains("CN=stranger")));
        }
    }

    private static SSLContext context(TlsEngines engines, boolean withKeys) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                withKeys ? new KeyManager[] {new InsistentKeys(engines.keys())} : null,
                new TrustManager[] {engines.trust()},
                null);
        return context;
    }

    private static Socket connect(int port, @Nullable SSLContext context) throws IOException {
        if (context == null) {
            Socket plain = new Socket("127.0.0.1", port);
            plain.setSoTimeout(WAIT_MS);
            return plain;
        }
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
        socket.setSoTimeout(WAIT_MS);
        if (port != storage().port()) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
        }
        return socket;
    }

    /// What a port's protocol begins with: a request of Kafka's, or HTTP/2's opening (RFC 9113,
    /// section 3.4) with empty settings.
    private static byte[] question(int port) {
        if (port == controllerPort) {
            byte[] opening = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
            return ByteBuffer.allocate(opening.length + 9)
                    .put(opening)
                    .put(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0})
                    .array();
        }
        return FrameClient.frame(ApiKeys.API_VERSIONS, (short) 0, 1, new ApiVersionsRequestData());
    }

    /// What comes until the connection ends; TLS' own word that it does not go on does not count.
    private static byte[] answer(int port, @Nullable SSLContext context) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (Socket socket = connect(port, context)) {
            socket.getOutputStream().write(question(port));
            InputStream in = socket.getInputStream();
            for (int next = in.read(); next >= 0; next = in.read()) {
                answer.write(next);
            }
        } catch (SSLException | SocketException _) {
            // So it may end, too; not by a time-out, which is neither of these.
        }
        byte[] bytes = answer.toByteArray();
        return bytes.length == ALERT_BYTES && bytes[0] == ALERT ? new byte[0] : bytes;
    }

    @Test
    void aNodeOfAnotherAuthorityCannotJoin() throws Exception {
        BrokerOptions options =
                secured("intruder", "gateway", requireNonNull(strangers), "stranger")
                        .with("controller.timeout", "3s");
        try (BrokerProcess intruder = BrokerProcess.launch(options)) {
            assertThat(intruder.exitCode()).isNotZero();
            assertThat(intruder.lastErrors()).contains("no answer from the controller", "node.tls");
        }
        try (Admin admin = Clients.admin(gateway().bootstrap())) {
            assertThat(admin.describeCluster().nodes().get()).hasSize(1);
        }
    }

    @Test
    void halfOfTheKeysIsRefused() throws Exception {
        BrokerOptions options =
                options("half", "gateway")
                        .with("node.tls.trust.file", requireNonNull(ours).trust().toString());
        try (BrokerProcess half = BrokerProcess.launch(options)) {
            assertThat(half.exitCode()).isNotZero();
            assertThat(half.lastErrors())
                    .contains("nothing is said of node.tls.certificate.file and node.tls.key.file");
        }
    }
}
