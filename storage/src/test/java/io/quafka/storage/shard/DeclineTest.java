package io.quafka.storage.shard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeclineTest {
    private static final long SEGMENT = 4096;

    private long millis;
    private final Decline decline = new Decline(() -> millis * 1_000_000);

    @Test
    void whatIsGoneSoonIsWaitedFor() {
        for (long live = 100_000; live > 0; live -= 5_000, millis += 100) {
            assertThat(decline.isDying(SEGMENT, live, true)).as("%d", live).isTrue();
        }
    }

    @Test
    void whatALittleKeepsAliveIsNot() {
        assertThat(decline.isDying(SEGMENT, 1000, true)).as("nothing is known").isTrue();
        millis = Decline.WINDOW.toMillis() - 1;
        assertThat(decline.isDying(SEGMENT, 1000, true)).isTrue();
        millis++;
        assertThat(decline.isDying(SEGMENT, 1000, true)).isFalse();
    }

    @Test
    void whatDiesSlowlyIsNot() {
        assertThat(decline.isDying(SEGMENT, 100_000, true)).isTrue();
        millis = 1_000;
        assertThat(decline.isDying(SEGMENT, 99_000, true)).as("gone in 99 s").isFalse();
        millis = 2_000;
        assertThat(decline.isDying(SEGMENT, 30_000, true)).as("faster now").isTrue();
        millis = 3_000;
        assertThat(decline.isDying(SEGMENT, 30_000, true)).as("no more").isFalse();
    }

    @Test
    void withoutPatienceOnlyWhatIsSeenToDieIsWaitedFor() {
        assertThat(decline.isDying(SEGMENT, 1000, false)).as("nothing is known").isFalse();
        millis = 10;
        assertThat(decline.isDying(SEGMENT, 1000, false)).as("it lost nothing").isFalse();
        millis = 20;
        assertThat(decline.isDying(SEGMENT, 900, false)).isTrue();
    }

    @Test
    void aSegmentThatIsGoneIsForgotten() {
        assertThat(decline.isDying(SEGMENT, 1000, false)).isFalse();
        decline.keep(_ -> false);
        millis = 10;
        assertThat(decline.isDying(SEGMENT, 500, false)).as("another of its number").isFalse();
    }
}
