package io.quafka.tiering.read;

import com.github.benmanes.caffeine.cache.Ticker;
import io.quafka.tiering.object.AbortedRange;
import io.quafka.tiering.object.Block;
import io.quafka.tiering.object.BlockContent;
import io.quafka.tiering.object.ObjectDamagedException;
import io.quafka.tiering.object.ObjectReader;
import io.quafka.tiering.object.PartitionBlocks;
import io.quafka.tiering.object.RecordPlace;
import io.quafka.tiering.object.TieredPartition;
import io.quafka.tiering.store.ObjectStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Reads partitions' history from an object store, for any number of readers at once.
///
/// No call blocks: a future completes at once if everything is in memory, else on a virtual thread
/// of its own. It fails with
///
/// - [HistoryOverloadedException] if there are no turns or no memory left: come again later;
/// - [ObjectDamagedException] naming where bytes do not match; they are never served;
/// - [io.quafka.tiering.store.ObjectAbsentException] if an object was deleted: look into the
///   manifest again;
/// - another [io.quafka.tiering.store.StoreException] as the store has it.
///
/// Memory outside the heap is bounded by [HistoryConfig]; who does not close slices has others
/// refused.
public final class HistoryReader implements AutoCloseable {
    /// Requests among which is shared what is loaded ahead of one reader.
    private static final int REQUESTS_AHEAD = 4;

    private static final Executor OWN_THREAD = Thread::startVirtualThread;

    private final HistoryCounters counters = new HistoryCounters();
    private final LoadQueue queue;
    private final IndexCache indexes;
    private final BlockCache blocks;
    private final ReadAhead readAhead;
    private final int readBytes;

    /// @param store stays open when this is closed
    public HistoryReader(ObjectStore store, HistoryConfig config) {
        ObjectReader reader = new ObjectReader(store);
        this.queue = new LoadQueue(config.loads(), config.queuedLoads(), counters);
        this.indexes = new IndexCache(reader, queue, config.indexBytes(), counters);
        this.blocks = new BlockCache(reader, queue, config, counters);
        this.readAhead =
                new ReadAhead(
                        config.prefetchBlocks(), config.recentBytes() / 2, Ticker.systemTicker());
        this.readBytes = config.readBytes();
    }

    /// Reads batches from the one that holds an offset on, or the next one that is there.
    ///
    /// Fewer bytes than wanted do not mean that there are no more: where a later block cannot be
    /// read, it gives those before; a share of the memory is the most that one read gets.
    ///
    /// @param ranges of the partition, in the order of their offsets, from the one that holds the
    ///   offset on: as many as the bytes lie in, and one more to read ahead
    /// @param maxBytes of batches; the first one is given even if it is larger
    public CompletableFuture<HistorySlice> read(
            TieredPartition partition, List<ObjectRange> ranges, long offset, int maxBytes) {
        int at = 0;
        while (at < ranges.size() && ranges.get(at).lastOffset() < offset) {
            at++;
        }
        if (at == ranges.size()) {
            return CompletableFuture.completedFuture(
                    new HistorySlice(List.of(), offset, List.of(), List.of()));
        }
        int bytes = Math.min(maxBytes, readBytes);
        return onOwnThread(
                want(partition, ranges.subList(at, ranges.size()), offset, bytes, new ArrayList<>())
                        .thenCompose(wanted -> collect(wanted, offset, bytes)),
                HistorySlice::close);
    }

    /// Finds the first record of a time or later, and of an offset or later.
    ///
    /// @param ranges of the partition, in the order of their offsets
    /// @return empty if no range has one
    public CompletableFuture<Optional<RecordPlace>> find(
            TieredPartition partition, List<ObjectRange> ranges, long timestampMs, long offset) {
        return onOwnThread(findIn(partition, ranges, timestampMs, offset), place -> {});
    }

    public HistoryCounters counters() {
        return counters;
    }

    /// Loads from the store that run or wait.
    int loadsUnderWay() {
        return queue.underWay();
    }

    /// Bytes outside the heap that blocks lie in now.
    public long memoryInUse() {
        return blocks.memoryInUse();
    }

