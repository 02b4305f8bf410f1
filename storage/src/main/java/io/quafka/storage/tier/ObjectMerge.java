package io.quafka.storage.tier;

import io.quafka.storage.index.AbortedTransaction;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.TieredObject;
import io.quafka.storage.index.TieredRange;
import io.quafka.storage.shard.ObjectCommit.Placed;
import io.quafka.storage.shard.Shard;
import io.quafka.tiering.object.AbortedRange;
import io.quafka.tiering.object.Block;
import io.quafka.tiering.object.ObjectDamagedException;
import io.quafka.tiering.object.ObjectIndex;
import io.quafka.tiering.object.ObjectOrigin;
import io.quafka.tiering.object.ObjectReader;
import io.quafka.tiering.object.ObjectWriter;
import io.quafka.tiering.object.PartitionBlocks;
import io.quafka.tiering.object.TieredPartition;
import io.quafka.tiering.store.ObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// What of several objects of a shard is still needed, on its way into one: partition after
/// partition, so that each object is read once from its beginning to its end. Ranges of a partition
/// that follow on from each other become one.
final class ObjectMerge {
    /// Memory outside the heap for each of the objects, and what one request asks for.
    private static final int BUFFER_BYTES = 4 << 20;

    private final Shard shard;
    private final List<ObjectIndex> sources = new ArrayList<>();
    private final Map<Long, Integer> sourceOf = new HashMap<>();
    private final List<Piece> pieces = new ArrayList<>();

    /// @param joins whether it follows on from the piece before, of the same partition and epoch
    private record Piece(
            PartitionKey partition,
            TieredRange range,
            int source,
            List<Block> blocks,
            boolean joins) {}

    private record Extent(long firstOffset, long lastOffset) {
        Extent with(Extent other) {
            return new Extent(
                    Math.min(firstOffset, other.firstOffset),
                    Math.max(lastOffset, other.lastOffset));
        }
    }

    private ObjectMerge(Shard shard) {
        this.shard = shard;
    }

    /// Reads the objects' indexes, and looks up in the manifest which of their ranges are needed.
    ///
    /// @throws ObjectDamagedException if an object is damaged, or lacks what the manifest has of it
    static ObjectMerge plan(
            Shard shard, ObjectReader reader, ObjectNames names, List<TieredObject> objects)
            throws IOException {
        ObjectMerge merge = new ObjectMerge(shard);
        SortedMap<TieredPartition, Extent> extents = new TreeMap<>();
        for (TieredObject object : objects) {
            ObjectIndex index = reader.index(names.key(object), object.size());
            merge.sourceOf.put(object.number(), merge.sources.size());
            merge.sources.add(index);
            for (PartitionBlocks each : index.partitions()) {
                extents.merge(
                        each.partition(),
                        new Extent(each.baseOffset(), each.lastOffset()),
                        Extent::with);
            }
        }
        for (var each : extents.entrySet()) {
            merge.addPieces(each.getKey(), each.getValue());
        }
        return merge;
    }

    private void addPieces(TieredPartition partition, Extent extent) throws ObjectDamagedException {
        PartitionKey key = new PartitionKey(partition.topicId(), partition.partition());
        List<TieredRange> ranges = new ArrayList<>();
        shard.manifest()
                .scanRanges(
                        key,
                        extent.firstOffset(),
                        range -> {
                            boolean within = range.baseOffset() <= extent.lastOffset();
                            if (within) {
                                ranges.add(range);
                            }
                            return within;
                        });
        TieredRange before = null;
        for (TieredRange range : ranges) {
            Integer source = sourceOf.get(range.object());
            if (source == null) {
                before = null;
                continue;
            }
            boolean joins = before != null && before.leaderEpoch() == range.leaderEpoch();
            List<Block> blocks = blocksOf(sources.get(source), partition, range);
            pieces.add(new Piece(key, range, source, blocks, joins));
            before = range;
        }
    }

    static List<Block> blocksOf(ObjectIndex source, TieredPartition partition, TieredRange range)
            throws ObjectDamagedException {
        PartitionBlocks all = source.find(partition);
        PartitionBlocks found =
                all == null ? null : all.within(range.baseOffset(), range.lastOffset());
        if (found == null || found.bytes() != range.length()) {
            throw new ObjectDamagedException(
                    source.key(),
                    range.position(),
                    "it does not hold offsets %d..%d of %s as the manifest has them"
                            .formatted(range.baseOffset(), range.lastOffset(), partition));
        }
        return found.blocks();
    }

