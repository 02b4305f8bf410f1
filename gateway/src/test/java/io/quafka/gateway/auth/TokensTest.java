package io.quafka.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.security.authenticator.SaslInternalConfigs;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which tokens are believed, and what is made of them. Their keys are in a file.
class TokensTest {
    private static final String ISSUER = "https://issuer.example";
    private static final String AUDIENCE = "quafka";
    private static final byte[] END = {1};

    @TempDir private static Path directory;

    private static RsaJsonWebKey known;
    private static RsaJsonWebKey other;
    private static Tokens tokens;

    @BeforeAll
    static void start() throws Exception {
        known = key("one");
        other = key("one");
        Path file =
                Files.writeString(
                        directory.resolve("keys.json"), new JsonWebKeySet(known).toJson());
        tokens = new Tokens(config(file.toUri(), ISSUER, List.of("else", AUDIENCE), "sub"));
    }

    private static RsaJsonWebKey key(String id) throws Exception {
        RsaJsonWebKey key = RsaJwkGenerator.generateJwk(2048);
        key.setKeyId(id);
        return key;
    }

    private static TokenConfig config(
            URI keys, @Nullable String issuer, List<String> audiences, String claim) {
        return new TokenConfig(
                keys, Duration.ofHours(1), issuer, audiences, claim, Duration.ofSeconds(30));
    }

    private static JwtClaims claims() {
        JwtClaims claims = new JwtClaims();
        claims.setIssuer(ISSUER);
        claims.setAudience(AUDIENCE);
        claims.setSubject("alice");
        claims.setIssuedAtToNow();
        claims.setExpirationTimeMinutesInTheFuture(10);
        return claims;
    }

    private static String signed(@Nullable RsaJsonWebKey key, JwtClaims claims) throws Exception {
        JsonWebSignature token = new JsonWebSignature();
        token.setPayload(claims.toJson());
        if (key == null) {
            token.setAlgorithmConstraints(AlgorithmConstraints.NO_CONSTRAINTS);
            token.setAlgorithmHeaderValue(AlgorithmIdentifiers.NONE);
        } else {
            token.setKey(key.getPrivateKey());
            token.setKeyIdHeaderValue(key.getKeyId());
            token.setAlgorithmHeaderValue(AlgorithmIdentifiers.RSA_USING_SHA256);
        }
        return token.getCompactSerialization();
    }

    private static byte[] message(String token) {
        return ("n,,\u0001auth=Bearer " + token + "\u0001\u0001").getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aGoodTokenSaysWhoAndUntilWhen() throws Exception {
        JwtClaims claims = claims();
        TokenSaslServer server = new TokenSaslServer(tokens);
        assertThat(server.evaluateResponse(message(signed(known, claims)))).isEmpty();
        assertThat(server.isComplete()).isTrue();
        assertThat(server.getAuthorizationID()).isEqualTo("alice");
        assertThat(
                        server.getNegotiatedProperty(
                                SaslInternalConfigs
                                        .CREDENTIAL_LIFETIME_MS_SASL_NEGOTIATED_PROPERTY_KEY))
                .isEqualTo(claims.getExpirationTime().getValueInMillis());
    }

    @Test
    void whatIsWrongWithATokenEndsTheExchange() throws Exception {
        Map<String, String> wrong =
                Map.of(
                        "of another key",
                        signed(other, claims()),
                        "of no key",
                        signed(null, claims()),
                        "expired",
                        signed(
                                known,
                                with(claims -> {
                                    claims.setIssuedAt(NumericDate.fromSeconds(1));
                                    claims.setExpirationTimeMinutesInTheFuture(-1);
                                })),
                        "not valid yet",
                        signed(known, with(claims -> claims.setNotBeforeMinutesInThePast(-5))),
                        "for others",
                        signed(known, with(claims -> claims.setAudience("others"))),
                        "for nobody",
                        signed(known, with(claims -> claims.unsetClaim("aud"))),
                        "of another issuer",
                        signed(known, with(claims -> claims.setIssuer("https://else.example"))),
                        "for ever",
                        signed(known, with(claims -> claims.unsetClaim("exp"))),
                        "of nobody",
                        signed(known, with(claims -> claims.unsetClaim("sub"))),
                        "no token",
                        "abc");
        for (Map.Entry<String, String> each : wrong.entrySet()) {
            TokenSaslServer server = new TokenSaslServer(tokens);
            byte[] told = server.evaluateResponse(message(each.getValue()));
            assertThat(new String(told, StandardCharsets.UTF_8))
                    .as(each.getKey())
                    .isEqualTo("{\"status\":\"invalid_token\"}");
            assertThat(server.isComplete()).isFalse();
            assertThatThrownBy(() -> server.evaluateResponse(END))
                    .isInstanceOf(SaslAuthenticationException.class);
        }
    }

    private static JwtClaims with(Consumer<JwtClaims> change) {
        JwtClaims claims = claims();
        change.accept(claims);
        return claims;
    }

    @Test
    void anExchangeTriesOneToken() throws Exception {
        TokenSaslServer server = new TokenSaslServer(tokens);
        server.evaluateResponse(message(signed(other, claims())));
        byte[] good = message(signed(known, claims()));
        assertThatThrownBy(() -> server.evaluateResponse(good))
                .isInstanceOf(SaslAuthenticationException.class);
        assertThat(server.isComplete()).isFalse();
    }

    @Test
    void anotherClaimMaySayWho() throws Exception {
        Path file =
                Files.writeString(
                        directory.resolve("more.json"), new JsonWebKeySet(known).toJson());
        TokenSaslServer server =
                new TokenSaslServer(
                        new Tokens(config(file.toUri(), null, List.of(AUDIENCE), "email")));
        JwtClaims claims = claims();
        claims.setStringClaim("email", "alice@example");
        server.evaluateResponse(message(signed(known, claims)));
        assertThat(server.getAuthorizationID()).isEqualTo("alice@example");
    }

    @Test
    void whatCouldBelieveAnybodyDoesNotStart() {
        assertThatThrownBy(() -> config(URI.create("file:///keys"), null, List.of(), "sub"))
                .hasMessageContaining("audience");
        assertThatThrownBy(
                        () -> config(URI.create("http://192.0.2.1/keys"), ISSUER, List.of(), "sub"))
                .hasMessageContaining("https://");
        assertThatThrownBy(() ->
                        new Tokens(
                                config(
                                        directory.resolve("nothing").toUri(),
                                        ISSUER,
                                        List.of(),
                                        "sub")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nothing");
    }
}
