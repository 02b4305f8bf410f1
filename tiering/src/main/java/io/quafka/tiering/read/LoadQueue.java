package io.quafka.tiering.read;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Runs loads, a bounded number at once, each on a thread of its own; a bounded number waits.
///
/// These are platform threads: a virtual one is parked and woken for every few kilobytes that come
/// in on its connection, which costs several times what the copying does.
final class LoadQueue implements AutoCloseable {
    private static final long KEEP_ALIVE_SECONDS = 10;

    private final ThreadPoolExecutor threads;
    private final HistoryCounters counters;

    LoadQueue(int loads, int queued, HistoryCounters counters) {
        this.counters = counters;
        this.threads =
                new ThreadPoolExecutor(
                        loads,
                        loads,
                        KEEP_ALIVE_SECONDS,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(queued),
                        Thread.ofPlatform().daemon().name("quafka-history-", 0).factory());
        threads.allowCoreThreadTimeOut(true);
    }

    /// Runs a load, now or when its turn comes.
    ///
    /// @param refused called instead, if as many wait as may, or when the queue is closed
    void submit(Runnable load, Consumer<HistoryOverloadedException> refused) {
        try {
            threads.execute(new Load(load, refused));
        } catch (RejectedExecutionException e) {
            counters.overloads.increment();
            refused.accept(new HistoryOverloadedException("too many loads of history wait", e));
        }
    }

    /// Whether nobody waits: then there is time for what may be wanted later.
    boolean isIdle() {
        return threads.getQueue().isEmpty();
    }

    /// Loads that run or wait.
    int underWay() {
        return threads.getQueue().size() + threads.getActiveCount();
    }

    @Override
    public void close() {
        for (Runnable each : threads.shutdownNow()) {
            if (each instanceof Load load) {
                load.refused.accept(new HistoryOverloadedException("the reader was closed", null));
            }
        }
    }

    private record Load(Runnable load, Consumer<HistoryOverloadedException> refused)
            implements Runnable {
        @Override
        public void run() {
            load.run();
        }
    }
}
