package io.quafka.storage.node;

import io.quafka.storage.index.Index;
import io.quafka.storage.index.IndexDamagedException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens the index; where it is damaged, makes an empty one, which replay of the commit log then
/// fills.
final class IndexRecovery {
    private static final Logger log = LoggerFactory.getLogger(IndexRecovery.class);

    private final StorageConfig config;

    IndexRecovery(StorageConfig config) {
        this.config = config;
    }

    private Path directory() {
        return directory(config.directory());
    }

    /// @param node the storage node's directory
    static Path directory(Path node) {
        return node.resolve("index");
    }

    Index open() {
        try {
            return Index.open(directory(), config.index());
        } catch (IndexDamagedException e) {
            return rebuild(e);
        }
    }

    Index rebuild(RuntimeException why) {
        log.atError().setCause(why).log("the index is rebuilt from the commit log");
        Index.destroy(directory());
        return Index.open(directory(), config.index());
    }
}
