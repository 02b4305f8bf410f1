package io.quafka.program.roles;

import io.quafka.controller.Controller;
import io.quafka.controller.Metadata;
import io.quafka.controller.model.ScramName;
import io.quafka.controller.model.ScramSecret;
import io.quafka.gateway.Gateway;
import io.quafka.gateway.TopicAccess;
import io.quafka.gateway.access.AccessControl;
import io.quafka.gateway.access.AclConfig;
import io.quafka.gateway.access.Permissions;
import io.quafka.gateway.access.TopicPermissions;
import io.quafka.gateway.auth.AuthConfig;
import io.quafka.gateway.auth.Authenticator;
import io.quafka.gateway.auth.Credentials;
import io.quafka.gateway.auth.HttpAuthenticator;
import io.quafka.gateway.auth.TokenConfig;
import io.quafka.gateway.quota.ClientQuotas;
import io.quafka.gateway.quota.MutationEnforcer;
import io.quafka.gateway.quota.QuotaEnforcer;
import io.quafka.program.config.ConfigException;
import io.quafka.program.config.Configuration;
import io.quafka.program.config.SecurityKeys;
import io.quafka.wire.HttpGuard;
import io.quafka.wire.RequestHandler;
import io.quafka.wire.tls.TlsConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule;
import org.apache.kafka.common.utils.SecurityUtils;
import org.jspecify.annotations.Nullable;

/// How the clients of this process are authenticated, where they are.
final class ClientSecurity {
    private final AuthConfig config;
    private final boolean sasl;
    private final boolean authenticates;
    private final Credentials credentials;
    private final Set<KafkaPrincipal> superUsers = new HashSet<>();
    private final Metadata metadata;
    private final boolean autoCreateTopics;
    private final @Nullable Permissions permissions;
    private final ClientQuotas quotas;

    /// @throws ConfigException when what is configured does not fit together
    /// @throws IOException when the administrator's password cannot be read
    ClientSecurity(Configuration configuration, Controller controller) throws IOException {
        metadata = controller.metadata();
        quotas = new ClientQuotas(() -> metadata.image().security(), InstantSource.system());
        autoCreateTopics = Settings.gateway(configuration).autoCreateTopics();
        config =
                new AuthConfig(
                        Set.copyOf(configuration.get(SecurityKeys.SASL_MECHANISMS)),
                        configuration.get(SecurityKeys.SASL_SESSION_LIFETIME),
                        configuration.get(SecurityKeys.SASL_FAILURE_DELAY),
                        configuration.get(SecurityKeys.TLS_PRINCIPAL_RULES),
                        tokens(configuration));
        sasl = !config.mechanisms().isEmpty();
        authenticates =
                sasl
                        || configuration.get(SecurityKeys.TLS_CLIENT_AUTH)
                                == TlsConfig.ClientAuth.REQUIRED;
        OpenPort.refuse(configuration, authenticates);
        credentials =
                new Credentials(() -> metadata.image().security(), administrator(configuration));
        for (String principal : configuration.get(SecurityKeys.SUPER_USERS)) {
            try {
                superUsers.add(SecurityUtils.parseKafkaPrincipal(principal));
            } catch (IllegalArgumentException e) {
                throw new ConfigException(SecurityKeys.SUPER_USERS.name() + ": " + e.getMessage());
            }
        }
        permissions = permissions(configuration);
    }

    /// Which tokens are believed, where the mechanism for them is offered.
    private static @Nullable TokenConfig tokens(Configuration configuration) {
        if (!configuration
                .get(SecurityKeys.SASL_MECHANISMS)
                .contains(OAuthBearerLoginModule.OAUTHBEARER_MECHANISM)) {
            return null;
        }
        String keys = configuration.get(SecurityKeys.TOKEN_KEYS);
        if (keys.isBlank()) {
            throw new ConfigException(
                    "sasl.mechanisms has OAUTHBEARER, but nobody says which keys sign tokens: set "
                            + SecurityKeys.TOKEN_KEYS.name());
        }
        String issuer = configuration.get(SecurityKeys.TOKEN_ISSUER);
        try {
            return new TokenConfig(
                    URI.create(keys),
                    configuration.get(SecurityKeys.TOKEN_KEYS_REFRESH),
                    issuer.isBlank() ? null : issuer,
                    configuration.get(SecurityKeys.TOKEN_AUDIENCE),
                    configuration.get(SecurityKeys.TOKEN_PRINCIPAL_CLAIM),
                    configuration.get(SecurityKeys.TOKEN_CLOCK_SKEW));
        } catch (IllegalArgumentException e) {
            throw new ConfigException("sasl.oauthbearer: " + e.getMessage());
        }
    }

