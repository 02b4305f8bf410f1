package io.quafka.testkit.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.testkit.faults.FaultChooser.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// A short mix of faults, with `-Dquafka.faults.seconds=15`; `infra/testkit/faults` runs long ones.
@Tag("broker")
@EnabledIfSystemProperty(named = "quafka.faults.seconds", matches = "\\d+")
class FaultRunTest {
    private static final int SECONDS = Integer.getInteger("quafka.faults.seconds", 15);
    private static final long SEED = Long.getLong("quafka.faults.seed", 20_261_128);

    @TempDir private Path directory;

    @Test
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    void nothingIsLost() throws Exception {
        FaultRun.Plan plan =
                new FaultRun.Plan(
                        Duration.ofSeconds(SECONDS),
                        Duration.ofSeconds(120),
                        SEED,
                        EnumSet.of(Kind.KILL, Kind.PAUSE, Kind.CUT, Kind.STORE_OUTAGE),
                        1,
                        2,
                        2,
                        1);
        assertThat(new FaultRun(plan, directory, System.out).run()).isEmpty();
    }
}
