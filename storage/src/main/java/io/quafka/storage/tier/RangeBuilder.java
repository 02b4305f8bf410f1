package io.quafka.storage.tier;

import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.Run;
import io.quafka.storage.index.TieredRange;
import io.quafka.storage.shard.ObjectCommit.Placed;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes ranges of the runs that go into an object: one for each partition and leader epoch.
final class RangeBuilder {
    private final long object;
    private final List<Placed> placed = new ArrayList<>();
    private @Nullable PartitionKey partition;
    private @Nullable TieredRange open;

    RangeBuilder(long object) {
        this.object = object;
    }

    /// Adds a run that follows on from the last one of its partition.
    ///
    /// @param position where it lies in the object
    void add(PartitionKey key, Run run, long position) {
        TieredRange before = open;
        if (before == null || !key.equals(partition) || before.leaderEpoch() != run.leaderEpoch()) {
            close();
            partition = key;
            open = range(run.baseOffset(), run, position, run.length(), run.maxTimestamp());
        } else {
            open =
                    range(
                            before.baseOffset(),
                            run,
                            before.position(),
                            before.length() + run.length(),
                            Math.max(before.maxTimestamp(), run.maxTimestamp()));
        }
    }

    private TieredRange range(
            long baseOffset, Run last, long position, long length, long maxTimestamp) {
        return new TieredRange(
                baseOffset,
                last.lastOffset(),
                object,
                position,
                length,
                last.leaderEpoch(),
                maxTimestamp,
                last.cumulativeMaxTimestamp(),
                last.cumulativeBytes());
    }

    private void close() {
        if (open != null && partition != null) {
            placed.add(new Placed(partition, open));
        }
        open = null;
    }

    /// The ranges, in the order of the adding.
    List<Placed> finish() {
        close();
        return placed;
    }
}
