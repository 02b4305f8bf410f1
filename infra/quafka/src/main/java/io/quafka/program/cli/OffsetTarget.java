package io.quafka.program.cli;

import java.time.Instant;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.jspecify.annotations.Nullable;

/// Where a group's offsets are to be set. Pure.
sealed interface OffsetTarget {
    record Earliest() implements OffsetTarget {}

    record Latest() implements OffsetTarget {}

    record Offset(long offset) implements OffsetTarget {}

    /// From where the group is; negative: back.
    record Shift(long by) implements OffsetTarget {}

    record Time(Instant at) implements OffsetTarget {}

    /// What is known of a partition.
    ///
    /// @param committed null where the group has committed nothing
    /// @param atTime offset of the first record at or after the time asked for; -1 if there is none
    record Known(@Nullable Long committed, long earliest, long latest, long atTime) {}

    /// What is to be asked for, beside the partition's ends.
    default OffsetSpec spec() {
        return this instanceof Time(Instant at)
                ? OffsetSpec.forTimestamp(at.toEpochMilli())
                : OffsetSpec.latest();
    }

    /// The new offset, never outside of what the partition holds; null where there is nothing to
    /// shift from.
    default @Nullable Long resolve(Known known) {
        Long wanted =
                switch (this) {
                    case Earliest() -> known.earliest();
                    case Latest() -> known.latest();
                    case Offset(long offset) -> offset;
                    case Shift(long by) -> known.committed() == null ? null : shifted(known, by);
                    case Time _ -> known.atTime() < 0 ? known.latest() : known.atTime();
                };
        return wanted == null ? null : Math.clamp(wanted, known.earliest(), known.latest());
    }

    private static long shifted(Known known, long by) {
        long committed = known.committed() == null ? 0 : known.committed();
        long shifted = committed + by;
        boolean overflown = ((committed ^ shifted) & (by ^ shifted)) < 0;
        return overflown ? Long.MAX_VALUE : shifted;
    }
}
