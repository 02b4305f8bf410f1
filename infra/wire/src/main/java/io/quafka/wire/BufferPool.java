package io.quafka.wire;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A bounded pool of direct buffers: the memory that frames in flight lie in.
///
/// Buffers come in size classes, four to a doubling (1 KiB, 1.25 KiB, 1.5 KiB, ... 128 MiB), so
/// that at most a fifth of a buffer is waste. Memory lent and memory kept for reuse together never
/// exceed the capacity; memory kept for one size is dropped when another size needs the room. All
/// methods may be called from any thread.
public final class BufferPool {
    /// The largest buffer there is.
    public static final int BUFFER_BYTES_MAX = 128 << 20;

    /// How long [#acquire(int)] waits.
    public static final Duration WAIT_DEFAULT = Duration.ofSeconds(30);

    private static final int BUFFER_BYTES_MIN = 1 << 10;

    /// A kept buffer serves a smaller request up to this many classes below it: twice the size.
    private static final int CLASSES_ABOVE = 4;

    private static final int[] SIZES = sizes();

    private final long capacity;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
    private final ArrayDeque<ByteBuffer>[] kept;
    private long inUse;
    private long keptBytes;
    private long acquired;
    private long timedOut;

    /// @param capacityBytes bytes of direct memory that the pool may hold, lent and kept together
    public BufferPool(long capacityBytes) {
        if (capacityBytes < BUFFER_BYTES_MIN) {
            throw new IllegalArgumentException("a pool holds at least " + BUFFER_BYTES_MIN);
        }
        this.capacity = capacityBytes;
        this.kept = newDeques(SIZES.length);
    }

    /// Lends a buffer of at least `bytesMin` bytes, or returns null when there is no room now or
    /// others wait already.
    ///
    /// @throws BufferPoolExhaustedException when `bytesMin` exceeds what the pool can ever lend
    public @Nullable PooledBuffer tryAcquire(int bytesMin) {
        int sizeClass = sizeClass(bytesMin);
        Grant grant;
        lock.lock();
        try {
            grant = waiters.isEmpty() ? reserve(sizeClass) : null;
        } finally {
            lock.unlock();
        }
        return grant == null ? null : materialize(grant, bytesMin);
    }

    /// As [#acquire(int, Duration)] with [#WAIT_DEFAULT].
    public PooledBuffer acquire(int bytesMin) {
        return acquire(bytesMin, WAIT_DEFAULT);
    }

    /// Lends a buffer of at least `bytesMin` bytes, waiting its turn in the order of the calls.
    ///
    /// The buffer's position is 0, its limit `bytesMin`; its content is arbitrary.
    ///
    /// @throws BufferPoolExhaustedException when no room came free in time, when the thread was
    ///   interrupted (its flag stays set), or when `bytesMin` exceeds what the pool can ever lend
    public PooledBuffer acquire(int bytesMin, Duration wait) {
        int sizeClass = sizeClass(bytesMin);
        Grant grant;
        lock.lock();
        try {
            grant = waiters.isEmpty() ? reserve(sizeClass) : null;
            if (grant == null) {
                grant = await(sizeClass, wait);
            }
        } finally {
            lock.unlock();
        }
        return materialize(grant, bytesMin);
    }

    /// Bytes of the buffers lent now, by the size of their class.
    public long inUse() {
        return read(() -> inUse);
    }

    /// Bytes kept for reuse now.
    public long kept() {
        return read(() -> keptBytes);
    }

    public long capacity() {
        return capacity;
    }

    /// How many callers wait for room now.
    public int waiting() {
        return (int) read(waiters::size);
    }

    /// Buffers lent since the start.
    public long acquired() {
        return read(() -> acquired);
    }

    /// Callers that waited in vain since the start.
    public long timedOut() {
        return read(() -> timedOut);
    }

    void giveBack(ByteBuffer memory, int sizeClass) {
        lock.lock();
        try {
            inUse -= SIZES[sizeClass];
            kept[sizeClass].push(memory);
            keptBytes += SIZES[sizeClass];
            grantWaiters();
        } finally {
            lock.unlock();
        }
    }

