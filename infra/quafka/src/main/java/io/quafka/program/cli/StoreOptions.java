package io.quafka.program.cli;

import io.quafka.tiering.directory.DirectoryStore;
import io.quafka.tiering.s3.S3Config;
import io.quafka.tiering.s3.S3Credentials;
import io.quafka.tiering.s3.S3Location;
import io.quafka.tiering.s3.S3Store;
import io.quafka.tiering.store.ObjectStore;
import io.quafka.tiering.store.StoreException;
import io.quafka.tiering.store.StoreMeter;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which object store a command looks into.
final class StoreOptions {
    private static final String S3 = "s3://";

    @Option(
            names = "--store",
            paramLabel = "DIRECTORY|s3://BUCKET/PREFIX",
            description = "Where objects are.")
    private @Nullable String store;

    @Option(names = "--endpoint", paramLabel = "URL", description = "Of another S3 than Amazon's.")
    private @Nullable URI endpoint;

    @Option(names = "--region", defaultValue = "us-east-1", description = "The bucket's.")
    private String region = "";

    @Option(names = "--path-style", description = "The bucket goes into the path of URLs.")
    private boolean pathStyle;

    @Option(
            names = "--profile",
            description = "Credentials of this profile; without it, of the environment.")
    private @Nullable String profile;

    boolean isGiven() {
        return store != null;
    }

    ObjectStore open() throws StoreException {
        String given = store == null ? "" : store;
        if (!given.startsWith(S3)) {
            return DirectoryStore.open(Path.of(given), StoreMeter.NONE);
        }
        String path = given.substring(S3.length());
        int slash = path.indexOf('/');
        String bucket = slash < 0 ? path : path.substring(0, slash);
        String prefix = slash < 0 ? "" : path.substring(slash + 1);
        if (!prefix.isEmpty() && !prefix.endsWith("/")) {
            prefix += "/";
        }
        S3Location location = new S3Location(bucket, prefix, region, endpoint, pathStyle);
        S3Credentials credentials =
                profile == null
                        ? new S3Credentials.Environment()
                        : new S3Credentials.Profile(profile);
        return S3Store.open(S3Config.of(location, credentials), StoreMeter.NONE);
    }
}
