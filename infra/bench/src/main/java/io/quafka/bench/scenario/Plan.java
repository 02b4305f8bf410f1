package io.quafka.bench.scenario;

import io.quafka.bench.report.Target;
import java.util.List;

/// What a scenario compares, and what it hopes for.
///
/// @param name by which it is chosen
/// @param description one sentence
/// @param baseline what is compared with
/// @param candidate what is compared
/// @param targets what the candidate should reach
public record Plan(
        String name,
        String description,
        Contestant baseline,
        Contestant candidate,
        List<Target> targets) {
    public Plan {
        targets = List.copyOf(targets);
    }
}