    /// Ends loads, and gives memory back that no slice holds. Reads that are going on fail.
    @Override
    public void close() {
        queue.close();
        blocks.close();
    }

    private CompletableFuture<PartitionBlocks> partitionBlocks(
            TieredPartition partition, ObjectRange range) {
        return indexes.get(range)
                .thenApply(index -> {
                    PartitionBlocks all = index.find(partition);
                    PartitionBlocks found =
                            all == null ? null : all.within(range.baseOffset(), range.lastOffset());
                    if (found == null) {
                        throw new CompletionException(lacks(range, partition, range.baseOffset()));
                    }
                    return found;
                });
    }

    /// Asks for blocks, object after object, until those have as many bytes as wanted.
    ///
    /// @param wanted gets them, in their order; what was asked for stays, if a later object fails
    private CompletableFuture<List<Wanted>> want(
            TieredPartition partition,
            List<ObjectRange> ranges,
            long offset,
            long bytes,
            List<Wanted> wanted) {
        return partitionBlocks(partition, ranges.getFirst())
                .thenCompose(found -> {
                    List<Block> all = found.blocks();
                    int first = found.indexOf(offset);
                    if (first == all.size()) {
                        throw new CompletionException(lacks(ranges.getFirst(), partition, offset));
                    }
                    long left = bytes;
                    int end = first;
                    for (; end < all.size() && (end == first || left > 0); end++) {
                        // Of a block that begins before the offset, any part may be wanted.
                        left -= all.get(end).baseOffset() < offset ? 0 : all.get(end).length();
                    }
                    var asked = blocks.get(ranges.getFirst().key(), all.subList(first, end));
                    asked.forEach(block -> wanted.add(new Wanted(found, block)));
                    for (int i = first; i < end; i++) {
                        readAhead(found, i, ranges);
                    }
                    if (left <= 0 || ranges.size() == 1) {
                        return CompletableFuture.completedFuture(wanted);
                    }
                    List<ObjectRange> rest = ranges.subList(1, ranges.size());
                    return want(partition, rest, rest.getFirst().baseOffset(), left, wanted)
                            .exceptionally(_ -> wanted);
                });
    }

    /// A block that is on its way to whoever reads it, and what the object has of its partition.
    private record Wanted(PartitionBlocks partition, CompletableFuture<CachedBlock> block) {}

    /// Loads ahead of whoever reads a block in sequence.
    private void readAhead(PartitionBlocks partition, int index, List<ObjectRange> ranges) {
        Block block = partition.blocks().get(index);
        boolean last = index + 1 == partition.blocks().size();
        if (last && ranges.size() == 1) {
            return;
        }
        long next =
                last ? ranges.get(1).baseOffset() : partition.blocks().get(index + 1).baseOffset();
        int count =
                readAhead.onRead(partition.partition(), block.baseOffset(), next, block.length());
        prefetch(partition, index + 1, ranges, count);
    }

    /// @param count of blocks that are to be here, or on their way
    private void prefetch(
            PartitionBlocks partition, int from, List<ObjectRange> ranges, int count) {
        List<Block> all = partition.blocks();
        int end = Math.min(all.size(), from + count);
        // What lies far ahead waits until it is worth a request, unless nothing comes behind it.
        int least = end < all.size() ? count / REQUESTS_AHEAD : 1;
        blocks.prefetch(ranges.getFirst().key(), all.subList(from, end), least);
        int left = count - (end - from);
        if (left > 0 && ranges.size() > 1) {
            List<ObjectRange> rest = ranges.subList(1, ranges.size());
            partitionBlocks(partition.partition(), rest.getFirst())
                    .thenAccept(next -> prefetch(next, 0, rest, left));
        }
    }

    private static CompletableFuture<HistorySlice> collect(
            List<Wanted> wanted, long offset, int maxBytes) {
        return CompletableFuture.allOf(
                        wanted.stream().map(Wanted::block).toArray(CompletableFuture[]::new))
                .handle((nothing, failure) -> slice(wanted, offset, maxBytes));
    }

