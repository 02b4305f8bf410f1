package io.quafka.storage.index;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// Counts the calls inside native code, so that closing waits for them: native memory used after it
/// is freed ends the process.
final class InFlight {
    private static final int CLOSED = 1 << 31;

    private final AtomicInteger calls = new AtomicInteger();
    private final CountDownLatch drained = new CountDownLatch(1);

    /// @throws IllegalStateException when closed
    void enter() {
        if (calls.incrementAndGet() < 0) {
            exit();
            throw new IllegalStateException("the index is closed");
        }
    }

    void exit() {
        if (calls.decrementAndGet() == CLOSED) {
            drained.countDown();
        }
    }

    boolean closed() {
        return calls.get() < 0;
    }

    /// Refuses new calls and waits for those inside.
    ///
    /// @return false when it was closed before: the caller has nothing to free
    boolean close() {
        int before = calls.getAndUpdate(count -> count | CLOSED);
        if (before < 0) {
            return false;
        }
        if (before == 0) {
            return true;
        }
        boolean interrupted = false;
        while (true) {
            try {
                drained.await();
                break;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return true;
    }
}
