package io.quafka.tiering.s3;

import java.time.Duration;

/// What a store may take at most.
///
/// @param partBytes of a part of an upload: what an upload holds in memory is this, times one more
///   than `partsInFlight`; S3 takes 10,000 parts of 5 MiB and up
/// @param partsInFlight parts of one upload that are sent at once
/// @param connections open at once; more requests wait
/// @param connectTimeout for a connection to be made, or to come free
/// @param attemptTimeout for a request, with its content and its answer
/// @param callTimeout for a call, with all its attempts and the time between them
/// @param attempts of a request that may be repeated, the first one included
public record S3Limits(
        int partBytes,
        int partsInFlight,
        int connections,
        Duration connectTimeout,
        Duration attemptTimeout,
        Duration callTimeout,
        int attempts) {
    /// The least that S3 takes of a part that is not the last.
    public static final int PART_BYTES_MIN = 5 << 20;

    public static final S3Limits DEFAULT =
            new S3Limits(
                    8 << 20,
                    2,
                    64,
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(90),
                    4);

    public S3Limits {
        if (partBytes < PART_BYTES_MIN) {
            throw new IllegalArgumentException("parts of " + partBytes + " bytes");
        }
        if (partsInFlight < 1 || connections < 1 || attempts < 1) {
            throw new IllegalArgumentException("limits are 1 and more");
        }
    }

    /// The same with requests that may take so long, and calls three times as long.
    public S3Limits withAttemptTimeout(Duration timeout) {
        return new S3Limits(
                partBytes,
                partsInFlight,
                connections,
                connectTimeout,
                timeout,
                timeout.multipliedBy(3),
                attempts);
    }
}
