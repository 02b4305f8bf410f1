package io.quafka.program.roles;

import io.quafka.storage.node.LocalStorageNode;
import io.quafka.wire.KafkaServer;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a start loads beside what it would otherwise only wait for: the controller's first steps
/// are mostly its disk's. Whoever comes to need what is not loaded yet waits for it.
final class Preparation {
    private static final Logger LOG = LoggerFactory.getLogger(Preparation.class);

    private Preparation() {}

    /// @param storage the storage node's directory, which this process owns
    static void begin(Path storage) {
        Thread.ofPlatform().daemon().name("quafka-prepare").start(() -> prepare(storage));
    }

    private static void prepare(Path storage) {
        try {
            LocalStorageNode.prepare(storage);
            KafkaServer.prepare();
        } catch (IOException | RuntimeException | LinkageError e) {
            LOG.atDebug().setCause(e).log("nothing was loaded ahead: the start will tell");
        }
    }
}
