package io.quafka.tiering.object;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What lies where in an object.
///
/// @param key of the object
/// @param size of the object, bytes
/// @param dataBytes of all blocks: where the index begins
/// @param partitions in their order
public record ObjectIndex(
        String key,
        long size,
        long dataBytes,
        ObjectOrigin origin,
        List<PartitionBlocks> partitions) {
    private static final int PARTITION_HEAP_BYTES = 160;
    private static final int BLOCK_HEAP_BYTES = 72;

    public ObjectIndex {
        partitions = List.copyOf(partitions);
    }

    /// What the object holds of a partition; null if nothing.
    public @Nullable PartitionBlocks find(TieredPartition partition) {
        int low = 0;
        int high = partitions.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = partitions.get(middle).partition().compareTo(partition);
            if (order == 0) {
                return partitions.get(middle);
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return null;
    }

    /// Bytes of heap that it takes, about: what a cache weighs.
    public int heapBytes() {
        long bytes = 0;
        for (PartitionBlocks each : partitions) {
            bytes +=
                    PARTITION_HEAP_BYTES
                            + (long) BLOCK_HEAP_BYTES
                                    * (each.blocks().size() + each.aborted().size());
        }
        return (int) Math.min(bytes, Integer.MAX_VALUE);
    }
}
