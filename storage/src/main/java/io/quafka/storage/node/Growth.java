package io.quafka.storage.node;

import java.util.concurrent.atomic.AtomicLong;

/// How much a node's files may grow before its disk is looked at again. A look takes a while, and
/// files grow meanwhile: what was granted since it began counts as not seen by it. Any thread;
/// looks one after the other.
final class Growth {
    /// A look is due when this part of what was allowed is granted.
    private static final int DUE_PART = 2;

    /// Bytes since the process started.
    private final AtomicLong granted = new AtomicLong();

    private volatile Allowance allowance = new Allowance(Long.MAX_VALUE, Long.MAX_VALUE);

    /// @param until bytes granted since the process started
    /// @param dueAt when so many are, it is time to look
    private record Allowance(long until, long dueAt) {}

    /// A look begins.
    ///
    /// @return what [#allow] is to be told
    long look() {
        return granted.get();
    }

    /// The look is over: files may grow by so much since it began.
    void allow(long look, long bytes) {
        allowance = new Allowance(look + Math.max(0, bytes), look + bytes / DUE_PART);
    }

    /// Nothing limits growth.
    void allowAll() {
        allowance = new Allowance(Long.MAX_VALUE, Long.MAX_VALUE);
    }

    /// Grants all of the bytes, or none.
    boolean grant(long bytes) {
        long before = granted.get();
        while (bytes <= allowance.until() - before) {
            if (granted.compareAndSet(before, before + bytes)) {
                return true;
            }
            before = granted.get();
        }
        return false;
    }

    /// Whether it is time for a look: however slowly the clock goes, files grow no further than
    /// that unseen.
    boolean isLookDue() {
        return granted.get() >= allowance.dueAt();
    }
}
