package io.quafka.bench;

import io.quafka.bench.report.Comparison;
import io.quafka.bench.report.Measurement;
import io.quafka.bench.report.Series;
import io.quafka.bench.scenario.Contestant;
import io.quafka.bench.scenario.Lab;
import io.quafka.bench.scenario.Plan;
import io.quafka.bench.scenario.Reading;
import io.quafka.bench.scenario.Scenario;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Runs scenarios: in each round both sides in turn, the order changing from round to round.
final class Suite {
    private final Lab lab;
    private final Rules rules;
    private final PrintWriter progress;

    Suite(Lab lab, Rules rules, PrintWriter progress) {
        this.lab = lab;
        this.rules = rules;
        this.progress = progress;
    }

    /// How often, and what to believe.
    ///
    /// @param rounds how often each side is measured
    /// @param attempts how often a disturbed measurement is tried in all
    /// @param disturbedShare what others may take of the machine, 0 to 1
    /// @param sides which sides run
    record Rules(int rounds, int attempts, double disturbedShare, Sides sides) {}

    /// Which sides of a comparison run.
    enum Sides {
        BOTH,
        BASELINE,
        CANDIDATE
    }

    /// Runs one scenario to its end. A side that fails is noted in the comparison, the others go
    /// on.
    Comparison run(Scenario scenario) throws InterruptedException {
        Plan plan = scenario.plan();
        SortedMap<Integer, Measurement> baseline = new TreeMap<>();
        SortedMap<Integer, Measurement> candidate = new TreeMap<>();
        List<String> failures = new ArrayList<>();
        for (int round = 1; round <= rules.rounds(); round++) {
            boolean baselineFirst = round % 2 == 1;
            for (boolean isBaseline : new boolean[] {baselineFirst, !baselineFirst}) {
                if (rules.sides() == (isBaseline ? Sides.CANDIDATE : Sides.BASELINE)) {
                    continue;
                }
                Contestant contestant = isBaseline ? plan.baseline() : plan.candidate();
                SortedMap<Integer, Measurement> into = isBaseline ? baseline : candidate;
                progress.printf("%s, round %d: %s%n", plan.name(), round, contestant.label());
                progress.flush();
                try {
                    into.put(round, measure(scenario, contestant));
                } catch (IOException | RuntimeException failure) {
                    failures.add("round %d, %s: %s".formatted(round, contestant.label(), failure));
                    progress.println(failures.getLast());
                }
            }
        }
        return new Comparison(
                plan.name(),
                plan.description(),
                new Series(plan.baseline().label(), baseline),
                new Series(plan.candidate().label(), candidate),
                plan.targets(),
                failures);
    }

    private Measurement measure(Scenario scenario, Contestant contestant)
            throws IOException, InterruptedException {
        Optional<Measurement> best = Optional.empty();
        for (int attempt = 1; attempt <= rules.attempts(); attempt++) {
            Measurement measurement = judged(scenario.measure(lab, contestant));
            if (!measurement.disturbed()) {
                return measurement;
            }
            progress.printf(
                    "  others took %.0f %% of the machine%n", measurement.disturbedShare() * 100);
            best =
                    best.filter(one -> one.disturbedShare() <= measurement.disturbedShare())
                            .or(() -> Optional.of(measurement));
        }
        return best.orElseThrow();
    }

    private Measurement judged(Reading reading) {
        return new Measurement(
                reading.figures(),
                reading.disturbance().share(),
                reading.disturbance().exceeds(rules.disturbedShare()));
    }
}
