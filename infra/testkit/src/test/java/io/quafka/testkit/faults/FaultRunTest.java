package io.quafka.testkit.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quafka.testkit.faults.FaultChooser.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A short mix of faults, the same ones each time; `infra/testkit/faults` runs long ones. One of
/// the tests runs, and the other says why it does not.
@Tag("broker")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class FaultRunTest {
    private static final long SEED = Long.getLong("quafka.faults.seed", 20_261_128);

    @TempDir private Path directory;

    private Network network = new Loopback();

    @BeforeEach
    void open() throws Exception {
        network = Network.open();
    }

    @AfterEach
    void close() throws Exception {
        network.close();
    }

    @Test
    void nothingIsLostAmongProcessesThatAreKilledAndCutOff() throws Exception {
        assumeTrue(network.cuts(), "network namespaces cannot be made here");
        run(EnumSet.of(Kind.KILL, Kind.PAUSE, Kind.ISOLATE, Kind.FULL_DISK, Kind.MOVE_SHARDS));
    }

    @Test
    void nothingIsLostAmongProcessesThatAreKilledOnLoopback() throws Exception {
        assumeFalse(network.cuts(), "links are cut too, by the other test");
        run(EnumSet.of(Kind.KILL, Kind.PAUSE, Kind.STORE_OUTAGE, Kind.MOVE_SHARDS));
    }

    /// Each kind once.
    private void run(EnumSet<Kind> kinds) throws Exception {
        FaultRun.Plan plan =
                new FaultRun.Plan(
                        new Cluster.Size(1, 2, 2, 1),
                        new FaultRun.Strikes(
                                kinds, Duration.ofMinutes(5), kinds.size(), Duration.ofSeconds(2)),
                        Duration.ofSeconds(120),
                        SEED);
        assertThat(new FaultRun(plan, network, directory, System.out).run()).isEmpty();
    }
}
