package io.quafka.storage.shard;

import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.TieredRange;
import java.util.List;

/// Ranges of partitions that lie in an object, to become part of the manifest together. A large
/// object is committed in several steps, so that the entry of each fits where a full disk leaves
/// room.
///
/// @param object its number
/// @param epoch that the object was intended in
/// @param size bytes of the object, as the store has it
/// @param ranges at most [#RANGES_MAX]; those of one partition in the order of their offsets
/// @param last whether nothing more will come of the object
/// @param merged whether each range takes the place of those that hold the same offsets; else they
///   follow on from what was tiered before
public record ObjectCommit(
        long object, int epoch, long size, List<Placed> ranges, boolean last, boolean merged) {
    /// The entry of so many ranges fits several times where a full disk leaves room.
    public static final int RANGES_MAX = 200;

    public ObjectCommit {
        ranges = List.copyOf(ranges);
        if (ranges.size() > RANGES_MAX) {
            throw new IllegalArgumentException(ranges.size() + " ranges");
        }
    }

    /// Nothing, or nothing more, will come of an intended object.
    public static ObjectCommit nothingMore(long object, int epoch) {
        return new ObjectCommit(object, epoch, 0, List.of(), true, false);
    }

    /// A partition's range in the object.
    public record Placed(PartitionKey partition, TieredRange range) {}

    ObjectCommit with(List<Placed> accepted) {
        return new ObjectCommit(object, epoch, size, accepted, last, merged);
    }
}
