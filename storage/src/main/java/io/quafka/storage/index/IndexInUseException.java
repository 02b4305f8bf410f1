package io.quafka.storage.index;

import java.nio.file.Path;

/// Another process, or another [Index] of this one, has the index open.
public final class IndexInUseException extends IndexException {
    IndexInUseException(Path directory, Throwable cause) {
        super("the index in %s is in use by another process".formatted(directory), cause);
    }
}
