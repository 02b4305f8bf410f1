package io.quafka.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.ScramName;
import io.quafka.controller.model.ScramSecret;
import io.quafka.controller.model.SecurityImage;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.common.security.scram.ScramCredential;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.junit.jupiter.api.Test;
import org.pcollections.HashTreePMap;
import org.pcollections.HashTreePSet;

class CredentialsTest {
    private static final String SALT = "[0-9a-z]{20,26}";
    private static final ScramMechanism SHA_256 = ScramMechanism.SCRAM_SHA_256;

    private final SecurityImage image =
            new SecurityImage(
                    HashTreePMap.from(Credentials.of("alice", "of-alice")),
                    HashTreePSet.empty(),
                    HashTreePMap.empty());

    private final Credentials credentials =
            new Credentials(() -> image, Credentials.of("admin", "of-admin"));

    @Test
    void knowsPasswordsOfTheImageAndItsOwn() {
        assertThat(credentials.check("alice", "of-alice")).isTrue();
        assertThat(credentials.check("admin", "of-admin")).isTrue();
        assertThat(credentials.check("alice", "of-admin")).isFalse();
        assertThat(credentials.check("alice", "")).isFalse();
        assertThat(credentials.check("nobody", "of-alice")).isFalse();
        assertThat(credentials.check("", "")).isFalse();
    }

    /// So that names cannot be tried out.
    @Test
    void whoDoesNotExistLooksTheSameEachTime() {
        ScramCredential once = credentials.credential("nobody", SHA_256);
        ScramCredential again = credentials.credential("nobody", SHA_256);
        ScramCredential known = credentials.credential("alice", SHA_256);
        assertThat(again.salt()).isEqualTo(once.salt());
        assertThat(new String(again.salt(), StandardCharsets.US_ASCII)).matches(SALT);
        assertThat(new String(known.salt(), StandardCharsets.US_ASCII)).matches(SALT);
        assertThat(again.iterations()).isEqualTo(known.iterations());
        assertThat(credentials.credential("somebody", SHA_256).salt()).isNotEqualTo(once.salt());
    }

    @Test
    void whatIsKeptTellsNeitherPasswordNorKeysWhenPrinted() {
        Map<ScramName, ScramSecret> kept = Credentials.of("alice", "of-alice");
        for (ScramSecret secret : kept.values()) {
            assertThat(kept.toString())
                    .doesNotContain("of-alice")
                    .doesNotContain(secret.storedKey())
                    .doesNotContain(secret.serverKey());
        }
    }
}
