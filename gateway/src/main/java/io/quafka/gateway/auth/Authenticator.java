package io.quafka.gateway.auth;

import io.quafka.wire.ConnectionInfo;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import io.quafka.wire.RateLimitedLog;
import io.quafka.wire.RequestHandler;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.message.SaslHandshakeResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.authenticator.SaslInternalConfigs;
import org.apache.kafka.common.security.ssl.SslPrincipalMapper;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// Lets requests through to a handler once it is known who asks: by a certificate, or by SASL,
/// which counts more where a client does both.
///
/// Before that only ApiVersions, SaslHandshake and SaslAuthenticate are answered, and frames are
/// small; whoever asks for anything else is closed. A failed attempt is answered late, and then
/// closed; after version 0 of SaslHandshake, where tokens come without headers and errors have no
/// place, it is closed late without an answer. A session that has a lifetime ends the connection at
/// the first request after it, unless the client authenticates again, as the same principal by the
/// same mechanism (KIP-368).
public final class Authenticator implements RequestHandler {
    /// The largest frame of a client that nobody knows: a token fits.
    static final int FRAME_BYTES_MAX = 64 << 10;

    private static final RateLimitedLog LOG =
            new RateLimitedLog(LoggerFactory.getLogger(Authenticator.class));

    private final RequestHandler handler;
    private final Mechanisms mechanisms;
    private final SslPrincipalMapper certificates;
    private final Duration sessionLifetimeMax;
    private final FailureDelays delays;
    private final InstantSource clock;
    private final Set<ApiKeys> apis;
    private final ConcurrentHashMap<Long, Session> sessions = new ConcurrentHashMap<>();

    /// One connection's; its thread's own, as requests are handed over one at a time.
    private static final class Session {
        @Nullable KafkaPrincipal principal;
        @Nullable String mechanism;
        @Nullable SaslServer exchange;
        boolean bySasl;

        /// Since version 0 of SaslHandshake until the exchange is over.
        boolean bareTokens;

        long endsMillis = Long.MAX_VALUE;
    }

    /// @param handler whose APIs include those that this answers, so that they are told to clients
    /// @throws IllegalArgumentException when a mechanism or rule is not known
    public Authenticator(
            RequestHandler handler,
            AuthConfig config,
            Credentials credentials,
            InstantSource clock) {
        this.handler = handler;
        this.mechanisms = new Mechanisms(config.mechanisms(), credentials, config.tokens());
        this.certificates = SslPrincipalMapper.fromRules(config.certificateRules());
        this.sessionLifetimeMax = config.sessionLifetimeMax();
        this.delays = new FailureDelays(config.failureDelay());
        this.clock = clock;
        this.apis = EnumSet.copyOf(handler.apis());
        apis.addAll(APIS);
    }

    /// What this answers itself.
    public static final Set<ApiKeys> APIS =
            Set.of(ApiKeys.SASL_HANDSHAKE, ApiKeys.SASL_AUTHENTICATE);

    @Override
    public Set<ApiKeys> apis() {
        return apis;
    }

    @Override
    public int frameBytesMax(ConnectionInfo connection) {
        Session session = session(connection);
        return session.principal == null || session.bareTokens
                ? FRAME_BYTES_MAX
                : Integer.MAX_VALUE;
    }

    @Override
    public boolean expectsBareToken(ConnectionInfo connection) {
        return session(connection).bareTokens;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        Session session = session(request.connection());
        if (request.apiKey() == ApiKeys.API_VERSIONS) {
            return handler.handle(request);
        }
        if (request.apiKey() == ApiKeys.SASL_HANDSHAKE) {
            return CompletableFuture.completedFuture(handshake(session, request));
        }
        if (request.apiKey() == ApiKeys.SASL_AUTHENTICATE) {
            return authenticate(session, request);
        }
        KafkaPrincipal principal = session.principal;
        if (principal == null || clock.millis() > session.endsMillis) {
            refused(
                    request,
                    principal == null
                            ? "asks for " + request.apiKey() + " before it is known who it is"
                            : "did not authenticate again in time");
            return CompletableFuture.completedFuture(KafkaResponse.close());
        }
        return handler.handle(request.as(principal));
    }

    @Override
    public void closed(ConnectionInfo connection) {
        Session session = sessions.remove(connection.id());
        if (session != null) {
            dispose(session);
        }
        handler.closed(connection);
    }

    private Session session(ConnectionInfo connection) {
        Session known = sessions.get(connection.id());
        if (known != null) {
            return known;
        }
        Session session = new Session();
        session.principal = named(connection);
        sessions.put(connection.id(), session);
        return session;
    }

    private @Nullable KafkaPrincipal named(ConnectionInfo connection) {
        return connection.certificate() == null
                ? null
                : principalOf(connection.certificate(), certificates);
    }

