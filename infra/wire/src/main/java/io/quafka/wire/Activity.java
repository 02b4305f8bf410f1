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
    record Timeouts(Duration idle, Duration frame, Duration write) {}

    private volatile long lastNanos;
    private volatile long frameSince;
    private volatile long writeSince;

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

    void writeEnded() {
        lastNanos = System.nanoTime();
        writeSince = 0;
    }

    /// Why the connection is to be closed now, or null.
    ///
    /// @param inFlight true when requests are in the handler's hands: such a connection is not idle
    @Nullable CloseReason expired(long nowNanos, boolean inFlight, Timeouts timeouts) {
        if (since(writeSince, nowNanos, timeouts.write)) {
            return CloseReason.SLOW_READER;
        }
        if (since(frameSince, nowNanos, timeouts.frame)) {
            return CloseReason.SLOW_FRAME;
        }
        boolean quiet = !inFlight && writeSince == 0 && frameSince == 0;
        return quiet && nowNanos - lastNanos > timeouts.idle.toNanos() ? CloseReason.IDLE : null;
    }

    private static boolean since(long startNanos, long nowNanos, Duration timeout) {
        return startNanos != 0 && nowNanos - startNanos > timeout.toNanos();
    }

    private static long nonZero(long nanos) {
        return nanos == 0 ? 1 : nanos;
    }
}
