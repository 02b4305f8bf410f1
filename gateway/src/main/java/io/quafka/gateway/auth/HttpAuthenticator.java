package io.quafka.gateway.auth;

import io.quafka.wire.HttpEndpoint;
import io.quafka.wire.HttpGuard;
import io.quafka.wire.RateLimitedLog;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.security.ssl.SslPrincipalMapper;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// Answers over HTTP those that it knows: by a certificate, or by name and password (RFC 7617), the
/// same as over Kafka, and as late after failed attempts.
public final class HttpAuthenticator implements HttpGuard {
    private static final RateLimitedLog LOG =
            new RateLimitedLog(LoggerFactory.getLogger(HttpAuthenticator.class));
    private static final int UNAUTHORIZED = 401;
    private static final String BASIC = "basic ";
    private static final HttpEndpoint.Answer REFUSAL =
            HttpEndpoint.Answer.json(
                    UNAUTHORIZED,
                    "{\"error\": \"this is answered to known users only: give a name and a password\"}");

    private final HttpGuard first;
    private final SslPrincipalMapper certificates;
    private final Credentials credentials;
    private final FailureDelays delays;

    /// @param first is asked before
    public HttpAuthenticator(HttpGuard first, AuthConfig config, Credentials credentials) {
        this.first = first;
        this.certificates = SslPrincipalMapper.fromRules(config.certificateRules());
        this.credentials = credentials;
        this.delays = new FailureDelays(config.failureDelay());
    }

    @Override
    public HttpEndpoint.@Nullable Answer refuse(HttpEndpoint endpoint, Caller caller) {
        HttpEndpoint.Answer refusal = first.refuse(endpoint, caller);
        if (refusal != null || endpoint.isPublic()) {
            return refusal;
        }
        String certificate = caller.certificate();
        if (certificate != null && Authenticator.principalOf(certificate, certificates) != null) {
            return null;
        }
        if (caller.authorization() == null) {
            return REFUSAL;
        }
        if (knows(caller.authorization())) {
            delays.succeeded(caller.address());
            return null;
        }
        LOG.at(Level.INFO)
                .addKeyValue("remote", caller.address())
                .log("client refused: failed to authenticate over HTTP");
        LockSupport.parkNanos(this, delays.failed(caller.address(), System.nanoTime()).toNanos());
        return REFUSAL;
    }

    private boolean knows(String authorization) {
        if (!authorization.toLowerCase(Locale.ROOT).startsWith(BASIC)) {
            return false;
        }
        try {
            String both =
                    new String(
                            Base64.getDecoder()
                                    .decode(authorization.substring(BASIC.length()).strip()),
                            StandardCharsets.UTF_8);
            int colon = both.indexOf(':');
            return colon > 0
                    && credentials.check(both.substring(0, colon), both.substring(colon + 1));
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
