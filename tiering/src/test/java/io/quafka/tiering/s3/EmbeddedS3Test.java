package io.quafka.tiering.s3;

import io.quafka.s3server.S3Server;
import io.quafka.tiering.store.ObjectStore;
import io.quafka.tiering.store.ObjectStoreContract;
import io.quafka.tiering.store.StoreMeter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/// The contract against an S3 server in this JVM.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EmbeddedS3Test extends ObjectStoreContract {
    private S3Server server;

    @BeforeAll
    void start() throws Exception {
        server = S3Server.inMemory();
    }

    @AfterAll
    void stop() throws Exception {
        server.close();
    }

    @Override
    protected ObjectStore open(StoreMeter meter) {
        server.empty();
        return S3Store.open(TestConfigs.of(server.endpoint(), "some/prefix/"), meter);
    }
}
