package io.quafka.tiering.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.tiering.object.TieredPartition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class ReadAheadTest {
    private static final TieredPartition A = new TieredPartition(new Uuid(1, 1), 0);
    private static final TieredPartition B = new TieredPartition(new Uuid(1, 1), 1);
    private static final int BLOCK = 1 << 20;

    private final AtomicLong nanos = new AtomicLong();
    private final ReadAhead readAhead = new ReadAhead(16, 64L * BLOCK, nanos::get);

    @Test
    void doublesUpToItsBound() {
        assertThat(sequence(A, 0, 8)).containsExactly(0, 1, 2, 4, 8, 16, 16, 16);
    }

    @Test
    void beginsAnewAfterASeek() {
        sequence(A, 0, 8);
        assertThat(sequence(A, 500, 4)).containsExactly(0, 1, 2, 4);
    }

    @Test
    void goesOnThoughABlockIsReadTwice() {
        sequence(A, 0, 4);
        assertThat(readAhead.onRead(A, 30, 40, BLOCK)).isZero();
        assertThat(readAhead.onRead(A, 40, 50, BLOCK)).isEqualTo(8);
    }

    @Test
    void tellsReadersOfOnePartitionApart() {
        sequence(A, 0, 4);
        assertThat(sequence(A, 1_000, 3)).containsExactly(0, 1, 2);
        assertThat(sequence(A, 40, 2)).containsExactly(8, 16);
        assertThat(sequence(B, 60, 2)).containsExactly(0, 1);
    }

    @Test
    void sharesTheBoundAmongThoseWhoReadInSequence() {
        for (int reader = 0; reader < 15; reader++) {
            sequence(A, 1_000 * reader, 2);
        }
        assertThat(sequence(B, 0, 5)).containsExactly(0, 1, 2, 4, 4);
    }

    @Test
    void isNotHeldUpByRandomReaders() {
        for (int i = 0; i < 5_000; i++) {
            readAhead.onRead(B, 20L * i, 20L * i + 10, BLOCK);
        }
        assertThat(sequence(A, 0, 6)).containsExactly(0, 1, 2, 4, 8, 16);
    }

    @Test
    void forgetsWhoStaysAway() {
        sequence(A, 0, 4);
        nanos.addAndGet(Duration.ofMinutes(2).toNanos());
        assertThat(sequence(A, 40, 2)).containsExactly(0, 1);
    }

    private List<Integer> sequence(TieredPartition partition, long from, int blocks) {
        List<Integer> ahead = new ArrayList<>();
        for (int i = 0; i < blocks; i++) {
            long base = from + 10L * i;
            ahead.add(readAhead.onRead(partition, base, base + 10, BLOCK));
        }
        return ahead;
    }
}
