package io.quafka.bench.report;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;

/// The measurements of one broker in one scenario.
///
/// @param label the broker's name in tables
/// @param rounds measurement by round; a round that failed is not in it
public record Series(String label, SortedMap<Integer, Measurement> rounds) {
    public Series {
        rounds = new TreeMap<>(rounds);
    }

    /// All values of a metric, in the order of rounds.
    List<Double> values(Metric metric) {
        return rounds.values().stream()
                .map(Measurement::figures)
                .filter(figures -> figures.containsKey(metric))
                .map(figures -> figures.get(metric))
                .toList();
    }

    OptionalDouble median(Metric metric) {
        return median(values(metric));
    }

    boolean disturbed() {
        return rounds.values().stream().anyMatch(Measurement::disturbed);
    }

    /// The median over rounds of `candidate / baseline`, each with its neighbour in time, so that a
    /// machine that grows slower meanwhile spoils no ratio.
    static OptionalDouble ratio(Series baseline, Series candidate, Metric metric) {
        return median(
                candidate.rounds.entrySet().stream()
                        .filter(entry -> entry.getValue().figures().containsKey(metric))
                        .flatMap(entry -> baseline.ratioTo(metric, entry).stream())
                        .toList());
    }

    private List<Double> ratioTo(Metric metric, Map.Entry<Integer, Measurement> candidate) {
        Measurement mine = rounds.get(candidate.getKey());
        Double value = mine == null ? null : mine.figures().get(metric);
        if (value == null || value <= 0) {
            return List.of();
        }
        return List.of(candidate.getValue().figures().getOrDefault(metric, 0.0) / value);
    }

    private static OptionalDouble median(List<Double> values) {
        if (values.isEmpty()) {
            return OptionalDouble.empty();
        }
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return OptionalDouble.of(
                sorted.size() % 2 == 1
                        ? sorted.get(middle)
                        : (sorted.get(middle - 1) + sorted.get(middle)) / 2);
    }
}
