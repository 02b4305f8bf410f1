package io.quafka.storage.index;

import java.nio.file.Path;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/// RocksDB's errors in this package's terms.
final class Failures {
    private Failures() {}

    static IndexException of(Path directory, RocksDBException error) {
        Status status = error.getStatus();
        String message = String.valueOf(error.getMessage());
        if (status != null && status.getCode() == Status.Code.Corruption) {
            return new IndexDamagedException(directory, message, error);
        }
        boolean diskFull =
                (status != null && status.getSubCode() == Status.SubCode.NoSpace)
                        || message.contains("No space left");
        return new IndexException("the index in " + directory + ": " + message, diskFull, error);
    }

    static IndexException atOpen(Path directory, RocksDBException error) {
        // RocksDB has no status for a taken lock, only these two messages.
        String message = String.valueOf(error.getMessage());
        if (message.contains("lock hold by current process")
                || message.contains("While lock file")) {
            return new IndexInUseException(directory, error);
        }
        return of(directory, error);
    }
}
