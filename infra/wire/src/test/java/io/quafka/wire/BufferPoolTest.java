package io.quafka.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class BufferPoolTest {
    private static final Duration AT_ONCE = Duration.ofMillis(1);

    @Test
    void lendsDirectMemoryOfAtMostAFifthMoreThanAsked() {
        BufferPool pool = new BufferPool(512L << 20);
        for (int bytes : new int[] {1, 1024, 1025, 16_484, 1 << 20, (1 << 20) + 77, 128 << 20}) {
            PooledBuffer lent = pool.acquire(bytes);
            ByteBuffer memory = lent.buffer();
            assertThat(memory.isDirect()).isTrue();
            assertThat(memory.limit()).isEqualTo(bytes);
            assertThat(memory.position()).isZero();
            assertThat(memory.capacity()).isBetween(bytes, Math.max(1024, bytes + bytes / 4));
            lent.release();
        }
        assertThat(pool.inUse()).isZero();
    }

    @Test
    void refusesASecondRelease() {
        BufferPool pool = new BufferPool(1 << 20);
        PooledBuffer lent = pool.acquire(100);
        lent.release();
        assertThatThrownBy(lent::release).isInstanceOf(IllegalStateException.class);
        assertThat(pool.inUse()).isZero();
        assertThat(pool.kept()).isEqualTo(1024);
    }

    @Test
    void reusesMemoryAndDropsWhatIsKeptForAnotherSize() {
        BufferPool pool = new BufferPool(64 << 10);
        PooledBuffer first = pool.acquire(32 << 10);
        ByteBuffer memory = first.buffer();
        first.release();
        PooledBuffer again = pool.acquire(20 << 10);
        assertThat(again.buffer()).isSameAs(memory);
        again.release();
        PooledBuffer other = pool.acquire(64 << 10);
        assertThat(pool.inUse()).isEqualTo(64 << 10);
        assertThat(pool.kept()).isZero();
        other.release();
    }

    @Test
    void whatCanNeverBeLentFailsAtOnce() {
        BufferPool pool = new BufferPool(64 << 10);
        assertThatThrownBy(() -> pool.acquire(65 << 10))
                .isInstanceOf(BufferPoolExhaustedException.class);
        assertThatThrownBy(() -> pool.acquire(BufferPool.BUFFER_BYTES_MAX + 1))
                .isInstanceOf(BufferPoolExhaustedException.class);
    }

    @Test
    void aWaiterGivesUpInTimeAndLetsTheNextOnePass() throws Exception {
        BufferPool pool = new BufferPool(64 << 10);
        PooledBuffer half = pool.acquire(32 << 10);
        assertThat(pool.tryAcquire(64 << 10)).isNull();
        assertThatThrownBy(() -> pool.acquire(64 << 10, AT_ONCE))
                .isInstanceOf(BufferPoolExhaustedException.class);
        assertThat(pool.timedOut()).isEqualTo(1);
        PooledBuffer small = pool.acquire(1 << 10, AT_ONCE);
        small.release();
        half.release();
        assertThat(pool.waiting()).isZero();
    }

    @Test
    void servesWaitersInTheirOrder() throws Exception {
        BufferPool pool = new BufferPool(8 << 10);
        PooledBuffer all = pool.acquire(8 << 10);
        Queue<Integer> order = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            int id = i;
            threads.add(
                    Thread.startVirtualThread(() -> {
                        PooledBuffer lent = pool.acquire(8 << 10);
                        order.add(id);
                        lent.release();
                    }));
            await().until(() -> pool.waiting() == id + 1);
        }
        assertThat(pool.tryAcquire(1)).isNull();
        all.release();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(order).containsExactly(0, 1, 2, 3, 4);
        assertThat(pool.inUse()).isZero();
    }

    @Test
    void anInterruptedWaiterKeepsItsFlagAndTakesNothing() throws Exception {
        BufferPool pool = new BufferPool(8 << 10);
        PooledBuffer all = pool.acquire(8 << 10);
        CountDownLatch interrupted = new CountDownLatch(1);
        Thread waiter =
                Thread.startVirtualThread(() -> {
                    try {
                        pool.acquire(1).release();
                    } catch (BufferPoolExhaustedException e) {
                        if (Thread.currentThread().isInterrupted()) {
                            interrupted.countDown();
                        }
                    }
                });
        await().until(() -> pool.waiting() == 1);
        waiter.interrupt();
        interrupted.await();
        all.release();
        assertThat(pool.inUse()).isZero();
    }

    @Test
    void neverHoldsMoreThanItsCapacityWhateverIsAskedOfIt() throws Exception {
        long capacity = 1 << 20;
        BufferPool pool = new BufferPool(capacity);
        List<Thread> threads = new ArrayList<>();
        Queue<Long> overruns = new ConcurrentLinkedQueue<>();
        for (int t = 0; t < 8; t++) {
            Random random = new Random(t);
            threads.add(Thread.startVirtualThread(() -> churn(pool, random, overruns)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(overruns).isEmpty();
        assertThat(pool.inUse()).isZero();
        assertThat(pool.kept()).isLessThanOrEqualTo(capacity);
        assertThat(pool.acquired()).isGreaterThan(1_000);
    }

    private static void churn(BufferPool pool, Random random, Queue<Long> overruns) {
        ArrayDeque<PooledBuffer> mine = new ArrayDeque<>();
        for (int i = 0; i < 2_000; i++) {
            PooledBuffer lent = pool.tryAcquire(1 << random.nextInt(19));
            if (lent != null) {
                mine.add(lent);
            }
            if (pool.inUse() + pool.kept() > 2 * pool.capacity()
                    || pool.inUse() > pool.capacity()) {
                overruns.add(pool.inUse());
            }
            if (lent == null || random.nextInt(3) == 0) {
                PooledBuffer oldest = mine.poll();
                if (oldest != null) {
                    oldest.release();
                }
            }
        }
        mine.forEach(PooledBuffer::release);
    }
}
