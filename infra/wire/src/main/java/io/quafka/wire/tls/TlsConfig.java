package io.quafka.wire.tls;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The files that TLS is made of. A name ending in `.p12` or `.pfx` is a PKCS#12 store, any other
/// is PEM.
///
/// @param certificate the chain that this side shows, its own certificate first; a PKCS#12 store
///   has the key too
/// @param key the PEM private key (PKCS#8); null where it is in the certificate's file
/// @param keyPassword a file with the password of the key or store and nothing else; null for none
/// @param trust whose certificates are believed; null for those that Java brings along
/// @param trustPassword a file with the password of a trusted PKCS#12 store; null for none
/// @param clientAuth whether a server asks clients for certificates
public record TlsConfig(
        Path certificate,
        @Nullable Path key,
        @Nullable Path keyPassword,
        @Nullable Path trust,
        @Nullable Path trustPassword,
        ClientAuth clientAuth) {

    /// Whether a server asks clients for certificates.
    public enum ClientAuth {
        /// It does not.
        NONE,
        /// It does, and serves those without; a bad one is refused.
        OPTIONAL,
        /// It serves nobody without one.
        REQUIRED
    }

    /// @throws IllegalArgumentException where clients' certificates are asked for, but it is not
    ///   said whose are believed: Java's own list would let anybody in
    public TlsConfig {
        if (clientAuth != ClientAuth.NONE && trust == null) {
            throw new IllegalArgumentException(
                    "clients are asked for certificates, but nothing says whose are believed");
        }
    }

    List<Path> files() {
        return Stream.of(certificate, key, keyPassword, trust, trustPassword)
                .filter(Objects::nonNull)
                .toList();
    }
}
