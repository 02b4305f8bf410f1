package io.quafka.gateway.auth;

import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.SaslServer;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule;
import org.apache.kafka.common.security.plain.PlainAuthenticateCallback;
import org.apache.kafka.common.security.plain.internals.PlainSaslServer;
import org.apache.kafka.common.security.scram.ScramCredentialCallback;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.apache.kafka.common.security.scram.internals.ScramSaslServer;
import org.jspecify.annotations.Nullable;

/// The mechanisms of SASL that are offered, by Kafka's own servers for them.
final class Mechanisms {
    /// All that can be offered.
    static final Set<String> KNOWN =
            Set.of(
                    PlainSaslServer.PLAIN_MECHANISM,
                    OAuthBearerLoginModule.OAUTHBEARER_MECHANISM,
                    ScramMechanism.SCRAM_SHA_256.mechanismName(),
                    ScramMechanism.SCRAM_SHA_512.mechanismName());

    private final Set<String> offered;
    private final Credentials credentials;
    private final @Nullable Tokens tokens;

    /// @param tokenConfig null where OAUTHBEARER is not offered
    /// @throws IllegalArgumentException when one is not known, or the keys of tokens cannot be read
    Mechanisms(Set<String> offered, Credentials credentials, @Nullable TokenConfig tokenConfig) {
        for (String mechanism : offered) {
            if (!KNOWN.contains(mechanism)) {
                throw new IllegalArgumentException(
                        "SASL mechanism " + mechanism + " is not known, only " + names(KNOWN));
            }
        }
        this.offered = offered;
        this.credentials = credentials;
        this.tokens = tokenConfig == null ? null : new Tokens(tokenConfig);
    }

    List<String> names() {
        return names(offered);
    }

    /// One client's exchange, or null where the mechanism is not offered.
    @Nullable SaslServer server(String mechanism) {
        if (!offered.contains(mechanism)) {
            return null;
        }
        if (mechanism.equals(OAuthBearerLoginModule.OAUTHBEARER_MECHANISM)) {
            return tokens == null ? null : new TokenSaslServer(tokens);
        }
        if (mechanism.equals(PlainSaslServer.PLAIN_MECHANISM)) {
            return new PlainSaslServer(this::answerPlain);
        }
        ScramMechanism scram = ScramMechanism.forMechanismName(mechanism);
        try {
            return new ScramSaslServer(scram, Map.of(), callbacks -> answerScram(scram, callbacks));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void answerPlain(Callback[] callbacks) throws UnsupportedCallbackException {
        String user = "";
        for (Callback callback : callbacks) {
            switch (callback) {
                case NameCallback name -> user = name.getDefaultName();
                case PlainAuthenticateCallback asked ->
                        asked.authenticated(
                                credentials.check(user, String.valueOf(asked.password())));
                default -> throw new UnsupportedCallbackException(callback);
            }
        }
    }

    private void answerScram(ScramMechanism mechanism, Callback[] callbacks)
            throws UnsupportedCallbackException {
        String user = "";
        for (Callback callback : callbacks) {
            switch (callback) {
                case NameCallback name -> user = name.getDefaultName();
                case ScramCredentialCallback asked ->
                        asked.scramCredential(credentials.credential(user, mechanism));
                default -> throw new UnsupportedCallbackException(callback);
            }
        }
    }

    private static List<String> names(Set<String> mechanisms) {
        return List.copyOf(new TreeSet<>(mechanisms));
    }
}