    private Grant await(int sizeClass, Duration wait) {
        Waiter waiter = new Waiter(sizeClass, lock.newCondition());
        waiters.add(waiter);
        long nanos = wait.toNanos();
        try {
            while (waiter.grant == null && nanos > 0) {
                nanos = waiter.granted.awaitNanos(nanos);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        Grant grant = waiter.grant;
        if (grant != null) {
            return grant;
        }
        waiters.remove(waiter);
        timedOut++;
        grantWaiters();
        throw new BufferPoolExhaustedException(
                "no room for %d bytes within %s: %d of %d in use"
                        .formatted(SIZES[sizeClass], wait, inUse, capacity));
    }

    private void grantWaiters() {
        for (Waiter head = waiters.peek(); head != null; head = waiters.peek()) {
            Grant grant = reserve(head.sizeClass);
            if (grant == null) {
                return;
            }
            waiters.remove();
            head.grant = grant;
            head.granted.signal();
        }
    }

    /// Takes room for one buffer: a kept one, or the right to allocate one. Null when there is no
    /// room.
    private @Nullable Grant reserve(int sizeClass) {
        int top = Math.min(sizeClass + CLASSES_ABOVE, SIZES.length - 1);
        for (int candidate = sizeClass; candidate <= top; candidate++) {
            ByteBuffer memory = kept[candidate].poll();
            if (memory != null) {
                keptBytes -= SIZES[candidate];
                inUse += SIZES[candidate];
                acquired++;
                return new Grant(candidate, memory);
            }
        }
        int size = SIZES[sizeClass];
        if (inUse + size > capacity) {
            return null;
        }
        for (int victim = SIZES.length - 1; inUse + keptBytes + size > capacity; ) {
            if (kept[victim].poll() == null) {
                victim--;
            } else {
                keptBytes -= SIZES[victim];
            }
        }
        inUse += size;
        acquired++;
        return new Grant(sizeClass, null);
    }

    /// Outside the lock, since fresh memory is zeroed.
    private PooledBuffer materialize(Grant grant, int bytesMin) {
        ByteBuffer memory = grant.memory;
        if (memory == null) {
            try {
                memory = ByteBuffer.allocateDirect(SIZES[grant.sizeClass]);
            } catch (OutOfMemoryError e) {
                lock.lock();
                try {
                    inUse -= SIZES[grant.sizeClass];
                    grantWaiters();
                } finally {
                    lock.unlock();
                }
                throw new BufferPoolExhaustedException(
                        "the JVM has no direct memory for " + SIZES[grant.sizeClass] + " bytes", e);
            }
        }
        memory.clear().limit(bytesMin);
        return new PooledBuffer(this, memory, grant.sizeClass);
    }

    private int sizeClass(int bytesMin) {
        if (bytesMin < 0 || bytesMin > BUFFER_BYTES_MAX) {
            throw new BufferPoolExhaustedException("no buffer has " + bytesMin + " bytes");
        }
        int found = Arrays.binarySearch(SIZES, bytesMin);
        int sizeClass = found >= 0 ? found : -found - 1;
        if (SIZES[sizeClass] > capacity) {
            throw new BufferPoolExhaustedException(
                    bytesMin + " bytes exceed the pool's capacity of " + capacity);
        }
        return sizeClass;
    }

    private long read(java.util.function.LongSupplier value) {
        lock.lock();
        try {
            return value.getAsLong();
        } finally {
            lock.unlock();
        }
    }

    private static int[] sizes() {
        int doublings =
                Integer.numberOfTrailingZeros(BUFFER_BYTES_MAX)
                        - Integer.numberOfTrailingZeros(BUFFER_BYTES_MIN);
        int[] sizes = new int[doublings * 4 + 1];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = (BUFFER_BYTES_MIN / 4 * (4 + i % 4)) << (i / 4);
        }
        return sizes;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static ArrayDeque<ByteBuffer>[] newDeques(int count) {
        ArrayDeque<ByteBuffer>[] deques = new ArrayDeque[count];
        Arrays.setAll(deques, _ -> new ArrayDeque<>());
        return deques;
    }

    private record Grant(int sizeClass, @Nullable ByteBuffer memory) {}

    private static final class Waiter {
        final int sizeClass;
        final Condition granted;
        @Nullable Grant grant;

        Waiter(int sizeClass, Condition granted) {
            this.sizeClass = sizeClass;
            this.granted = granted;
        }
    }
}
