package io.quafka.program.roles;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// What was opened, to be closed in the reverse order, each whatever became of the others. Not
/// thread-safe but for [#close].
final class ClosingStack implements AutoCloseable {
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    <T extends AutoCloseable> T add(T resource) {
        opened.push(resource);
        return resource;
    }

    /// @throws IllegalStateException after all are closed, if any failed: with the failures
    @Override
    public synchronized void close() {
        IllegalStateException failed = null;
        while (!opened.isEmpty()) {
            failed = close(opened.pop(), failed);
        }
        if (failed != null) {
            throw failed;
        }
    }

    /// Closes all after a failure, which takes what goes wrong along.
    void closeAfter(Throwable failure) {
        try {
            close();
        } catch (IllegalStateException e) {
            failure.addSuppressed(e);
        }
    }

    private static @Nullable IllegalStateException close(
            AutoCloseable resource, @Nullable IllegalStateException before) {
        try {
            resource.close();
            return before;
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            IllegalStateException failed =
                    before == null ? new IllegalStateException("did not close cleanly", e) : before;
            if (before != null) {
                failed.addSuppressed(e);
            }
            return failed;
        }
    }
}
