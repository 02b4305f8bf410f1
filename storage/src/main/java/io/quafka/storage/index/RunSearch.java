package io.quafka.storage.index;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Binary search over a partition's runs, by a property that once true stays true for all later
/// runs.
///
/// The search halves the range of *offsets*, since rows cannot be counted: each step seeks the
/// first run that ends at or behind the middle.
final class RunSearch {
    private RunSearch() {}

    static @Nullable Run firstWhere(Cursor runs, Predicate<Run> reached) {
        if (!runs.first()) {
            return null;
        }
        Run first = runs.run();
        if (reached.test(first)) {
            return first;
        }
        runs.last();
        Run found = runs.run();
        if (!reached.test(found)) {
            return null;
        }
        // Runs that end before low have not reached it; found has; those that end in [low, high)
        // are unknown.
        long low = first.lastOffset() + 1;
        long high = found.baseOffset();
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (!runs.atLeast(middle) || runs.number() >= high) {
                high = middle;
                continue;
            }
            Run run = runs.run();
            if (reached.test(run)) {
                found = run;
                high = Math.min(middle, run.baseOffset());
            } else {
                low = run.lastOffset() + 1;
            }
        }
        return found;
    }

    /// The last run before the first where the property is true.
    static @Nullable Run lastBefore(Cursor runs, Predicate<Run> reached) {
        Run end = firstWhere(runs, reached);
        if (end == null) {
            return runs.last() ? runs.run() : null;
        }
        return end.lastOffset() > 0 && runs.atMost(end.lastOffset() - 1) ? runs.run() : null;
    }
}
