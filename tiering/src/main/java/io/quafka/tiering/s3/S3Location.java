package io.quafka.tiering.s3;

import io.quafka.tiering.store.ObjectKeys;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/// Where objects are.
///
/// @param prefix in front of all keys: empty, or ending in a slash
/// @param region for Amazon the bucket's; others take any
/// @param endpoint of another S3 than Amazon's; null for Amazon's
/// @param pathStyle whether the bucket goes into the path, not into the host name
public record S3Location(
        String bucket, String prefix, String region, @Nullable URI endpoint, boolean pathStyle) {
    public S3Location {
        if (bucket.isEmpty()) {
            throw new IllegalArgumentException("no bucket");
        }
        ObjectKeys.checkPrefix(prefix);
        if (!prefix.isEmpty() && !prefix.endsWith("/")) {
            throw new IllegalArgumentException("prefix '" + prefix + "' does not end in a slash");
        }
    }

    @Override
    public String toString() {
        return "s3://" + bucket + "/" + prefix + (endpoint == null ? "" : " at " + endpoint);
    }
}
