package io.quafka.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerToken;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerTokenCallback;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Clients with tokens of an issuer whose keys are served over HTTP.
@Tag("broker")
class OAuthTest {
    private static final Duration WAIT = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofSeconds(4);
    private static final String TOPIC = "tokens";
    private static final String AUDIENCE = "quafka";

    /// What clients of a name get as tokens.
    private static final Map<String, Supplier<String>> ISSUED = new ConcurrentHashMap<>();

    @TempDir private static Path directory;

    private static final AtomicReference<String> keys = new AtomicReference<>("");
    private static @Nullable HttpServer issuer;
    private static @Nullable RsaJsonWebKey known;
    private static @Nullable BrokerProcess running;

    @BeforeAll
    static void start() throws Exception {
        known = key("one");
        keys.set(new JsonWebKeySet(known).toJson());
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer = server;
        server.createContext("/keys", exchange -> answer(exchange, requireNonNull(keys.get())));
        server.start();
        running =
                BrokerProcess.start(
                        BrokerOptions.in(directory)
                                .with("sasl.mechanisms", "OAUTHBEARER")
                                .with("security.acls.enabled", "false")
                                .with("sasl.failure.delay", "10ms")
                                .with("sasl.oauthbearer.jwks.endpoint.url", url("/keys"))
                                .with("sasl.oauthbearer.expected.audience", AUDIENCE)
                                .with("sasl.oauthbearer.expected.issuer", url("")));
        try (Admin admin = admin("maker", () -> token(known(), "maker", AUDIENCE, 600))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get();
        }
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (running != null) {
            running.requireNoAlarms();
            running.terminate();
        }
        if (issuer != null) {
            issuer.stop(0);
        }
    }

