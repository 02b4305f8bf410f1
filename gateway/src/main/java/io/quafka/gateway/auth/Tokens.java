package io.quafka.gateway.auth;

import io.quafka.wire.RateLimitedLog;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.internals.BrokerSecurityConfigs;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.oauthbearer.BrokerJwtValidator;
import org.apache.kafka.common.security.oauthbearer.JwtValidatorException;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerExtensionsValidatorCallback;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallback;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// Says whose a token is, by Kafka's own validator: signed by a key of the issuer's, with a time
/// until which it holds, for us. A key that is not known yet is asked for beside, and known the
/// next time. Thread-safe; lives as long as the process.
final class Tokens implements AuthenticateCallbackHandler {
    private static final RateLimitedLog LOG =
            new RateLimitedLog(LoggerFactory.getLogger(Tokens.class));
    private static final long RETRY_MILLIS = 100;
    private static final long RETRY_MILLIS_MAX = 10_000;
    private static final String INVALID_TOKEN = "invalid_token";

    private final BrokerJwtValidator validator = new BrokerJwtValidator();

    /// Returns when the keys were read once.
    ///
    /// @throws IllegalArgumentException when they cannot be, or no token could ever be believed
    Tokens(TokenConfig config) {
        String keys = config.keys().toString();
        // Against clients that are told addresses by strangers; this one is the operator's.
        System.setProperty(BrokerSecurityConfigs.ALLOWED_SASL_OAUTHBEARER_URLS_CONFIG, keys);
        if ("file".equals(config.keys().getScheme())) {
            System.setProperty(
                    BrokerSecurityConfigs.ALLOWED_SASL_OAUTHBEARER_FILES_CONFIG,
                    config.keys().getPath());
        }
        Map<String, Object> settings = new HashMap<>();
        settings.put(SaslConfigs.SASL_OAUTHBEARER_JWKS_ENDPOINT_URL, keys);
        settings.put(
                SaslConfigs.SASL_OAUTHBEARER_JWKS_ENDPOINT_REFRESH_MS, config.refresh().toMillis());
        settings.put(SaslConfigs.SASL_OAUTHBEARER_JWKS_ENDPOINT_RETRY_BACKOFF_MS, RETRY_MILLIS);
        settings.put(
                SaslConfigs.SASL_OAUTHBEARER_JWKS_ENDPOINT_RETRY_BACKOFF_MAX_MS, RETRY_MILLIS_MAX);
        settings.put(SaslConfigs.SASL_OAUTHBEARER_EXPECTED_AUDIENCE, config.audiences());
        if (config.issuer() != null) {
            settings.put(SaslConfigs.SASL_OAUTHBEARER_EXPECTED_ISSUER, config.issuer());
        }
        settings.put(
                SaslConfigs.SASL_OAUTHBEARER_CLOCK_SKEW_SECONDS,
                Math.toIntExact(config.clockSkew().toSeconds()));
        settings.put(
                SaslConfigs.SASL_OAUTHBEARER_SCOPE_CLAIM_NAME,
                SaslConfigs.DEFAULT_SASL_OAUTHBEARER_SCOPE_CLAIM_NAME);
        settings.put(SaslConfigs.SASL_OAUTHBEARER_SUB_CLAIM_NAME, config.principalClaim());
        try {
            configure(settings, OAuthBearerLoginModule.OAUTHBEARER_MECHANISM, List.of(login()));
        } catch (KafkaException e) {
            throw new IllegalArgumentException(keys + ": " + rootMessage(e), e);
        }
    }

    private static AppConfigurationEntry login() {
        return new AppConfigurationEntry(
                OAuthBearerLoginModule.class.getName(),
                AppConfigurationEntry.LoginModuleControlFlag.REQUIRED,
                Map.of());
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    @Override
    public void configure(
            Map<String, ?> settings, String mechanism, List<AppConfigurationEntry> logins) {
        validator.configure(settings, mechanism, logins);
    }

    @Override
    public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
        for (Callback callback : callbacks) {
            switch (callback) {
                case OAuthBearerValidatorCallback asked -> validate(asked);
                case OAuthBearerExtensionsValidatorCallback extensions ->
                        extensions.inputExtensions().map().keySet().forEach(extensions::valid);
                default -> throw new UnsupportedCallbackException(callback);
            }
        }
    }

    private void validate(OAuthBearerValidatorCallback asked) {
        try {
            asked.token(validator.validate(asked.tokenValue()));
        } catch (JwtValidatorException e) {
            LOG.at(Level.INFO).addKeyValue("detail", reason(e)).log("token refused");
            asked.error(INVALID_TOKEN, null, null);
        }
    }

    /// For the log: neither the token nor what it claims.
    private static String reason(JwtValidatorException failure) {
        if (!(failure.getCause() instanceof InvalidJwtException invalid)) {
            return "it is no token, or lacks a claim";
        }
        if (invalid.hasExpired()) {
            return "it has expired";
        }
        if (invalid.hasErrorCode(ErrorCodes.AUDIENCE_INVALID)
                || invalid.hasErrorCode(ErrorCodes.AUDIENCE_MISSING)) {
            return "it is for another audience";
        }
        if (invalid.hasErrorCode(ErrorCodes.ISSUER_INVALID)
                || invalid.hasErrorCode(ErrorCodes.ISSUER_MISSING)) {
            return "it is of another issuer";
        }
        return "it is not signed by a key that is known, or lacks a claim";
    }

    @Override
    public void close() {
        // Kafka's key resolver is shared, and ends with the process.
    }
}
