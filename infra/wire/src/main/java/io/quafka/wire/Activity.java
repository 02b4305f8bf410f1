package io.quafka.wire;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What a connection is doing and since when: its own threads write, the reaper reads and judges.
///
/// Times are `System.nanoTime()`; 0 stands for "not now".
final class Activity {
    /// @param idle how long nothing may happen where nothing is in flight
    /// @param frame how long a frame begun may take
    /// @param write how long a write may make no progress
    /// @param scarceWrite how long a write may take for [#SCARCE_WRITE_BYTES] while others wait for
    ///   the memory that it holds
    record Timeouts(Duration idle, Duration frame, Duration write, Duration scarceWrite) {}

    /// What a slow reader must take within the time-out while memory is scarce.
    static final int SCARCE_WRITE_BYTES = 512 << 10;

    private volatile long lastNanos;
    private volatile long frameSince;
    private volatile long writeSince;

    /// By the one thread that writes at a time.
    private volatile long bytesWritten;

    private volatile long writesEnded;

    /// The reaper's own: since when it watches a write in scarcity, and what it saw then.
    private long watchedSince;

    private long watchedBytes;
    private long watchedWrites;

    /// The first byte is awaited like the rest of a frame.
    Activity(long acceptedNanos) {
        lastNanos = acceptedNanos;
        frameSince = nonZero(acceptedNanos);
    }

    void frameBegun() {
        if (frameSince == 0) {
            frameSince = nonZero(System.nanoTime());
        }
    }

    void frameEnded(long nowNanos) {
        lastNanos = nowNanos;
        if (frameSince != 0) {
            frameSince = 0;
        }
    }

    /// A write begun, or gone forward.
    void writeProgressed() {
        writeSince = nonZero(System.nanoTime());
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes at a time.
    void written(long bytes) {
        bytesWritten += bytes;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes at a time.
    void writeEnded() {
        lastNanos = System.nanoTime();
        writesEnded++;
        writeSince = 0;
    }

    /// Whether a write goes on too slowly for a time in which others wait for memory. Called by the
    /// reaper alone, at every sweep.
    ///
    /// @param scarce whether it is such a time
    boolean holdsScarceMemory(long nowNanos, boolean scarce, Timeouts timeouts) {
        if (!scarce || writeSince == 0) {
            watchedSince = 0;
            return false;
        }
        long bytes = bytesWritten;
        long writes = writesEnded;
        boolean progressed = writes != watchedWrites || bytes - watchedBytes >= SCARCE_WRITE_BYTES;
        if (watchedSince == 0 || progressed) {
            watchedSince = nonZero(nowNanos);
            watchedBytes = bytes;
            watchedWrites = writes;
            return false;
        }
        return since(watchedSince, nowNanos, timeouts.scarceWrite);
    }

    /// Why the connection is to be closed now, or null.
    ///
    /// @param waits true when requests are in the handler's hands, or the client was told to wait:
    ///   such a connection is not idle
    @Nullable CloseReason expired(long nowNanos, boolean waits, Timeouts timeouts) {
        if (since(writeSince, nowNanos, timeouts.write)) {
            return CloseReason.SLOW_READER;
        }
        if (since(frameSince, nowNanos, timeouts.frame)) {
            return CloseReason.SLOW_FRAME;
        }
        boolean quiet = !waits && writeSince == 0 && frameSince == 0;
        return quiet && nowNanos - lastNanos > timeouts.idle.toNanos() ? CloseReason.IDLE : null;
    }

    private static boolean since(long startNanos, long nowNanos, Duration timeout) {
        return startNanos != 0 && nowNanos - startNanos > timeout.toNanos();
    }

    private static long nonZero(long nanos) {
        return nanos == 0 ? 1 : nanos;
    }
}
