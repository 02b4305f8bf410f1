package io.quafka.storage.log;

import java.io.IOException;
import java.nio.file.Path;

/// The disk has no room for a segment beside the reserve.
public final class NoRoomException extends IOException {
    private static final long serialVersionUID = 1;

    NoRoomException(Path directory, long bytes) {
        super("no room for a segment of " + bytes + " bytes under " + directory);
    }
}
