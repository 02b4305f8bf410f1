package io.quafka.storage.index;

import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Binary search over a partition's runs, or ranges, by a property that once true stays true for
/// all later ones.
///
/// The search halves the range of *offsets*, since rows cannot be counted: each step seeks the
/// first run that ends at or behind the middle.
final class RunSearch {
    private RunSearch() {}

    /// @param read the row that the cursor stands at
    static <T extends OffsetSpan> @Nullable T firstWhere(
            Cursor rows, Function<Cursor, T> read, Predicate<T> reached) {
        if (!rows.first()) {
            return null;
        }
        T first = read.apply(rows);
        if (reached.test(first)) {
            return first;
        }
        rows.last();
        T found = read.apply(rows);
        if (!reached.test(found)) {
            return null;
        }
        // Those that end before low have not reached it; found has; those that end in [low, high)
        // are unknown.
        long low = first.lastOffset() + 1;
        long high = found.baseOffset();
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (!rows.atLeast(middle) || rows.number() >= high) {
                high = middle;
                continue;
            }
            T row = read.apply(rows);
            if (reached.test(row)) {
                found = row;
                high = Math.min(middle, row.baseOffset());
            } else {
                low = row.lastOffset() + 1;
            }
        }
        return found;
    }

    /// The last row before the first where the property is true.
    static <T extends OffsetSpan> @Nullable T lastBefore(
            Cursor rows, Function<Cursor, T> read, Predicate<T> reached) {
        T end = firstWhere(rows, read, reached);
        if (end == null) {
            return rows.last() ? read.apply(rows) : null;
        }
        return end.lastOffset() > 0 && rows.atMost(end.lastOffset() - 1) ? read.apply(rows) : null;
    }
}
