package io.quafka.testkit.history;

import java.util.List;
import java.util.stream.Collectors;

/// A property that does not hold.
///
/// @param detail what about
/// @param ops those that show it
public record Violation(Property property, String detail, List<Op> ops) {
    public Violation {
        ops = List.copyOf(ops);
    }

    static Violation of(Property property, String detail, Op... ops) {
        return new Violation(property, detail, List.of(ops));
    }

    /// The property, what happened, and each operation on a line of its own.
    @Override
    public String toString() {
        return ops.stream()
                .map(op -> "\n    " + op)
                .collect(
                        Collectors.joining(
                                "", property + ": " + property.broken() + ": " + detail, ""));
    }
}