    private static void answer(HttpExchange exchange, String json) throws IOException {
        byte[] body = Clients.bytes(json);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static String url(String path) {
        return "http://127.0.0.1:" + Objects.requireNonNull(issuer).getAddress().getPort() + path;
    }

    private static RsaJsonWebKey known() {
        return Objects.requireNonNull(known);
    }

    private static BrokerProcess broker() {
        return Objects.requireNonNull(running);
    }

    private static RsaJsonWebKey key(String id) throws JoseException {
        RsaJsonWebKey key = RsaJwkGenerator.generateJwk(2048);
        key.setKeyId(id);
        return key;
    }

    private static String token(
            RsaJsonWebKey key, String subject, String audience, long lifetimeSeconds) {
        JwtClaims claims = new JwtClaims();
        claims.setIssuer(url(""));
        claims.setAudience(audience);
        claims.setSubject(subject);
        NumericDate now = NumericDate.now();
        claims.setIssuedAt(NumericDate.fromSeconds(now.getValue() - 600));
        claims.setExpirationTime(NumericDate.fromSeconds(now.getValue() + lifetimeSeconds));
        JsonWebSignature token = new JsonWebSignature();
        token.setPayload(claims.toJson());
        token.setKey(key.getPrivateKey());
        token.setKeyIdHeaderValue(key.getKeyId());
        token.setAlgorithmHeaderValue(AlgorithmIdentifiers.RSA_USING_SHA256);
        try {
            return token.getCompactSerialization();
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, String> client(String name, Supplier<String> tokens) {
        ISSUED.put(name, tokens);
        Map<String, String> settings = new HashMap<>();
        settings.put("security.protocol", "SASL_PLAINTEXT");
        settings.put("sasl.mechanism", "OAUTHBEARER");
        settings.put("sasl.login.callback.handler.class", Login.class.getName());
        settings.put(
                "sasl.jaas.config",
                "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required name=\"%s\";"
                        .formatted(name));
        settings.put("sasl.login.refresh.min.period.seconds", "0");
        settings.put("sasl.login.refresh.buffer.seconds", "0");
        settings.put("sasl.login.refresh.window.factor", "0.5");
        return settings;
    }

    private static Admin admin(String name, Supplier<String> tokens) {
        Map<String, Object> all = new HashMap<>(client(name, tokens));
        all.put("bootstrap.servers", broker().bootstrap());
        return Admin.create(all);
    }

    private static void describe(String name, Supplier<String> tokens)
            throws InterruptedException, ExecutionException {
        try (Admin admin = admin(name, tokens)) {
            admin.describeCluster().clusterId().get();
        }
    }

    /// Gives a client the token that its name stands for.
    public static final class Login implements AuthenticateCallbackHandler {
        private String name = "";

        @Override
        public void configure(
                Map<String, ?> configs, String mechanism, List<AppConfigurationEntry> entries) {
            name = String.valueOf(entries.getFirst().getOptions().get("name"));
        }

        @Override
        public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
            for (Callback callback : callbacks) {
                if (!(callback instanceof OAuthBearerTokenCallback asked)) {
                    throw new UnsupportedCallbackException(callback);
                }
                asked.token(new Issued(Objects.requireNonNull(ISSUED.get(name)).get(), name));
            }
        }

        @Override
        public void close() {}
    }

    /// What the client believes of its token.
    private record Issued(String value, String principalName) implements OAuthBearerToken {
        @Override
        public Set<String> scope() {
            return Set.of();
        }

        @Override
        public long lifetimeMs() {
            return System.currentTimeMillis() + SHORT.toMillis();
        }

        @Override
        public Long startTimeMs() {
            return System.currentTimeMillis();
        }
    }

    /// The producer lives longer than its first token, and so comes again with another.
    @Test
    void whoHasAGoodTokenIsServedAsLongAsItHasOne() throws Exception {
        AtomicInteger issued = new AtomicInteger();
        Supplier<String> shortLived =
                () -> {
                    issued.incrementAndGet();
                    return token(known(), "alice", AUDIENCE, SHORT.toSeconds());
                };
        long end = System.nanoTime() + SHORT.plusSeconds(2).toNanos();
        int sent = 0;
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(broker().bootstrap(), client("alice", shortLived))) {
            while (System.nanoTime() < end) {
                producer.send(new ProducerRecord<>(TOPIC, 0, null, Clients.bytes("v"))).get();
                sent++;
            }
        }
        assertThat(sent).isPositive();
        assertThat(issued.get()).isGreaterThan(1);
    }

    @Test
    void whoHasABadOneIsNot() throws Exception {
        RsaJsonWebKey other = key("one");
        Map<String, Supplier<String>> wrong =
                Map.of(
                        "expired",
                        () -> token(known(), "alice", AUDIENCE, -60),
                        "other-key",
                        () -> token(other, "alice", AUDIENCE, 600),
                        "other-audience",
                        () -> token(known(), "alice", "others", 600),
                        "unsigned",
                        () -> token(known(), "alice", AUDIENCE, 600).replaceAll("[^.]+$", ""));
        wrong.forEach((name, token) ->
                assertThatThrownBy(() -> describe(name, token))
                        .as(name)
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(SaslAuthenticationException.class));
        assertThat(broker().errors())
                .anyMatch(line -> line.contains("it has expired"))
                .anyMatch(line -> line.contains("it is for another audience"))
                .anyMatch(line -> line.contains("failed to authenticate by OAUTHBEARER"))
                .noneMatch(line -> line.contains("eyJ"));
    }

    /// The first of them has the broker ask for the issuer's keys again.
    @Test
    void aNewKeyIsLearnt() throws Exception {
        RsaJsonWebKey second = key("two");
        keys.set(new JsonWebKeySet(known(), second).toJson());
        await().atMost(WAIT)
                .ignoreExceptions()
                .untilAsserted(() -> describe("bob", () -> token(second, "bob", AUDIENCE, 600)));
    }

    /// Debian's librdkafka cannot ask an issuer for tokens by itself: the script is given one.
    @Test
    void confluentKafkaIsServed() throws Exception {
        List<String> command =
                List.of(
                        Python.with("confluent_kafka"),
                        Python.script("confluent_tokens.py").toString(),
                        broker().bootstrap(),
                        TOPIC,
                        token(known(), "python", AUDIENCE, 600));
        try (Program program = Program.start(directory, command)) {
            assertThat(program.awaitSuccess()).last().asString().startsWith("ok ");
        }
    }
}
