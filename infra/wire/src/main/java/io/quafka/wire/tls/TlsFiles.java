package io.quafka.wire.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509TrustManager;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.config.internals.BrokerSecurityConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.jspecify.annotations.Nullable;

/// Reads TLS files by Kafka's own factory, which knows PEM and PKCS#12.
final class TlsFiles {
    private static final byte[] SIGNED = {'q', 'u', 'a', 'f', 'k', 'a'};

    private TlsFiles() {}

    /// @throws IOException when a file cannot be read, or key and certificate do not belong
    ///   together
    /// @throws RuntimeException when a file is not what it should be
    static DefaultSslEngineFactory load(TlsConfig config) throws IOException {
        Map<String, Object> told = new HashMap<>();
        told.put(SslConfigs.SSL_PROTOCOL_CONFIG, SslConfigs.DEFAULT_SSL_PROTOCOL);
        told.put(SslConfigs.SSL_ENABLED_PROTOCOLS_CONFIG, List.of("TLSv1.3", "TLSv1.2"));
        told.put(SslConfigs.SSL_CIPHER_SUITES_CONFIG, List.of());
        told.put(
                SslConfigs.SSL_KEYMANAGER_ALGORITHM_CONFIG,
                SslConfigs.DEFAULT_SSL_KEYMANGER_ALGORITHM);
        told.put(
                SslConfigs.SSL_TRUSTMANAGER_ALGORITHM_CONFIG,
                SslConfigs.DEFAULT_SSL_TRUSTMANAGER_ALGORITHM);
        told.put(
                BrokerSecurityConfigs.SSL_CLIENT_AUTH_CONFIG,
                switch (config.clientAuth()) {
                    case NONE -> "none";
                    case OPTIONAL -> "requested";
                    case REQUIRED -> "required";
                });
        Password password = password(config.keyPassword());
        certificate(config, password, told);
        trust(config, told);
        DefaultSslEngineFactory factory = new DefaultSslEngineFactory();
        factory.configure(told);
        requireMatch(factory.keystore(), password, config);
        return factory;
    }

    /// What was loaded of this side's own.
    static X509ExtendedKeyManager keys(DefaultSslEngineFactory factory, TlsConfig config)
            throws IOException {
        Password password = password(config.keyPassword());
        try {
            KeyManagerFactory keys =
                    KeyManagerFactory.getInstance(SslConfigs.DEFAULT_SSL_KEYMANGER_ALGORITHM);
            keys.init(factory.keystore(), password == null ? null : password.value().toCharArray());
            for (KeyManager each : keys.getKeyManagers()) {
                if (each instanceof X509ExtendedKeyManager found) {
                    return found;
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("the private key cannot be used: " + e.getMessage(), e);
        }
        throw new IOException("Java has no key manager for " + config.files());
    }

    /// What was loaded of whom this side believes.
    static X509TrustManager trust(DefaultSslEngineFactory factory) throws IOException {
        try {
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(SslConfigs.DEFAULT_SSL_TRUSTMANAGER_ALGORITHM);
            trust.init(factory.truststore());
            for (TrustManager each : trust.getTrustManagers()) {
                if (each instanceof X509TrustManager found) {
                    return found;
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("the authorities cannot be used: " + e.getMessage(), e);
        }
        throw new IOException("Java has no trust manager");
    }

    private static void certificate(
            TlsConfig config, @Nullable Password password, Map<String, Object> told)
            throws IOException {
        if (isStore(config.certificate())) {
            requireReadable(config.certificate());
            told.put(SslConfigs.SSL_KEYSTORE_TYPE_CONFIG, "PKCS12");
            told.put(SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG, config.certificate().toString());
            told.put(
                    SslConfigs.SSL_KEYSTORE_PASSWORD_CONFIG,
                    password == null ? new Password("") : password);
            return;
        }
        Path key = config.key() == null ? config.certificate() : config.key();
        told.put(SslConfigs.SSL_KEYSTORE_TYPE_CONFIG, DefaultSslEngineFactory.PEM_TYPE);
        told.put(
                SslConfigs.SSL_KEYSTORE_CERTIFICATE_CHAIN_CONFIG,
                new Password(text(config.certificate())));
        told.put(SslConfigs.SSL_KEYSTORE_KEY_CONFIG, new Password(privateKey(key)));
        if (password != null) {
            told.put(SslConfigs.SSL_KEY_PASSWORD_CONFIG, password);
        }
    }

    private static void trust(TlsConfig config, Map<String, Object> told) throws IOException {
        Path trust = config.trust();
        if (trust == null) {
            return;
        }
        if (isStore(trust)) {
            requireReadable(trust);
            told.put(SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG, "PKCS12");
            told.put(SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG, trust.toString());
            Password password = password(config.trustPassword());
            if (password != null) {
                told.put(SslConfigs.SSL_TRUSTSTORE_PASSWORD_CONFIG, password);
            }
        } else {
            told.put(SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG, DefaultSslEngineFactory.PEM_TYPE);
            told.put(SslConfigs.SSL_TRUSTSTORE_CERTIFICATES_CONFIG, new Password(text(trust)));
        }
    }

    /// While one of the files is new and the other is not yet, nobody could connect.
    private static void requireMatch(KeyStore store, @Nullable Password password, TlsConfig config)
            throws IOException {
        try {
            for (String alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias)) {
                    char[] secret = password == null ? null : password.value().toCharArray();
                    PrivateKey key = (PrivateKey) store.getKey(alias, secret);
                    if (!belong(key, store.getCertificate(alias).getPublicKey())) {
                        throw new IOException(
                                "the private key is not that of the certificate in "
                                        + config.certificate());
                    }
                    return;
                }
            }
            throw new IOException("there is no private key in " + config.files());
        } catch (GeneralSecurityException e) {
            throw new IOException("the private key cannot be used: " + e.getMessage(), e);
        }
    }

    private static boolean belong(PrivateKey key, PublicKey publicKey)
            throws GeneralSecurityException {
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "EC" -> "SHA256withECDSA";
                    case "RSA" -> "SHA256withRSA";
                    default -> key.getAlgorithm();
                };
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(SIGNED);
        byte[] signed = signature.sign();
        try {
            signature.initVerify(publicKey);
            signature.update(SIGNED);
            return signature.verify(signed);
        } catch (java.security.InvalidKeyException | java.security.SignatureException _) {
            return false;
        }
    }

    private static String privateKey(Path file) throws IOException {
        String pem = text(file);
        if (pem.contains("BEGIN RSA PRIVATE KEY") || pem.contains("BEGIN EC PRIVATE KEY")) {
            throw new IOException(
                    file
                            + " has a private key that is not in PKCS#8: convert it with 'openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW'");
        }
        return pem;
    }

    private static @Nullable Password password(@Nullable Path file) throws IOException {
        return file == null ? null : new Password(text(file).strip());
    }

    private static boolean isStore(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".p12") || name.endsWith(".pfx");
    }

    private static String text(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new IOException("there is no file " + file, e);
        } catch (IOException e) {
            throw new IOException("cannot read " + file + ": " + e, e);
        }
    }

    private static void requireReadable(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw new IOException("cannot read " + file);
        }
    }
}
