package io.quafka.testkit.history;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// All that the clients of a run did, in the order in which they began it.
public record History(List<Op> ops) {
    public History {
        ops =
                ops.stream()
                        .sorted(Comparator.comparingLong((Op op) -> op.span().begunNanos()))
                        .toList();
    }

    <T extends Op> Stream<T> all(Class<T> type) {
        return ops.stream().filter(type::isInstance).map(type::cast);
    }
}
