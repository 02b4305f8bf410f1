package io.quafka.program.config;

import io.quafka.wire.tls.TlsConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// The keys that say who may do what, and what is encrypted: part of [ConfigKeys#ALL].
public final class SecurityKeys {
    public static final ConfigKey<Optional<Path>> TLS_CERTIFICATE =
            new ConfigKey<>(
                    "gateway.tls.certificate.file",
                    ValueType.optional(ValueType.PATH),
                    "",
                    "The certificate that the gateway shows, and so whether it serves TLS: PEM with the chain, or PKCS#12 (.p12, .pfx)."
                            + " This and the other files of TLS are loaded anew when they change.");

    public static final ConfigKey<Optional<Path>> TLS_KEY =
            new ConfigKey<>(
                    "gateway.tls.key.file",
                    ValueType.optional(ValueType.PATH),
                    "",
                    "The certificate's private key (PEM, PKCS#8). Empty: it is in the certificate's file.");

    public static final ConfigKey<Optional<Path>> TLS_KEY_PASSWORD =
            new ConfigKey<>(
                    "gateway.tls.key.password.file",
                    ValueType.optional(ValueType.PATH),
                    "",
                    "A file with the password of the private key, or of the PKCS#12 store, and nothing else.");

    public static final ConfigKey<Optional<Path>> TLS_TRUST =
            new ConfigKey<>(
                    "gateway.tls.trust.file",
                    ValueType.optional(ValueType.PATH),
                    "",
                    "The authorities whose client certificates are believed: PEM or PKCS#12.");

    public static final ConfigKey<Optional<Path>> TLS_TRUST_PASSWORD =
            new ConfigKey<>(
                    "gateway.tls.trust.password.file",
                    ValueType.optional(ValueType.PATH),
                    "",
                    "A file with the password of the PKCS#12 store of authorities.");

    public static final ConfigKey<TlsConfig.ClientAuth> TLS_CLIENT_AUTH =
            new ConfigKey<>(
                    "gateway.tls.client.auth",
                    ValueType.oneOf(TlsConfig.ClientAuth.class),
                    "none",
                    "Whether clients are asked for certificates; with 'optional' those without are served too.");

    public static final ConfigKey<Boolean> TLS_REQUIRED =
            new ConfigKey<>(
                    "gateway.tls.required",
                    ValueType.BOOLEAN,
                    "true",
                    "Whether Kafka without TLS is refused where TLS is served. HTTP without TLS answers no more than /health/... then.");

    public static final ConfigKey<Boolean> OPEN =
            new ConfigKey<>(
                    "gateway.open",
                    ValueType.BOOLEAN,
                    "false",
                    "Whether the gateway may listen where other machines reach it although clients need not say who they are, or what they"
                            + " send is not encrypted. Without it such a gateway does not start. 'true' is for networks that let in"
                            + " nobody else.");

    public static final ConfigKey<String> TLS_PRINCIPAL_RULES =
            new ConfigKey<>(
                    "gateway.tls.principal.mapping.rules",
                    ValueType.STRING,
                    "DEFAULT",
                    "How the name in a client's certificate becomes its principal's, in the words of Kafka's"
                            + " ssl.principal.mapping.rules; 'DEFAULT' takes the whole name.");

    public static final ConfigKey<Optional<Path>> NODE_TLS_CERTIFICATE =
            new ConfigKey<>(
                    "node.tls.certificate.file",
                    ValueType.optional(ValueType.PATH),
                    "",
                    "The certificate that this process shows to other Quafka processes (PEM, with the chain), and so whether gateways, storage"
                            + " nodes and controllers speak mutual TLS to each other and to nobody else. With it go node.tls.key.file and"
                            + " node.tls.trust.file; all processes of a cluster have all three, or none has. Loaded anew when they change.");

    public static final ConfigKey<Optional<Path>> NODE_TLS_KEY =
            new ConfigKey<>(
                    "node.tls.key.file",
                    ValueType.optional(ValueType.PATH),
                    "",
                    "The private key of node.tls.certificate.file (PEM, PKCS#8, without a password).");

    public static final ConfigKey<Optional<Path>> NODE_TLS_TRUST =
            new ConfigKey<>(
                    "node.tls.trust.file",
                    ValueType.optional(ValueType.PATH),
                    "",
                    "The authorities whose certificates other Quafka processes must show (PEM). Every certificate of theirs is a node's,"
                            + " whatever it names: use an authority that signs nothing else.");

    public static final ConfigKey<List<String>> SASL_MECHANISMS =
            new ConfigKey<>(
                    "sasl.mechanisms",
                    ValueType.listOf(ValueType.STRING),
                    "",
                    "How clients may say who they are: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER. Where there is one, clients that do not"
                            + " are not served, unless they show a certificate. PLAIN sends passwords, and OAUTHBEARER tokens, as they are: with"
                            + " TLS only.");

    public static final ConfigKey<Duration> SASL_SESSION_LIFETIME =
            new ConfigKey<>(
                    "sasl.session.lifetime.max",
                    ValueType.duration(Duration.ZERO, Duration.ofDays(365)),
                    "0s",
                    "After so long a client must authenticate again, which newer ones do by themselves; others are closed. '0s': never.");

