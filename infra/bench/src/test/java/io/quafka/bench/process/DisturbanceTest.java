package io.quafka.bench.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class DisturbanceTest {
    @Test
    void isWhatNeitherWeNorTheKernelUsed() {
        Disturbance disturbance = Disturbance.of(1_000, 700, 100, 40, 2_000);

        assertThat(disturbance).isEqualTo(new Disturbance(0.1, 0.02));
        assertThat(disturbance.share()).isCloseTo(0.12, within(1e-9));
    }

    @Test
    void roundingOfTicksIsNoDisturbance() {
        assertThat(Disturbance.of(1_000, 1_003, 0, 0, 2_000)).isEqualTo(Disturbance.NONE);
        assertThat(Disturbance.of(5, 0, 0, 0, 0)).isEqualTo(Disturbance.NONE);
    }

    @Test
    void exceedsOnlyAboveTheLimit() {
        Disturbance disturbance = new Disturbance(0.03, 0.02);

        assertThat(disturbance.exceeds(0.05)).isFalse();
        assertThat(disturbance.exceeds(0.049)).isTrue();
    }
}