    private static HistorySlice slice(List<Wanted> wanted, long offset, int maxBytes) {
        List<CachedBlock> held = new ArrayList<>();
        List<ByteBuffer> batches = new ArrayList<>();
        Set<AbortedRange> aborted = new LinkedHashSet<>();
        long next = offset;
        int left = maxBytes;
        boolean more = true;
        for (Wanted each : wanted) {
            if (each.block().isCompletedExceptionally()) {
                more = false;
                continue;
            }
            CachedBlock block = each.block().join();
            ByteBuffer rest = more ? from(block, offset) : ByteBuffer.allocate(0);
            ByteBuffer part = BlockContent.upTo(rest, left, batches.isEmpty());
            // Behind a batch that has no room nothing follows, though it might have: readers would
            // take it for the next one.
            boolean toTheEnd = more && part.remaining() == rest.remaining();
            more = toTheEnd;
            if (!part.hasRemaining()) {
                block.release();
                continue;
            }
            held.add(block);
            batches.add(part);
            aborted.addAll(each.partition().aborted());
            left = Math.max(0, left - part.remaining());
            next = 1 + (toTheEnd ? block.block().lastOffset() : BlockContent.lastOffset(part));
        }
        if (held.isEmpty()) {
            wanted.getFirst().block().join();
            throw new IllegalStateException("a block without batches");
        }
        long end = next;
        aborted.removeIf(range -> !range.overlaps(offset, end));
        return new HistorySlice(batches, end, List.copyOf(aborted), held);
    }

    private static ByteBuffer from(CachedBlock block, long offset) {
        ByteBuffer bytes = block.bytes();
        return block.block().baseOffset() >= offset ? bytes : BlockContent.from(bytes, offset);
    }

    private CompletableFuture<Optional<RecordPlace>> findIn(
            TieredPartition partition, List<ObjectRange> ranges, long timestampMs, long offset) {
        if (ranges.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        ObjectRange range = ranges.getFirst();
        List<ObjectRange> rest = ranges.subList(1, ranges.size());
        if (range.lastOffset() < offset) {
            return findIn(partition, rest, timestampMs, offset);
        }
        return partitionBlocks(partition, range)
                .thenCompose(found -> findIn(found, range.key(), timestampMs, offset))
                .thenCompose(place ->
                        place.isPresent()
                                ? CompletableFuture.completedFuture(place)
                                : findIn(partition, rest, timestampMs, offset));
    }

    private CompletableFuture<Optional<RecordPlace>> findIn(
            PartitionBlocks partition, String key, long timestampMs, long offset) {
        Block block = partition.findByTimestamp(timestampMs, offset);
        if (block == null) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return blocks.get(key, List.of(block))
                .getFirst()
                .thenApplyAsync(held -> firstAt(held, timestampMs, offset), OWN_THREAD)
                .thenCompose(place ->
                        place != null
                                ? CompletableFuture.completedFuture(Optional.of(place))
                                : findIn(partition, key, timestampMs, block.lastOffset() + 1));
    }

    private static @Nullable RecordPlace firstAt(CachedBlock held, long timestampMs, long offset) {
        try {
            return BlockContent.firstAt(held.bytes(), timestampMs, offset);
        } finally {
            held.release();
        }
    }

    private static ObjectDamagedException lacks(
            ObjectRange range, TieredPartition partition, long offset) {
        return new ObjectDamagedException(
                range.key(),
                range.size(),
                "it lacks offset %d of %s, which it is said to hold".formatted(offset, partition));
    }

    /// Who waits may block on what it does next: not on a thread that loads.
    ///
    /// @param unwanted what to do with a result that nobody takes any more
    private static <T> CompletableFuture<T> onOwnThread(
            CompletableFuture<T> loaded, Consumer<T> unwanted) {
        CompletableFuture<T> result = new CompletableFuture<>();
        BiConsumer<@Nullable T, @Nullable Throwable> deliver =
                (value, failure) -> {
                    if (failure != null) {
                        result.completeExceptionally(cause(failure));
                    } else if (value != null && !result.complete(value)) {
                        unwanted.accept(value);
                    }
                };
        if (loaded.isDone()) {
            loaded.whenComplete(deliver);
        } else {
            loaded.whenCompleteAsync(deliver, OWN_THREAD);
        }
        return result;
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
    }
}
