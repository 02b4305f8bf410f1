package io.quafka.tiering.s3;

import io.quafka.tiering.store.ObjectStore;
import io.quafka.tiering.store.ObjectStoreContract;
import io.quafka.tiering.store.StoreMeter;
import java.net.URI;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIf;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.MinIOContainer;

/// The contract against MinIO, where containers run; skipped elsewhere.
@EnabledIf("containersRun")
class MinioTest extends ObjectStoreContract {
    private static final String IMAGE = "minio/minio:RELEASE.2025-09-07T16-13-09Z";

    private static @Nullable MinIOContainer minio;

    static boolean containersRun() {
        return DockerClientFactory.instance().isDockerAvailable();
    }

    @BeforeAll
    static void start() throws Exception {
        MinIOContainer container = new MinIOContainer(IMAGE);
        container.start();
        container.execInContainer(
                "mc",
                "alias",
                "set",
                "local",
                "http://127.0.0.1:9000",
                container.getUserName(),
                container.getPassword());
        container.execInContainer("mc", "mb", "local/quafka");
        minio = container;
    }

    @AfterAll
    static void stop() {
        if (minio != null) {
            minio.stop();
        }
    }

    @Override
    protected ObjectStore open(StoreMeter meter) throws Exception {
        MinIOContainer container = Objects.requireNonNull(minio);
        S3Config config =
                new S3Config(
                        new S3Location(
                                "quafka", "", "us-east-1", URI.create(container.getS3URL()), true),
                        new S3Credentials.Static(
                                container.getUserName(), container.getPassword(), null),
                        S3Handling.DEFAULT,
                        TestConfigs.LIMITS);
        try (ObjectStore cleaner = S3Store.open(config, StoreMeter.NONE)) {
            ExternalS3Test.empty(cleaner);
        }
        return S3Store.open(config, meter);
    }
}
