package io.quafka.tiering.object;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an object holds of one partition.
///
/// @param blocks in the order of offsets, one or more
/// @param aborted transactions that were aborted and of which something lies here, in the order of
///   their markers
public record PartitionBlocks(
        TieredPartition partition, List<Block> blocks, List<AbortedRange> aborted) {
    public PartitionBlocks {
        blocks = List.copyOf(blocks);
        aborted = List.copyOf(aborted);
        if (blocks.isEmpty()) {
            throw new IllegalArgumentException("no blocks of " + partition);
        }
    }

    public long baseOffset() {
        return blocks.getFirst().baseOffset();
    }

    public long lastOffset() {
        return blocks.getLast().lastOffset();
    }

    /// The same without the blocks that end before a stretch of offsets, or begin behind it: an
    /// object may hold several stretches of a partition, between which others lie elsewhere. Null
    /// if none is left.
    public @Nullable PartitionBlocks within(long firstOffset, long lastOffset) {
        int from = indexOf(firstOffset);
        int to = from;
        while (to < blocks.size() && blocks.get(to).baseOffset() <= lastOffset) {
            to++;
        }
        if (from == to) {
            return null;
        }
        return from == 0 && to == blocks.size()
                ? this
                : new PartitionBlocks(partition, blocks.subList(from, to), aborted);
    }

    public long maxTimestamp() {
        long max = -1;
        for (Block block : blocks) {
            max = Math.max(max, block.maxTimestamp());
        }
        return max;
    }

    /// Bytes of all blocks; they lie next to each other from the first one's position on.
    public long bytes() {
        Block last = blocks.getLast();
        return last.position() + last.length() - blocks.getFirst().position();
    }

    /// The number of the block that holds an offset, or the next one that is there; the number of
    /// blocks if all end before it.
    public int indexOf(long offset) {
        int low = 0;
        int high = blocks.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (blocks.get(middle).lastOffset() < offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /// The block that holds an offset, or the next one that is there; null if all end before it.
    public @Nullable Block find(long offset) {
        int index = indexOf(offset);
        return index < blocks.size() ? blocks.get(index) : null;
    }

    /// The first block with a record of a time or later, and of an offset or later; null if none
    /// may have one.
    public @Nullable Block findByTimestamp(long timestampMs, long fromOffset) {
        for (int i = indexOf(fromOffset); i < blocks.size(); i++) {
            if (blocks.get(i).maxTimestamp() >= timestampMs) {
                return blocks.get(i);
            }
        }
        return null;
    }
}
