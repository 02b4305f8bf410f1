package io.quafka.tiering.s3;

import org.jspecify.annotations.Nullable;

/// How the store is to keep and check objects.
///
/// @param encryption at rest, by the store
/// @param storageClass as S3 names it; null for the bucket's own
/// @param checksums whether to send checksums with everything
public record S3Handling(
        Encryption encryption, @Nullable String storageClass, Checksums checksums) {
    public static final S3Handling DEFAULT =
            new S3Handling(new Encryption.Bucket(), null, Checksums.WHEN_SUPPORTED);

    /// Which checksums go with a request.
    public enum Checksums {
        /// CRC-32C with every object and part; the store compares.
        WHEN_SUPPORTED,
        /// Only where S3 insists, and as MD5: for stores that are older than S3's checksums of
        /// 2022.
        WHEN_REQUIRED
    }

    /// Encryption at rest, by the store.
    public sealed interface Encryption {
        /// As the bucket is set.
        record Bucket() implements Encryption {}

        /// AES-256 with keys of S3.
        record Aes256() implements Encryption {}

        /// With a key of Amazon's key management.
        ///
        /// @param keyId null for the account's own key
        record Kms(@Nullable String keyId) implements Encryption {}
    }
}
