package io.quafka.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.bench.Suite.Rules;
import io.quafka.bench.Suite.Sides;
import io.quafka.bench.broker.Installation;
import io.quafka.bench.broker.KafkaBroker;
import io.quafka.bench.broker.QuafkaBroker;
import io.quafka.bench.process.Disturbance;
import io.quafka.bench.process.Proc;
import io.quafka.bench.report.Comparison;
import io.quafka.bench.report.Measurement;
import io.quafka.bench.report.Metric;
import io.quafka.bench.scenario.Contestant;
import io.quafka.bench.scenario.Lab;
import io.quafka.bench.scenario.Plan;
import io.quafka.bench.scenario.Reading;
import io.quafka.bench.scenario.Scenario;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class SuiteTest {
    private static final Lab LAB =
            new Lab(
                    new Installation(Path.of("jdk"), Path.of("kafka"), List.of("quafka")),
                    Path.of("work"),
                    new Proc(),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1),
                    1);

    @Test
    void aDisturbedMeasurementIsRepeatedUntilItIsNot() throws InterruptedException {
        Scripted scenario = new Scripted(0.2, 0.01, 0.01);

        Comparison comparison = run(scenario, new Rules(1, 3, 0.05, Sides.BOTH));

        assertThat(scenario.measured).containsExactly("Kafka", "Kafka", "Quafka");
        assertThat(baseline(comparison).disturbed()).isFalse();
        assertThat(throughput(comparison)).isEqualTo(2);
    }

    @Test
    void theLeastDisturbedAttemptCountsAndIsMarked() throws InterruptedException {
        Scripted scenario = new Scripted(0.3, 0.1, 0.2, 0);

        Comparison comparison = run(scenario, new Rules(1, 3, 0.05, Sides.BOTH));

        assertThat(baseline(comparison).disturbed()).isTrue();
        assertThat(baseline(comparison).disturbedShare()).isEqualTo(0.1);
        assertThat(throughput(comparison)).isEqualTo(2);
    }

    @Test
    void theOrderChangesFromRoundToRound() throws InterruptedException {
        Scripted scenario = new Scripted(0, 0, 0, 0);

        run(scenario, new Rules(2, 1, 0.05, Sides.BOTH));

        assertThat(scenario.measured).containsExactly("Kafka", "Quafka", "Quafka", "Kafka");
    }

    @Test
    void aSideThatFailsIsNotedAndTheOtherGoesOn() throws InterruptedException {
        Scripted scenario = new Scripted(Scripted.FAILURE, 0);

        Comparison comparison = run(scenario, new Rules(1, 3, 0.05, Sides.BOTH));

        assertThat(comparison.failures()).singleElement().asString().contains("Kafka", "broken");
        assertThat(comparison.baseline().rounds()).isEmpty();
        assertThat(comparison.candidate().rounds()).hasSize(1);
    }

    @Test
    void oneSideMayRunAlone() throws InterruptedException {
        Scripted scenario = new Scripted(0, 0);

        run(scenario, new Rules(2, 1, 0.05, Sides.CANDIDATE));

        assertThat(scenario.measured).containsExactly("Quafka", "Quafka");
    }

    private static Comparison run(Scenario scenario, Rules rules) throws InterruptedException {
        return new Suite(LAB, rules, new PrintWriter(Writer.nullWriter())).run(scenario);
    }

    private static double throughput(Comparison comparison) {
        return baseline(comparison).figures().getOrDefault(Metric.THROUGHPUT, 0.0);
    }

    /// What the only round measured of the first side.
    private static Measurement baseline(Comparison comparison) {
        return comparison.baseline().rounds().firstEntry().getValue();
    }

    /// Measures nothing: each attempt is disturbed as the script says, and its throughput is its
    /// number.
    private static final class Scripted implements Scenario {
        static final double FAILURE = -1;

        final List<String> measured = new ArrayList<>();
        private final Deque<Double> disturbances = new ArrayDeque<>();

        Scripted(double... disturbances) {
            for (double disturbance : disturbances) {
                this.disturbances.add(disturbance);
            }
        }

        @Override
        public Plan plan() {
            return new Plan(
                    "scripted",
                    "Measures nothing.",
                    new Contestant(KafkaBroker.standard(), 1),
                    new Contestant(QuafkaBroker.standard(), 1),
                    List.of());
        }

        @Override
        public Reading measure(Lab lab, Contestant contestant) throws IOException {
            measured.add(contestant.label());
            double disturbance = disturbances.remove();
            if (disturbance == FAILURE) {
                throw new IOException("broken");
            }
            return new Reading()
                    .put(Metric.THROUGHPUT, measured.size())
                    .putDisturbance(new Disturbance(disturbance, 0));
        }
    }
}
