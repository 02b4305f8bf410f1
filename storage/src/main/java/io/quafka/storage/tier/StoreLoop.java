package io.quafka.storage.tier;

import io.quafka.storage.ThreadEnd;
import io.quafka.tiering.store.StoreBusyException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A thread that does the same again and again: at once while there is more to do, else at
/// intervals, and after a failure later, longer each time.
///
/// It is never interrupted, for that would close the files that others read: closing waits for the
/// call to the store that is going on.
final class StoreLoop implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(StoreLoop.class);

    private final String what;
    private final Duration interval;
    private final Backoff backoff;
    private final LongAdder failures;
    private final Pass pass;
    private final Thread thread;
    private boolean failing;
    private volatile boolean closed;

    /// What is done.
    interface Pass {
        /// @return whether there may be more to do
        boolean run() throws IOException, InterruptedException, ExecutionException;
    }

    /// @param what for the thread's name, and the log
    /// @param interval between passes when there is nothing more to do
    /// @param failures counts passes that failed
    StoreLoop(String what, Duration interval, Backoff backoff, LongAdder failures, Pass pass) {
        this.what = what;
        this.interval = interval;
        this.backoff = backoff;
        this.failures = failures;
        this.pass = pass;
        this.thread = Thread.ofPlatform().daemon().name("quafka-" + what).unstarted(this::loop);
    }

    void start() {
        thread.start();
    }

    boolean isClosed() {
        return closed;
    }

    private void loop() {
        try {
            while (!closed) {
                await(once());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// @return how long to wait for the next
    private Duration once() throws InterruptedException {
        Duration asked = Duration.ZERO;
        try {
            boolean more = pass.run();
            backoff.succeeded();
            if (failing) {
                failing = false;
                log.atInfo().log("{} goes on", what);
            }
            return more ? Duration.ZERO : interval;
        } catch (StoreBusyException e) {
            asked = e.retryAfter();
            failed(e);
        } catch (IOException | ExecutionException | RuntimeException e) {
            failed(e);
        }
        return backoff.failed(asked);
    }

    private void failed(Exception e) {
        failures.increment();
        if (!closed) {
            log.atWarn()
                    .setCause(failing ? null : e)
                    .addKeyValue("error", e.toString())
                    .log("{} failed: tried again later", what);
            failing = true;
        }
    }

    private synchronized void await(Duration duration) throws InterruptedException {
        if (!closed && duration.isPositive()) {
            wait(Math.max(1, duration.toMillis()));
        }
    }

    /// Waits for what is going on; may be called without [#start].
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        ThreadEnd.await(thread);
    }
}
