package io.quafka.storage.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.storage.node.ReadMemory.Outcome;
import io.quafka.wire.BufferPool;
import io.quafka.wire.PooledBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadMemoryTest {
    private static final int MIB = 1 << 20;

    private final ReadMemory memory = new ReadMemory(new BufferPool(8 * MIB));
    private final List<PooledBuffer> lent = new ArrayList<>();
    private final List<Integer> woken = new ArrayList<>();

    private final class Numbered implements ReadMemory.Waiter {
        private final int number;

        Numbered(int number) {
            this.number = number;
        }

        @Override
        public void memoryFreed() {
            woken.add(number);
        }
    }

    private Outcome await(int ticket) {
        return memory.await(ticket, new Numbered(ticket), memory.changes());
    }

    private void exhaust() {
        for (PooledBuffer buffer = memory.tryAcquire(MIB, false);
                buffer != null;
                buffer = memory.tryAcquire(MIB, false)) {
            lent.add(buffer);
        }
    }

    private void giveBack() {
        memory.release(List.of(lent.removeLast()));
    }

    @Test
    void theReserveIsForSmallReads() {
        exhaust();
        assertThat(lent).hasSize(7);
        for (int used = 0; used < MIB; used += ReadMemory.SMALL_BYTES) {
            assertThat(memory.tryAcquire(ReadMemory.SMALL_BYTES, false)).isNotNull();
        }
        assertThat(memory.tryAcquire(ReadMemory.SMALL_BYTES, false)).isNull();
    }

    @Test
    void aBatchThatNeedsTheReserveHasItWhenNothingElseIsLent() {
        PooledBuffer all = memory.tryAcquire(8 * MIB, false);
        assertThat(all).isNotNull();
        assertThat(memory.share()).isZero();
    }

    @Test
    void theShareShrinksWithWhatIsFree() {
        assertThat(memory.share()).isEqualTo(7 * MIB / ReadMemory.SHARE);
        exhaust();
        assertThat(memory.share()).isZero();
    }

    @Test
    void whatIsGivenBackGoesToTheOneThatWaitsLongest() {
        exhaust();
        for (int ticket = 1; ticket <= 3; ticket++) {
            assertThat(await(ticket)).isEqualTo(Outcome.WAITING);
        }
        giveBack();
        assertThat(woken).containsExactly(1);
        // Who comes now does not pass those that wait; who was woken does.
        assertThat(memory.tryAcquire(MIB, false)).isNull();
        assertThat(memory.tryAcquire(2 * MIB, true)).isNull();
        assertThat(await(1)).isEqualTo(Outcome.WAITING);
        giveBack();
        assertThat(woken).containsExactly(1, 1);
        assertThat(memory.tryAcquire(2 * MIB, true)).isNotNull();
        memory.leave(1);
        assertThat(woken).containsExactly(1, 1, 2);
        assertThat(memory.waiting()).isEqualTo(2);
        memory.leave(3);
        memory.leave(2);
        assertThat(woken).containsExactly(1, 1, 2);
        assertThat(memory.waiting()).isZero();
    }

    @Test
    void whoLeavesLetsTheNextTry() {
        exhaust();
        await(1);
        await(2);
        memory.leave(1);
        assertThat(woken).containsExactly(2);
        giveBack();
        assertThat(woken).containsExactly(2);
        memory.leave(2);
        assertThat(memory.waiting()).isZero();
    }

    @Test
    void memoryGivenBackBeforeTheWaitBeganIsNotMissed() {
        exhaust();
        long before = memory.changes();
        giveBack();
        assertThat(memory.await(1, new Numbered(1), before)).isEqualTo(Outcome.CHANGED);
        assertThat(memory.waiting()).isZero();
    }

    @Test
    void noMoreWaitThanMay() {
        exhaust();
        for (int ticket = 1; ticket <= ReadMemory.WAITING_MAX; ticket++) {
            await(ticket);
        }
        assertThat(await(ReadMemory.WAITING_MAX + 1)).isEqualTo(Outcome.FULL);
        assertThat(memory.waiting()).isEqualTo(ReadMemory.WAITING_MAX);
    }
}
