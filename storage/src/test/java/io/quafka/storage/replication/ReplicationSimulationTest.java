package io.quafka.storage.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.storage.replication.ReplicationSimulation.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Many short schedules of [ReplicationSimulation].
///
/// `-Dquafka.replication.seed=7 -Dquafka.replication.schedules=1` runs one again; more schedules
/// run longer.
class ReplicationSimulationTest {
    private static final long SEED = Long.getLong("quafka.replication.seed", 1);
    private static final int SCHEDULES = Integer.getInteger("quafka.replication.schedules", 10_000);

    /// A planted fault must be found in fewer than are run without one.
    private static final int SCHEDULES_WITH_FAULT = 10_000;

    @Test
    void invariantsHoldInEverySchedule() {
        long acknowledged = 0;
        long moves = 0;
        for (long seed = SEED; seed < SEED + SCHEDULES; seed++) {
            ReplicationSimulation.Outcome outcome = run(seed, Fault.NONE);
            acknowledged += outcome.acknowledged();
            moves += outcome.moves();
        }
        assertThat(acknowledged).as("acknowledged records").isGreaterThan(SCHEDULES);
        assertThat(moves).as("changes of replicas that ended").isGreaterThan(SCHEDULES / 2);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aPlantedFaultIsFound(Fault fault) {
        for (long seed = SEED; seed < SEED + SCHEDULES_WITH_FAULT; seed++) {
            try {
                run(seed, fault);
            } catch (AssertionError found) {
                assertThat(found).hasMessageContaining("seed " + seed);
                return;
            }
        }
        throw new AssertionError("nobody noticed that a replica " + fault);
    }

    private static ReplicationSimulation.Outcome run(long seed, Fault fault) {
        try {
            return new ReplicationSimulation(seed, fault).run();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
        }
    }
}
