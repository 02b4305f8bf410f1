package io.quafka.program.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OffsetTargetTest {
    private static final @Nullable Long NOTHING = null;

    private static @Nullable Long resolve(OffsetTarget target, @Nullable Long committed) {
        return target.resolve(new OffsetTarget.Known(committed, 10, 100, 60));
    }

    @Test
    void goesToEitherEndAndToOffsetsBetween() {
        assertThat(resolve(new OffsetTarget.Earliest(), 50L)).isEqualTo(10);
        assertThat(resolve(new OffsetTarget.Latest(), NOTHING)).isEqualTo(100);
        assertThat(resolve(new OffsetTarget.Offset(70), 50L)).isEqualTo(70);
        assertThat(resolve(new OffsetTarget.Offset(5), 50L)).isEqualTo(10);
        assertThat(resolve(new OffsetTarget.Offset(500), 50L)).isEqualTo(100);
    }

    @Test
    void shiftsFromWhatWasCommitted() {
        assertThat(resolve(new OffsetTarget.Shift(-20), 50L)).isEqualTo(30);
        assertThat(resolve(new OffsetTarget.Shift(20), 50L)).isEqualTo(70);
        assertThat(resolve(new OffsetTarget.Shift(-200), 50L)).isEqualTo(10);
        assertThat(resolve(new OffsetTarget.Shift(Long.MAX_VALUE), 50L)).isEqualTo(100);
        assertThat(resolve(new OffsetTarget.Shift(1), NOTHING)).isNull();
    }

    @Test
    void goesToATimeOrTheEndIfNothingIsSoLate() {
        OffsetTarget time = new OffsetTarget.Time(Instant.EPOCH);
        assertThat(resolve(time, 50L)).isEqualTo(60);
        assertThat(time.resolve(new OffsetTarget.Known(NOTHING, 10, 100, -1))).isEqualTo(100);
    }
}
