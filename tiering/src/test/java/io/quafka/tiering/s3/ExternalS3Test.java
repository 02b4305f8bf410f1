package io.quafka.tiering.s3;

import io.quafka.tiering.s3.S3Handling.Checksums;
import io.quafka.tiering.store.ObjectPage;
import io.quafka.tiering.store.ObjectStore;
import io.quafka.tiering.store.ObjectStoreContract;
import io.quafka.tiering.store.StoreMeter;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/// The contract against any S3 that the environment names: Amazon's, MinIO, Ceph's radosgw...
///
/// `S3_TEST_ENDPOINT`, `S3_TEST_ACCESS_KEY`, `S3_TEST_SECRET_KEY`, `S3_TEST_BUCKET`, which is
/// emptied, and `S3_TEST_CHECKSUMS` (`WHEN_REQUIRED` for what is older than 2022).
/// `infra/s3server/radosgw` starts a radosgw and runs this.
@EnabledIfEnvironmentVariable(named = "S3_TEST_ENDPOINT", matches = ".+")
class ExternalS3Test extends ObjectStoreContract {
    @Override
    protected ObjectStore open(StoreMeter meter) throws Exception {
        S3Config config =
                new S3Config(
                        new S3Location(
                                variable("S3_TEST_BUCKET", "quafka"),
                                "contract/",
                                variable("S3_TEST_REGION", "us-east-1"),
                                URI.create(variable("S3_TEST_ENDPOINT", "")),
                                true),
                        new S3Credentials.Static(
                                variable("S3_TEST_ACCESS_KEY", ""),
                                variable("S3_TEST_SECRET_KEY", ""),
                                null),
                        new S3Handling(
                                S3Handling.DEFAULT.encryption(),
                                null,
                                Checksums.valueOf(variable("S3_TEST_CHECKSUMS", "WHEN_SUPPORTED"))),
                        TestConfigs.LIMITS);
        try (ObjectStore cleaner = S3Store.open(config, StoreMeter.NONE)) {
            empty(cleaner);
        }
        return S3Store.open(config, meter);
    }

    static void empty(ObjectStore store) throws Exception {
        store.sweepUploads(Duration.ofDays(-1));
        ObjectPage page;
        do {
            page = store.list("", null);
            store.delete(page.objects().stream().map(object -> object.key()).toList());
        } while (page.next() != null);
    }

    private static String variable(String name, String otherwise) {
        String value = System.getenv(name);
        return value == null ? otherwise : value;
    }
}
