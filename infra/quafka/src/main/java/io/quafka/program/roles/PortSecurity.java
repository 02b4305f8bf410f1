package io.quafka.program.roles;

import io.quafka.program.config.ConfigException;
import io.quafka.program.config.ConfigKey;
import io.quafka.program.config.Configuration;
import io.quafka.program.config.SecurityKeys;
import io.quafka.wire.HttpEndpoint;
import io.quafka.wire.HttpGuard;
import io.quafka.wire.PortTls;
import io.quafka.wire.tls.TlsConfig;
import io.quafka.wire.tls.TlsEngines;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Who is served on a port, and how what is said there is kept from others.
///
/// @param tls null where there is none
/// @param guard of what is answered over HTTP
/// @param admission whether an address may open one more connection now
record PortSecurity(@Nullable PortTls tls, HttpGuard guard, Predicate<InetAddress> admission) {
    private static final int FORBIDDEN = 403;

    /// Everybody, in plain.
    static final PortSecurity NONE = new PortSecurity(null, HttpGuard.OPEN, _ -> true);

    /// What is configured for the port that clients use.
    ///
    /// @throws IOException when a file of TLS cannot be used
    static PortSecurity forClients(
            Configuration configuration, ClientSecurity clients, ClosingStack opened)
            throws IOException {
        Optional<Path> certificate = configuration.get(SecurityKeys.TLS_CERTIFICATE);
        if (certificate.isEmpty()) {
            return new PortSecurity(null, clients.guard(HttpGuard.OPEN), clients::mayConnect);
        }
        TlsEngines engines =
                opened.add(
                        TlsEngines.open(
                                config(configuration, certificate.get()),
                                configuration.get(SecurityKeys.TLS_RELOAD_INTERVAL)));
        boolean required = configuration.get(SecurityKeys.TLS_REQUIRED);
        return new PortSecurity(
                new PortTls(engines, required),
                clients.guard(required ? PortSecurity::overTls : HttpGuard.OPEN),
                clients::mayConnect);
    }

    private static TlsConfig config(Configuration configuration, Path certificate) {
        try {
            return new TlsConfig(
                    certificate,
                    file(configuration, SecurityKeys.TLS_KEY),
                    file(configuration, SecurityKeys.TLS_KEY_PASSWORD),
                    file(configuration, SecurityKeys.TLS_TRUST),
                    file(configuration, SecurityKeys.TLS_TRUST_PASSWORD),
                    configuration.get(SecurityKeys.TLS_CLIENT_AUTH));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(
                    SecurityKeys.TLS_CLIENT_AUTH.name()
                            + ": "
                            + e.getMessage()
                            + "; set "
                            + SecurityKeys.TLS_TRUST.name());
        }
    }

    private static @Nullable Path file(Configuration configuration, ConfigKey<Optional<Path>> key) {
        return configuration.get(key).orElse(null);
    }

    /// Refuses what is not for everybody where it is asked for in plain.
    static HttpEndpoint.@Nullable Answer overTls(HttpEndpoint endpoint, HttpGuard.Caller caller) {
        return caller.secure() || endpoint.isPublic()
                ? null
                : HttpEndpoint.Answer.json(
                        FORBIDDEN, "{\"error\": \"this is answered over TLS only: use https\"}");
    }
}