    private @Nullable Permissions permissions(Configuration configuration) {
        if (!configuration.get(SecurityKeys.ACLS).orElse(authenticates)) {
            return null;
        }
        if (!authenticates) {
            throw new ConfigException(
                    "security.acls.enabled: ACLs are about clients that are known; set sasl.mechanisms or"
                            + " gateway.tls.client.auth=required");
        }
        boolean everyone = configuration.get(SecurityKeys.ALLOW_WITHOUT_ACL);
        if (superUsers.isEmpty() && !everyone) {
            throw new ConfigException(
                    "security.acls.enabled: clients are authenticated, and so may do what ACLs allow, but nobody could make the first"
                            + " ACL; set security.super.users or security.admin.user, or security.acls.enabled=false to let whoever"
                            + " is known do everything");
        }
        return new Permissions(
                () -> metadata.image().security(), new AclConfig(superUsers, everyone));
    }

    private Map<ScramName, ScramSecret> administrator(Configuration configuration)
            throws IOException {
        String name = configuration.get(SecurityKeys.ADMIN_USER);
        if (name.isBlank()) {
            return Map.of();
        }
        superUsers.add(new KafkaPrincipal(KafkaPrincipal.USER_TYPE, name));
        Path file =
                configuration
                        .get(SecurityKeys.ADMIN_PASSWORD_FILE)
                        .orElseThrow(() ->
                                new ConfigException(
                                        "security.admin.user is set, but not its password: put it into a file and set security.admin.password.file"));
        String password = password(file);
        if (password.isEmpty()) {
            throw new ConfigException("security.admin.password.file: " + file + " is empty");
        }
        return Credentials.of(name, password);
    }

    private static String password(Path file) throws IOException {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new IOException("security.admin.password.file: cannot read " + file, e);
        }
    }

    /// Whether clients have to say who they are.
    boolean authenticates() {
        return authenticates;
    }

    /// Whether an address may open one more connection now.
    boolean mayConnect(InetAddress address) {
        return quotas.mayConnect(address);
    }

    /// What the gateway is told of it.
    Gateway.Access access() {
        if (!authenticates) {
            return Gateway.Access.OPEN;
        }
        Set<ApiKeys> inFront = sasl ? Authenticator.APIS : Set.of();
        return permissions == null
                ? new Gateway.Access(superUsers::contains, inFront, false, TopicAccess.OPEN)
                // Who may administer is for ACLs to say.
                : new Gateway.Access(
                        _ -> true, inFront, true, new TopicPermissions(permissions, metadata));
    }

    /// The gateway behind what is asked of its clients first.
    RequestHandler inFrontOf(Gateway gateway) {
        RequestHandler changing = new MutationEnforcer(gateway, quotas, metadata::image);
        RequestHandler allowed =
                permissions == null
                        ? changing
                        : new AccessControl(changing, permissions, metadata, autoCreateTopics);
        RequestHandler bounded = new QuotaEnforcer(allowed, quotas);
        if (!authenticates) {
            return bounded;
        }
        try {
            return new Authenticator(bounded, config, credentials, InstantSource.system());
        } catch (IllegalArgumentException e) {
            throw new ConfigException(SecurityKeys.SASL_MECHANISMS.name() + ": " + e.getMessage());
        }
    }

    /// Lets nobody in over HTTP that would not be let in over Kafka.
    HttpGuard guard(HttpGuard first) {
        return authenticates
                ? new HttpAuthenticator(first, config, credentials, httpAccess())
                : first;
    }

    private HttpAuthenticator.Access httpAccess() {
        return permissions == null ? HttpAuthenticator.Access.OPEN : permissions::mayAsk;
    }
}
