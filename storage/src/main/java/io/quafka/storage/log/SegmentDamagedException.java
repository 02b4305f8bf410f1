package io.quafka.storage.log;

import java.io.IOException;
import java.nio.file.Path;

/// A file of the commit log is not what it should be; the message says which and why.
public final class SegmentDamagedException extends IOException {
    private static final long serialVersionUID = 1;

    SegmentDamagedException(Path file, String why) {
        super("segment " + file + " cannot be used: " + why);
    }
}