    /// The principal that a certificate's name stands for, or null where no rule is for it.
    static @Nullable KafkaPrincipal principalOf(String certificate, SslPrincipalMapper rules) {
        try {
            return new KafkaPrincipal(KafkaPrincipal.USER_TYPE, rules.getName(certificate));
        } catch (IOException _) {
            return null;
        }
    }

    private KafkaResponse handshake(Session session, KafkaRequest request) {
        String wanted = ((SaslHandshakeRequestData) request.body()).mechanism();
        SaslHandshakeResponseData answer =
                new SaslHandshakeResponseData().setMechanisms(mechanisms.names());
        if (session.mechanism != null && !session.mechanism.equals(wanted)) {
            refused(request, "changes its SASL mechanism");
            return last(answer.setErrorCode(Errors.ILLEGAL_SASL_STATE.code()));
        }
        dispose(session);
        session.exchange = mechanisms.server(wanted);
        if (session.exchange == null) {
            refused(request, "wants a SASL mechanism that is not offered");
            return last(answer.setErrorCode(Errors.UNSUPPORTED_SASL_MECHANISM.code()));
        }
        session.mechanism = wanted;
        session.bareTokens = request.version() == 0;
        return KafkaResponse.of(answer);
    }

    private CompletableFuture<KafkaResponse> authenticate(Session session, KafkaRequest request) {
        SaslServer exchange = session.exchange;
        if (exchange == null) {
            refused(request, "sends SaslAuthenticate without SaslHandshake");
            return CompletableFuture.completedFuture(
                    refusal(session, Errors.ILLEGAL_SASL_STATE, "SaslHandshake comes first"));
        }
        byte[] token = ((SaslAuthenticateRequestData) request.body()).authBytes();
        SaslAuthenticateResponseData answer = new SaslAuthenticateResponseData();
        try {
            byte[] challenge = exchange.evaluateResponse(token);
            answer.setAuthBytes(challenge == null ? new byte[0] : challenge);
            if (exchange.isComplete()) {
                answer.setSessionLifetimeMs(complete(session, exchange));
                delays.succeeded(request.connection().remote().getAddress());
            }
        } catch (SaslException | SaslAuthenticationException | IllegalArgumentException e) {
            return failed(session, request);
        }
        return CompletableFuture.completedFuture(KafkaResponse.of(answer));
    }

    /// The session's lifetime in milliseconds, 0 for one without end.
    private long complete(Session session, SaslServer exchange) {
        KafkaPrincipal principal =
                new KafkaPrincipal(KafkaPrincipal.USER_TYPE, exchange.getAuthorizationID());
        if (session.bySasl && !principal.equals(session.principal)) {
            throw new SaslAuthenticationException("the principal changed");
        }
        long now = clock.millis();
        long ends = ends(exchange, now);
        if (ends <= now) {
            throw new SaslAuthenticationException("what it was proved by has ended");
        }
        session.principal = principal;
        session.bySasl = true;
        session.bareTokens = false;
        session.endsMillis = ends;
        dispose(session);
        return ends == Long.MAX_VALUE ? 0 : ends - now;
    }

    /// When the session ends: a token's does with it, if not before.
    private long ends(SaslServer exchange, long now) {
        long lifetime = sessionLifetimeMax.toMillis();
        long ends = lifetime == 0 ? Long.MAX_VALUE : now + lifetime;
        return exchange.getNegotiatedProperty(
                                SaslInternalConfigs
                                        .CREDENTIAL_LIFETIME_MS_SASL_NEGOTIATED_PROPERTY_KEY)
                        instanceof Long credentialEnds
                ? Math.min(ends, credentialEnds)
                : ends;
    }

    /// Tells nobody why: names, passwords and what is kept of them look the same from outside.
    private CompletableFuture<KafkaResponse> failed(Session session, KafkaRequest request) {
        dispose(session);
        session.principal = null;
        refused(request, "failed to authenticate by " + session.mechanism);
        Duration delay =
                delays.failed(request.connection().remote().getAddress(), System.nanoTime());
        KafkaResponse answer =
                refusal(
                        session,
                        Errors.SASL_AUTHENTICATION_FAILED,
                        "Authentication failed: invalid credentials with SASL mechanism "
                                + session.mechanism);
        return CompletableFuture.supplyAsync(
                () -> answer,
                CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS));
    }

    private static KafkaResponse refusal(Session session, Errors error, String message) {
        return session.bareTokens
                ? KafkaResponse.close()
                : last(
                        new SaslAuthenticateResponseData()
                                .setErrorCode(error.code())
                                .setErrorMessage(message));
    }

    private static KafkaResponse last(ApiMessage answer) {
        return new KafkaResponse(answer, () -> {}, true);
    }

    private static void dispose(Session session) {
        SaslServer exchange = session.exchange;
        session.exchange = null;
        if (exchange != null) {
            try {
                exchange.dispose();
            } catch (SaslException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static void refused(KafkaRequest request, String why) {
        LOG.at(Level.INFO)
                .addKeyValue("remote", request.connection().remote())
                .addKeyValue("detail", why)
                .log("client refused");
    }
}