    public static final ConfigKey<Duration> SASL_FAILURE_DELAY =
            new ConfigKey<>(
                    "sasl.failure.delay",
                    ValueType.duration(Duration.ZERO, Duration.ofSeconds(10)),
                    "200ms",
                    "How long the answer to a failed attempt takes; it doubles with each further one of the same address within a minute,"
                            + " up to 10s.");

    public static final ConfigKey<String> TOKEN_KEYS =
            new ConfigKey<>(
                    "sasl.oauthbearer.jwks.endpoint.url",
                    ValueType.STRING,
                    "",
                    "Where the keys are that sign the tokens of OAUTHBEARER (JWKS): https://..., or file:///...; http://... on this machine's"
                            + " loopback only.");

    public static final ConfigKey<Duration> TOKEN_KEYS_REFRESH =
            new ConfigKey<>(
                    "sasl.oauthbearer.jwks.endpoint.refresh",
                    ValueType.duration(Duration.ofSeconds(1), Duration.ofDays(7)),
                    "1h",
                    "How often those keys are asked for again. A token by a key that is not known has them asked for sooner.");

    public static final ConfigKey<String> TOKEN_ISSUER =
            new ConfigKey<>(
                    "sasl.oauthbearer.expected.issuer",
                    ValueType.STRING,
                    "",
                    "The issuer ('iss') that tokens must name. Empty: any, where the audience is said.");

    public static final ConfigKey<List<String>> TOKEN_AUDIENCE =
            new ConfigKey<>(
                    "sasl.oauthbearer.expected.audience",
                    ValueType.listOf(ValueType.STRING),
                    "",
                    "The audiences ('aud') of which tokens must name one. Empty: any, where the issuer is said; then tokens that were issued"
                            + " for others are believed too.");

    public static final ConfigKey<String> TOKEN_PRINCIPAL_CLAIM =
            new ConfigKey<>(
                    "sasl.oauthbearer.sub.claim.name",
                    ValueType.STRING,
                    "sub",
                    "The claim of a token whose value is the user's name.");

    public static final ConfigKey<Duration> TOKEN_CLOCK_SKEW =
            new ConfigKey<>(
                    "sasl.oauthbearer.clock.skew",
                    ValueType.duration(Duration.ZERO, Duration.ofMinutes(10)),
                    "30s",
                    "By how much the issuer's clock may be ahead. A token ends when it says, by this machine's clock.");

    public static final ConfigKey<String> ADMIN_USER =
            new ConfigKey<>(
                    "security.admin.user",
                    ValueType.STRING,
                    "",
                    "A super user whose password is in a file of this process, so that somebody can come in to make the first users.");

    public static final ConfigKey<Optional<Path>> ADMIN_PASSWORD_FILE =
            new ConfigKey<>(
                    "security.admin.password.file",
                    ValueType.optional(ValueType.PATH),
                    "",
                    "A file with the password of security.admin.user and nothing else.");

    public static final ConfigKey<List<String>> SUPER_USERS =
            new ConfigKey<>(
                    "security.super.users",
                    ValueType.listOf(ValueType.STRING),
                    "",
                    "Principals that may do everything, as User:NAME. Where there are no ACLs, nobody else may change users.");

    public static final ConfigKey<Optional<Boolean>> ACLS =
            new ConfigKey<>(
                    "security.acls.enabled",
                    ValueType.optional(ValueType.BOOLEAN),
                    "",
                    "Whether clients may do what ACLs allow, and nothing else ('quafka acl'). Empty: where they are authenticated. 'false'"
                            + " lets whoever is known do everything but change users.");

    public static final ConfigKey<Boolean> ALLOW_WITHOUT_ACL =
            new ConfigKey<>(
                    "security.acls.allow.everyone.if.no.acl.found",
                    ValueType.BOOLEAN,
                    "false",
                    "Whether everybody may use a topic, group or other resource that no ACL is about.");

    public static final ConfigKey<Duration> TLS_RELOAD_INTERVAL =
            new ConfigKey<>(
                    "tls.reload.interval",
                    ValueType.duration(Duration.ofMillis(100), Duration.ofDays(1)),
                    "10s",
                    "How often the files of TLS are looked at for changes. Files that cannot be used are told in the log, and what was"
                            + " loaded before goes on.");

    /// In the order of the table.
    static final List<ConfigKey<?>> ALL =
            List.of(
                    OPEN,
                    TLS_CERTIFICATE,
                    TLS_KEY,
                    TLS_KEY_PASSWORD,
                    TLS_TRUST,
                    TLS_TRUST_PASSWORD,
                    TLS_CLIENT_AUTH,
                    TLS_REQUIRED,
                    TLS_PRINCIPAL_RULES,
                    NODE_TLS_CERTIFICATE,
                    NODE_TLS_KEY,
                    NODE_TLS_TRUST,
                    TLS_RELOAD_INTERVAL,
                    SASL_MECHANISMS,
                    SASL_SESSION_LIFETIME,
                    SASL_FAILURE_DELAY,
                    TOKEN_KEYS,
                    TOKEN_KEYS_REFRESH,
                    TOKEN_ISSUER,
                    TOKEN_AUDIENCE,
                    TOKEN_PRINCIPAL_CLAIM,
                    TOKEN_CLOCK_SKEW,
                    ADMIN_USER,
                    ADMIN_PASSWORD_FILE,
                    SUPER_USERS,
                    ACLS,
                    ALLOW_WITHOUT_ACL);

    private SecurityKeys() {}
}
