package io.quafka.bench.report;

import java.util.List;

/// A scenario's result.
///
/// @param name of the scenario
/// @param description what it does
/// @param baseline what is compared with
/// @param candidate what is compared
/// @param targets what the candidate should reach
/// @param failures attempts that ended without figures, each as one text
public record Comparison(
        String name,
        String description,
        Series baseline,
        Series candidate,
        List<Target> targets,
        List<String> failures) {
    public Comparison {
        targets = List.copyOf(targets);
        failures = List.copyOf(failures);
    }
}
