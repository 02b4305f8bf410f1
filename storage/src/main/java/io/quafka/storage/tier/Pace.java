package io.quafka.storage.tier;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Holds its one thread to a number of bytes a second.
public final class Pace {
    /// What was not used for so long may be made up for.
    private static final long CREDIT_NANOS = TimeUnit.SECONDS.toNanos(1);

    /// How soon who waits finds out that it is to stop.
    private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final long bytesPerSecond;
    private final BooleanSupplier stopped;
    private long dueNanos = System.nanoTime();

    /// @param stopped whether nobody is to wait any more
    public Pace(long bytesPerSecond, BooleanSupplier stopped) {
        this.bytesPerSecond = bytesPerSecond;
        this.stopped = stopped;
    }

    /// Counts bytes, and waits until they were due; not for long once it is to stop.
    public void spend(long bytes) {
        long now = System.nanoTime();
        dueNanos = Math.max(dueNanos, now - CREDIT_NANOS);
        dueNanos += (long) (bytes * (1e9 / bytesPerSecond));
        while (dueNanos - now > 0 && !stopped.getAsBoolean()) {
            LockSupport.parkNanos(Math.min(dueNanos - now, SLICE_NANOS));
            now = System.nanoTime();
        }
    }
}
