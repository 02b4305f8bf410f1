package io.quafka.storage.node;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Another process, or another node of this one, has the data directory.
public final class DirectoryInUseException extends IOException {
    private static final long serialVersionUID = 1;

    DirectoryInUseException(Path directory, @Nullable Throwable cause) {
        super(
                "the data directory "
                        + directory.toAbsolutePath()
                        + " is in use by another storage node: stop it, or choose another directory",
                cause);
    }
}
