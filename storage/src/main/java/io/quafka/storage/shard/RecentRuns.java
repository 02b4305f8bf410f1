package io.quafka.storage.shard;

import io.quafka.storage.index.Run;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A partition's newest runs, in memory: at least those that are not in the index yet, and the last
/// one. Guarded by the partition.
final class RecentRuns {
    private final ArrayList<Run> runs = new ArrayList<>(2);

    void add(Run run) {
        runs.add(run);
    }

    @Nullable Run last() {
        return runs.isEmpty() ? null : runs.getLast();
    }

    /// Everything but the last run is in the index now.
    void trim() {
        if (runs.size() > 1) {
            Run last = runs.getLast();
            runs.clear();
            runs.add(last);
        }
    }

    void clear() {
        runs.clear();
    }

    /// Forgets runs that end before an offset.
    void dropBefore(long offset) {
        runs.removeIf(run -> run.lastOffset() < offset);
    }

    /// Runs from the one that ends at or behind an offset on.
    List<Run> from(long offset) {
        int low = 0;
        int high = runs.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (runs.get(middle).lastOffset() < offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return List.copyOf(runs.subList(low, runs.size()));
    }

    List<Run> all() {
        return List.copyOf(runs);
    }
}
