package io.quafka.gateway.auth;

import io.quafka.wire.HttpEndpoint;
import io.quafka.wire.HttpGuard;
import io.quafka.wire.RateLimitedLog;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
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

    private static final int FORBIDDEN = 403;
    private static final HttpEndpoint.Answer FORBIDDING =
            HttpEndpoint.Answer.json(
                    FORBIDDEN,
                    "{\"error\": \"this user may not ask for it: the console and /api/ are for super users,"
                            + " /metrics for who may DESCRIBE the cluster\"}");

    /// What those who are known may ask for.
    @FunctionalInterface
    public interface Access {
        /// Everything.
        Access OPEN = (_, _, _) -> true;

        /// @param path of the endpoint
        boolean mayAsk(KafkaPrincipal who, InetAddress from, String path);
    }

    private final HttpGuard first;
    private final SslPrincipalMapper certificates;
    private final Credentials credentials;
    private final FailureDelays delays;
    private final Access access;

    /// @param first is asked before
    public HttpAuthenticator(
            HttpGuard first, AuthConfig config, Credentials credentials, Access access) {
        this.access = access;
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
        KafkaPrincipal named =
                certificate == null ? null : Authenticator.principalOf(certificate, certificates);
        if (named != null) {
            return unlessAllowed(named, endpoint, caller);
        }
        if (caller.authorization() == null) {
            return REFUSAL;
        }
        KafkaPrincipal known = known(caller.authorization());
        if (known != null) {
            delays.succeeded(caller.address());
            return unlessAllowed(known, endpoint, caller);
        }
        LOG.at(Level.INFO)
                .addKeyValue("remote", caller.address())
                .log("client refused: failed to authenticate over HTTP");
        LockSupport.parkNanos(this, delays.failed(caller.address(), System.nanoTime()).toNanos());
        return REFUSAL;
    }

    private HttpEndpoint.@Nullable Answer unlessAllowed(
            KafkaPrincipal who, HttpEndpoint endpoint, Caller caller) {
        return access.mayAsk(who, caller.address(), endpoint.path()) ? null : FORBIDDING;
    }

    /// Whose name and password it is, or null where it is nobody's.
    private @Nullable KafkaPrincipal known(String authorization) {
        if (!authorization.toLowerCase(Locale.ROOT).startsWith(BASIC)) {
            return null;
        }
        try {
            String both =
                    new String(
                            Base64.getDecoder()
                                    .decode(authorization.substring(BASIC.length()).strip()),
                            StandardCharsets.UTF_8);
            int colon = both.indexOf(':');
            if (colon <= 0) {
                return null;
            }
            String user = both.substring(0, colon);
            return credentials.check(user, both.substring(colon + 1))
                    ? new KafkaPrincipal(KafkaPrincipal.USER_TYPE, user)
                    : null;
        } catch (IllegalArgumentException _) {
            return null;
        }
    }
}
