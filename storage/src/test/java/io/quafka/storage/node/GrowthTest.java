package io.quafka.storage.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class GrowthTest {
    private final Growth growth = new Growth();

    @Test
    void whatIsGrantedDuringALookIsNotGrantedAgainAfterIt() {
        growth.allow(growth.look(), 100);
        long look = growth.look();
        assertThat(growth.grant(60)).isTrue();
        growth.allow(look, 100);
        assertThat(growth.grant(41)).isFalse();
        assertThat(growth.grant(40)).isTrue();
        assertThat(growth.grant(1)).isFalse();
    }

    @Test
    void aLookIsDueWhenHalfIsGranted() {
        growth.allow(growth.look(), 100);
        assertThat(growth.grant(49)).isTrue();
        assertThat(growth.isLookDue()).isFalse();
        assertThat(growth.grant(1)).isTrue();
        assertThat(growth.isLookDue()).isTrue();
        growth.allow(growth.look(), 50);
        assertThat(growth.isLookDue()).isFalse();
    }

    @Test
    void nothingIsGrantedBeyondALineThatWasCrossedOtherwise() {
        growth.allow(growth.look(), -5);
        assertThat(growth.grant(1)).isFalse();
        assertThat(growth.isLookDue()).isTrue();
        growth.allowAll();
        assertThat(growth.grant(Long.MAX_VALUE / 2)).isTrue();
    }

    /// Whatever the order in which threads come, and however long a look takes: what files take
    /// never passes the line.
    @Test
    void filesStayBelowTheLine() throws Exception {
        long line = 1000;
        AtomicLong asked = new AtomicLong();
        AtomicLong freed = new AtomicLong();
        AtomicLong most = new AtomicLong();
        AtomicBoolean stopped = new AtomicBoolean();
        growth.allow(growth.look(), line);
        List<Thread> threads = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            int bytes = i * 7;
            threads.add(Thread.ofPlatform().start(() -> fill(bytes, asked, freed, most, stopped)));
        }
        for (long look = growth.look(); look < 20 * line; look = growth.look()) {
            long taken = asked.get() - freed.get();
            Thread.yield();
            growth.allow(look, line - taken);
            freed.addAndGet(Math.min(200, look - freed.get()));
        }
        stopped.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(most.get()).isLessThanOrEqualTo(line);
    }

    /// As the filler of spare segments: bytes count from before they are asked for.
    private void fill(
            int bytes, AtomicLong asked, AtomicLong freed, AtomicLong most, AtomicBoolean stopped) {
        while (!stopped.get()) {
            asked.addAndGet(bytes);
            long gone = freed.get();
            if (growth.grant(bytes)) {
                most.accumulateAndGet(growth.look() - Math.max(gone, freed.get()), Math::max);
            } else {
                asked.addAndGet(-bytes);
                Thread.onSpinWait();
            }
        }
    }
}
