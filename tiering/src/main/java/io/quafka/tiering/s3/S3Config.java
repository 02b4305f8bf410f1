package io.quafka.tiering.s3;

/// All that is to be known of a bucket to use it.
public record S3Config(
        S3Location location, S3Credentials credentials, S3Handling handling, S3Limits limits) {
    /// With everything else as it is by default.
    public static S3Config of(S3Location location, S3Credentials credentials) {
        return new S3Config(location, credentials, S3Handling.DEFAULT, S3Limits.DEFAULT);
    }
}
