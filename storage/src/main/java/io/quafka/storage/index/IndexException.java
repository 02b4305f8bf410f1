package io.quafka.storage.index;

/// The index could not do what was asked: its disk is full or failing.
public class IndexException extends RuntimeException {
    private final boolean diskFull;

    IndexException(String message, boolean diskFull, Throwable cause) {
        super(message, cause);
        this.diskFull = diskFull;
    }

    IndexException(String message, Throwable cause) {
        this(message, false, cause);
    }

    IndexException(String message) {
        super(message);
        this.diskFull = false;
    }

    /// Whether the disk was full: the same call may succeed once there is space.
    public boolean diskFull() {
        return diskFull;
    }
}
