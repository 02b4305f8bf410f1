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
            assertThat(decline.isDying(SEGMENT, live)).as("%d", live).isTrue();
        }
    }

    @Test
    void whatALittleKeepsAliveIsNot() {
        assertThat(decline.isDying(SEGMENT, 1000)).as("nothing is known").isTrue();
        millis = Decline.WINDOW.toMillis() - 1;
        assertThat(decline.isDying(SEGMENT, 1000)).isTrue();
        millis++;
        assertThat(decline.isDying(SEGMENT, 1000)).isFalse();
    }

    @Test
    void whatDiesSlowlyIsNot() {
        assertThat(decline.isDying(SEGMENT, 100_000)).isTrue();
        millis = 1_000;
        assertThat(decline.isDying(SEGMENT, 99_000)).as("gone in 99 s").isFalse();
        millis = 2_000;
        assertThat(decline.isDying(SEGMENT, 30_000)).as("faster now").isTrue();
        millis = 3_000;
        assertThat(decline.isDying(SEGMENT, 30_000)).as("no more").isFalse();
    }

    @Test
    void aSegmentThatIsGoneIsForgotten() {
        assertThat(decline.isDying(SEGMENT, 1000)).isTrue();
        decline.keep(_ -> false);
        millis = 10_000;
        assertThat(decline.isDying(SEGMENT, 1000)).as("another of its number").isTrue();
    }
}
