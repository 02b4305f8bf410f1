package io.quafka.storage;

/// Waits for a thread that was told to end, and is never interrupted while it uses files.
public final class ThreadEnd {
    private ThreadEnd() {}

    /// Returns when the thread has ended, or was never started. Whoever is interrupted meanwhile
    /// waits on, and is interrupted still when this returns.
    public static void await(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