    /// Whether nothing in the objects is needed any more.
    boolean isEmpty() {
        return pieces.isEmpty();
    }

    /// Of the commit log, what the objects were made of, and what lies between.
    ObjectOrigin origin(int epoch) {
        long from = Long.MAX_VALUE;
        long to = 0;
        for (ObjectIndex each : sources) {
            from = Math.min(from, each.origin().position());
            to = Math.max(to, each.origin().endPosition());
        }
        return new ObjectOrigin(shard.id(), epoch, from, to);
    }

    /// Copies everything, each block and each batch checked on the way.
    ///
    /// @param number of the new object
    /// @param stopped asked between blocks
    /// @return the ranges of the new object; null if it was stopped
    @Nullable List<Placed> copy(
            ObjectStore store, ObjectWriter writer, long number, Pace pace, BooleanSupplier stopped)
            throws IOException {
        List<ObjectScan> scans = scans(new ObjectReader(store), pace);
        List<Placed> placed = new ArrayList<>();
        for (int i = 0; i < pieces.size(); i++) {
            Piece piece = pieces.get(i);
            if (!piece.joins) {
                writer.endStretch();
            }
            long position = writer.size();
            for (int n = 0; n < piece.blocks.size(); n++) {
                if (stopped.getAsBoolean()) {
                    return null;
                }
                writer.append(target(piece), scans.get(piece.source).next());
            }
            TieredRange joined = piece.joins ? placed.removeLast().range() : null;
            placed.add(new Placed(piece.partition, range(joined, piece.range, number, position)));
            boolean last =
                    i + 1 == pieces.size() || !pieces.get(i + 1).partition.equals(piece.partition);
            if (last) {
                aborted(target(piece)).forEach(writer::aborted);
            }
        }
        return placed;
    }

    private List<ObjectScan> scans(ObjectReader reader, Pace pace) {
        List<List<Block>> blocks = new ArrayList<>();
        sources.forEach(_ -> blocks.add(new ArrayList<>()));
        pieces.forEach(piece -> blocks.get(piece.source).addAll(piece.blocks));
        List<ObjectScan> scans = new ArrayList<>();
        for (int i = 0; i < sources.size(); i++) {
            scans.add(
                    new ObjectScan(
                            reader,
                            sources.get(i).key(),
                            blocks.get(i),
                            BUFFER_BYTES,
                            pace::spend));
        }
        return scans;
    }

    private static TieredPartition target(Piece piece) {
        return new TieredPartition(piece.partition.topicId(), piece.partition.partition());
    }

    private static TieredRange range(
            @Nullable TieredRange before, TieredRange range, long number, long position) {
        return new TieredRange(
                before == null ? range.baseOffset() : before.baseOffset(),
                range.lastOffset(),
                number,
                before == null ? position : before.position(),
                range.length() + (before == null ? 0 : before.length()),
                range.leaderEpoch(),
                before == null
                        ? range.maxTimestamp()
                        : Math.max(before.maxTimestamp(), range.maxTimestamp()),
                range.cumulativeMaxTimestamp(),
                range.cumulativeBytes());
    }

    /// What the objects say, and what became known since, in the order of the markers.
    private Iterable<AbortedRange> aborted(TieredPartition partition) {
        SortedMap<Long, AbortedRange> byMarker = new TreeMap<>();
        long from = Long.MAX_VALUE;
        long to = 0;
        for (ObjectIndex source : sources) {
            PartitionBlocks blocks = source.find(partition);
            if (blocks != null) {
                blocks.aborted().forEach(each -> byMarker.put(each.lastOffset(), each));
                from = Math.min(from, blocks.baseOffset());
                to = Math.max(to, blocks.lastOffset() + 1);
            }
        }
        PartitionKey key = new PartitionKey(partition.topicId(), partition.partition());
        for (AbortedTransaction each : shard.partition(key).abortedIn(from, to)) {
            byMarker.put(each.lastOffset(), ObjectBuild.rangeOf(each));
        }
        return byMarker.values();
    }
}
