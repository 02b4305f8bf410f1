package io.quafka.storage.index;

import java.nio.file.Path;

/// The index's files are damaged: [Index#destroy] them and rebuild the index from the commit log.
public final class IndexDamagedException extends IndexException {
    IndexDamagedException(Path directory, String what, Throwable cause) {
        super(message(directory, what), cause);
    }

    IndexDamagedException(Path directory, String what) {
        super(message(directory, what));
    }

    private static String message(Path directory, String what) {
        return "the index in %s is damaged (%s); it can be destroyed and rebuilt from the commit log"
                .formatted(directory, what);
    }
}
