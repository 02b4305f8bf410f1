package io.quafka.tiering.s3;

import io.quafka.tiering.store.StoreMeter;
import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.s3.LegacyMd5Plugin;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/// Makes the SDK's client of a configuration.
final class S3Clients {
    private static final Duration BACKOFF_MIN = Duration.ofMillis(100);
    private static final Duration BACKOFF_MAX = Duration.ofSeconds(5);
    private static final Duration THROTTLED_BACKOFF_MIN = Duration.ofMillis(500);

    private S3Clients() {}

    static S3Client create(S3Config config, StoreMeter meter) {
        S3Location location = config.location();
        S3Limits limits = config.limits();
        S3ClientBuilder builder =
                S3Client.builder()
                        .region(Region.of(location.region()))
                        .forcePathStyle(location.pathStyle())
                        .credentialsProvider(provider(config.credentials()))
                        .httpClientBuilder(http(limits))
                        .overrideConfiguration(override ->
                                override.apiCallTimeout(limits.callTimeout())
                                        .apiCallAttemptTimeout(limits.attemptTimeout())
                                        .retryStrategy(retries(limits.attempts()))
                                        .addExecutionInterceptor(new Metering(meter)));
        if (location.endpoint() != null) {
            builder.endpointOverride(location.endpoint());
        }
        switch (config.handling().checksums()) {
            case WHEN_SUPPORTED ->
                    builder.requestChecksumCalculation(RequestChecksumCalculation.WHEN_SUPPORTED)
                            .responseChecksumValidation(ResponseChecksumValidation.WHEN_SUPPORTED);
            case WHEN_REQUIRED ->
                    builder.requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                            .addPlugin(LegacyMd5Plugin.create());
        }
        return builder.build();
    }

    private static Apache5HttpClient.Builder http(S3Limits limits) {
        return Apache5HttpClient.builder()
                .maxConnections(limits.connections())
                .connectionTimeout(limits.connectTimeout())
                .connectionAcquisitionTimeout(limits.attemptTimeout())
                .socketTimeout(limits.attemptTimeout())
                .tcpKeepAlive(true);
    }

    private static RetryStrategy retries(int attempts) {
        return AwsRetryStrategy.standardRetryStrategy().toBuilder()
                .maxAttempts(attempts)
                .backoffStrategy(BackoffStrategy.exponentialDelay(BACKOFF_MIN, BACKOFF_MAX))
                .throttlingBackoffStrategy(
                        BackoffStrategy.exponentialDelay(THROTTLED_BACKOFF_MIN, BACKOFF_MAX))
                .build();
    }

    private static AwsCredentialsProvider provider(S3Credentials credentials) {
        return switch (credentials) {
            case S3Credentials.Static given ->
                    StaticCredentialsProvider.create(
                            given.sessionToken() == null
                                    ? AwsBasicCredentials.create(
                                            given.accessKey(), given.secretKey())
                                    : AwsSessionCredentials.create(
                                            given.accessKey(),
                                            given.secretKey(),
                                            given.sessionToken()));
            case S3Credentials.Profile(String name) -> ProfileCredentialsProvider.create(name);
            case S3Credentials.Environment() -> DefaultCredentialsProvider.builder().build();
            case S3Credentials.Anonymous() -> AnonymousCredentialsProvider.create();
        };
    }
}
