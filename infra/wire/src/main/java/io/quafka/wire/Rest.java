package io.quafka.wire;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A connection's rest: as long as its client was told to wait, none of its requests is handed on,
/// whether it listens or not (KIP-219). The thread that reads waits; any thread may say for how
/// long, or end it.
final class Rest {
    private final ServerCounters counters;

    /// `System.nanoTime()` of its end; 0 for none yet.
    private volatile long until;

    private volatile boolean ended;
    private volatile @Nullable Thread reader;

    Rest(ServerCounters counters) {
        this.counters = counters;
    }

    /// Begins, or is prolonged, where a response that is complete says so.
    void after(@Nullable KafkaResponse response) {
        if (response != null && response.muteMillis() > 0) {
            counters.muted.increment();
            begin(TimeUnit.MILLISECONDS.toNanos(response.muteMillis()));
        }
    }

    private synchronized void begin(long nanos) {
        long end = System.nanoTime() + nanos;
        if (until == 0 || end - until > 0) {
            until = end == 0 ? 1 : end;
        }
    }

    boolean isOver() {
        return until == 0 || left() <= 0;
    }

    /// Waits for its end.
    void await() throws InterruptedException {
        reader = Thread.currentThread();
        for (long left = left(); left > 0; left = left()) {
            LockSupport.parkNanos(this, left);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    /// Ends it, now and from now on: the connection is ending.
    void end() {
        ended = true;
        LockSupport.unpark(reader);
    }

    private long left() {
        return ended || until == 0 ? 0 : until - System.nanoTime();
    }
}
