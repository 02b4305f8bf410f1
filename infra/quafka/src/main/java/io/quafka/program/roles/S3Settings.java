package io.quafka.program.roles;

import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.Configuration;
import io.quafka.tiering.s3.S3Config;
import io.quafka.tiering.s3.S3Credentials;
import io.quafka.tiering.s3.S3Handling;
import io.quafka.tiering.s3.S3Limits;
import io.quafka.tiering.s3.S3Location;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Says what was configured of S3 in the words of its client.
final class S3Settings {
    private S3Settings() {}

    static S3Config of(Configuration configuration) {
        try {
            String endpoint = configuration.get(ConfigKeys.TIERING_S3_ENDPOINT);
            S3Location location =
                    new S3Location(
                            configuration.get(ConfigKeys.TIERING_S3_BUCKET),
                            configuration.get(ConfigKeys.TIERING_S3_PREFIX),
                            configuration.get(ConfigKeys.TIERING_S3_REGION),
                            endpoint.isBlank() ? null : URI.create(endpoint),
                            configuration.get(ConfigKeys.TIERING_S3_PATH_STYLE));
            S3Handling handling =
                    new S3Handling(
                            S3Handling.DEFAULT.encryption(),
                            emptyIsNull(configuration.get(ConfigKeys.TIERING_S3_STORAGE_CLASS)),
                            S3Handling.DEFAULT.checksums());
            S3Limits limits =
                    S3Limits.DEFAULT.withAttemptTimeout(
                            configuration.get(ConfigKeys.TIERING_S3_TIMEOUT));
            return new S3Config(location, credentials(configuration), handling, limits);
        } catch (IllegalArgumentException e) {
            throw new StartException("tiering.s3: " + e.getMessage(), e);
        }
    }

    private static S3Credentials credentials(Configuration configuration) {
        String accessKey = configuration.get(ConfigKeys.TIERING_S3_ACCESS_KEY);
        if (!accessKey.isBlank()) {
            Path file = configuration.get(ConfigKeys.TIERING_S3_SECRET_KEY_FILE);
            return new S3Credentials.Static(accessKey, secret(file), null);
        }
        String profile = emptyIsNull(configuration.get(ConfigKeys.TIERING_S3_PROFILE));
        return profile == null
                ? new S3Credentials.Environment()
                : new S3Credentials.Profile(profile);
    }

    private static String secret(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new StartException(
                    "tiering.s3.secret.key.file: %s cannot be read".formatted(file), e);
        }
    }

    private static @Nullable String emptyIsNull(String text) {
        return text.isBlank() ? null : text;
    }
}
