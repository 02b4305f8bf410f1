package io.quafka.tiering.s3;

import io.quafka.s3server.S3Server;
import java.net.URI;
import java.time.Duration;

/// Configurations of stores under test.
final class TestConfigs {
    /// Parts as small as S3 takes, time-outs that a test can wait for.
    static final S3Limits LIMITS =
            new S3Limits(
                    S3Limits.PART_BYTES_MIN,
                    2,
                    16,
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(60),
                    4);

    private TestConfigs() {}

    static S3Config of(URI endpoint, String prefix) {
        return of(endpoint, prefix, LIMITS);
    }

    static S3Config of(URI endpoint, String prefix, S3Limits limits) {
        return new S3Config(
                new S3Location(S3Server.BUCKET, prefix, "us-east-1", endpoint, true),
                new S3Credentials.Static(S3Server.ACCESS_KEY, S3Server.SECRET_KEY, null),
                S3Handling.DEFAULT,
                limits);
    }
}
