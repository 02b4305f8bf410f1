package io.quafka.storage.node;

import io.quafka.wire.BufferPool;
import io.quafka.wire.BufferPoolExhaustedException;
import io.quafka.wire.PooledBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The memory that fetch answers lie in, and the fetches that wait for some: on no thread, in the
/// order in which they came.
///
/// No answer takes all there is: one may fill [#SHARE] of what is free, and the first run of
/// batches, without which a reader would not get on. A [#RESERVE] of the whole is left to small
/// reads, which therefore do not queue behind large ones. What is given back wakes the fetch that
/// waits longest; when that has got memory, or has no more need of it, the next follows.
final class ReadMemory {
    /// Fetches that may wait for memory; beyond, they are answered with what they have.
    static final int WAITING_MAX = LocalStorageNode.READS_WAITING_MAX;

    /// One answer fills at most this part of the memory that is free when it is read.
    static final int SHARE = 4;

    /// This part of the memory is for small reads only.
    static final int RESERVE = 8;

    /// What counts as a small read.
    static final int SMALL_BYTES = 32 << 10;

    private final BufferPool pool;
    private final long reserve;
    private final ReentrantLock lock = new ReentrantLock();
    private final TreeMap<Long, Waiter> waiting = new TreeMap<>();
    private final LongAdder bytesRead = new LongAdder();
    private final AtomicLong tickets = new AtomicLong();

    /// The ticket of the fetch whose turn it is: one at a time, so that none passes another; 0 for
    /// none.
    private long turn;

    /// With the one whose turn it is.
    private volatile int waitingCount;

    /// How often memory was given back, or the queue went forward: what came between a vain attempt
    /// and the wait for another is not missed.
    private final AtomicLong changes = new AtomicLong();

    /// A fetch that waits.
    interface Waiter {
        /// There may be memory now. Called once for each time it waits; must return at once.
        void memoryFreed();
    }

    ReadMemory(BufferPool pool) {
        this.pool = pool;
        this.reserve = pool.capacity() / RESERVE;
    }

    /// The most bytes that an answer should be filled with now, beyond its first run.
    int share() {
        long free = pool.capacity() - reserve - pool.inUse();
        return (int) Math.min(Integer.MAX_VALUE, Math.max(0, free / SHARE));
    }

    /// To be asked before [#tryAcquire], and given to [#await] when that was in vain.
    long changes() {
        return changes.get();
    }

    /// Memory of at least so many bytes, or null if there is none now, or others wait for it.
    ///
    /// @param woken true for a fetch whose turn it is: it does not stand behind the others
    /// @throws BufferPoolExhaustedException if there can never be so much
    @Nullable PooledBuffer tryAcquire(int bytes, boolean woken) {
        if (bytes > SMALL_BYTES) {
            long inUse = pool.inUse();
            boolean intoReserve = inUse > 0 && inUse + bytes > pool.capacity() - reserve;
            if (intoReserve || (!woken && waitingCount > 0)) {
                return null;
            }
        }
        return pool.tryAcquire(bytes);
    }

    /// Gives memory back, which may wake a fetch that waits.
    void release(List<PooledBuffer> buffers) {
        if (buffers.isEmpty()) {
            return;
        }
        buffers.forEach(PooledBuffer::release);
        changes.incrementAndGet();
        wakeFirst();
    }

    /// What became of the wish to wait.
    enum Outcome {
        /// It waits; it will be woken once.
        WAITING,
        /// There was a change meanwhile: it does not wait, and is to try again.
        CHANGED,
        /// As many wait as may: it does not.
        FULL
    }

    /// A place at the end of the queue: a fetch that had its turn in vain keeps it.
    long ticket() {
        return tickets.incrementAndGet();
    }

    /// Has a fetch wait for its turn.
    ///
    /// @param changesSeen what [#changes] was before it tried
    Outcome await(long ticket, Waiter waiter, long changesSeen) {
        lock.lock();
        try {
            if (waiting.size() >= WAITING_MAX) {
                return Outcome.FULL;
            }
            waiting.put(ticket, waiter);
            count();
            if (changes.get() == changesSeen) {
                turn = turn == ticket ? 0 : turn;
                count();
                return Outcome.WAITING;
            }
            waiting.remove(ticket);
            count();
            return Outcome.CHANGED;
        } finally {
            lock.unlock();
        }
    }

    /// A fetch that has waited needs nothing more: the next may have better luck.
    void leave(long ticket) {
        lock.lock();
        try {
            waiting.remove(ticket);
            turn = turn == ticket ? 0 : turn;
            count();
        } finally {
            lock.unlock();
        }
        changes.incrementAndGet();
        wakeFirst();
    }

    private void wakeFirst() {
        if (waitingCount == 0) {
            return;
        }
        Waiter first = null;
        lock.lock();
        try {
            Map.Entry<Long, Waiter> head = turn == 0 ? waiting.pollFirstEntry() : null;
            if (head != null) {
                turn = head.getKey();
                first = head.getValue();
            }
        } finally {
            lock.unlock();
        }
        if (first != null) {
            first.memoryFreed();
        }
    }

    /// Under the lock.
    private void count() {
        waitingCount = waiting.size() + (turn == 0 ? 0 : 1);
    }

    /// Counts what an answer was filled with.
    void filled(long bytes) {
        bytesRead.add(bytes);
    }

    /// Bytes that answers were filled with since the start.
    long bytesRead() {
        return bytesRead.sum();
    }

    long capacity() {
        return pool.capacity();
    }

    /// Bytes lent now.
    long inUse() {
        return pool.inUse();
    }

    /// Fetches that wait now.
    int waiting() {
        return waitingCount;
    }
}
