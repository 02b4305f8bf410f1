package io.quafka.storage.node;

import io.quafka.storage.History;
import io.quafka.storage.History.Piece;
import io.quafka.storage.batch.BatchHeader;
import io.quafka.storage.index.ObjectState;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.TieredObject;
import io.quafka.storage.index.TieredRange;
import io.quafka.storage.shard.Partition;
import io.quafka.storage.shard.Shard;
import io.quafka.storage.tier.ObjectNames;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Says in which objects a partition's offsets lie that are not on this disk any more. Reads the
/// index: platform threads only.
final class HistoryLookup {
    /// Objects named in one answer.
    private static final int PIECES_MAX = 8;

    private final Shards shards;

    HistoryLookup(Shards shards) {
        this.shards = shards;
    }

    /// Where to fetch from.
    ///
    /// @param from below the partition's local start
    /// @param to where reading ends
    /// @return null if the manifest does not know, as when the log's start was raised meanwhile
    @Nullable History fetch(
            Partition partition, long from, long to, int bytesMax, boolean atLeastOne) {
        long[] left = {bytesMax};
        List<TieredRange> ranges = new ArrayList<>();
        partition
                .shard()
                .manifest()
                .scanRanges(
                        partition.key(),
                        from,
                        range -> {
                            if (range.baseOffset() >= to) {
                                return false;
                            }
                            ranges.add(range);
                            // Of the first, any part may lie before the offset.
                            left[0] -= ranges.size() == 1 ? 0 : range.length();
                            return left[0] > 0 && ranges.size() < PIECES_MAX;
                        });
        List<Piece> pieces = pieces(partition, ranges);
        return pieces.isEmpty()
                ? null
                : new History(
                        partition.key().topicId(),
                        partition.key().partition(),
                        from,
                        to,
                        bytesMax,
                        atLeastOne,
                        History.NO_TIMESTAMP,
                        pieces);
    }

    /// Where the first record of a time or later may be, if it is not on this disk.
    @Nullable History firstNotOlder(Partition partition, long timestampMs, long to) {
        Shard shard = partition.shard();
        PartitionKey key = partition.key();
        TieredRange first = shard.manifest().firstRangeByCumulativeTimestamp(key, timestampMs);
        if (first == null) {
            return null;
        }
        long start = partition.logStart();
        long localStart = partition.localStart();
        List<TieredRange> candidates = new ArrayList<>();
        shard.manifest()
                .scanRanges(
                        key,
                        Math.max(start, first.baseOffset()),
                        range -> {
                            if (range.baseOffset() >= Math.min(localStart, to)) {
                                return false;
                            }
                            // One batch without records is what compaction may leave of a range.
                            if (range.maxTimestamp() >= timestampMs
                                    && range.length() > BatchHeader.BYTES) {
                                candidates.add(range);
                            }
                            // The log may start within the first, behind the record that made it
                            // one.
                            return candidates.size() < 2;
                        });
        List<Piece> pieces = pieces(partition, candidates);
        return pieces.isEmpty()
                ? null
                : new History(
                        key.topicId(), key.partition(), start, to, 0, false, timestampMs, pieces);
    }

    /// The greatest timestamp of what is not on this disk any more; -1 if there is none.
    long maxTimestamp(Partition partition) {
        long[] max = {-1};
        long localStart = partition.localStart();
        partition
                .shard()
                .manifest()
                .scanRanges(
                        partition.key(),
                        partition.logStart(),
                        range -> {
                            if (range.baseOffset() >= localStart) {
                                return false;
                            }
                            max[0] = Math.max(max[0], range.maxTimestamp());
                            return true;
                        });
        return max[0];
    }

    private List<Piece> pieces(Partition partition, List<TieredRange> ranges) {
        Shard shard = partition.shard();
        ObjectNames names = new ObjectNames(shards.image().clusterId(), shard.id());
        List<Piece> pieces = new ArrayList<>(ranges.size());
        for (TieredRange range : ranges) {
            TieredObject object = shard.manifest().object(ObjectState.HELD, range.object());
            if (object == null) {
                // Its ranges were merged into another since they were looked up: it stays a while.
                object = shard.manifest().object(ObjectState.DOOMED, range.object());
            }
            if (object == null) {
                break;
            }
            pieces.add(
                    new Piece(
                            names.key(object),
                            object.size(),
                            range.baseOffset(),
                            range.lastOffset()));
        }
        return pieces;
    }
}
