package io.quafka.controller.model;

import java.util.Arrays;

/// The shard of each partition of a topic, by partition index: four bytes a partition, immutable.
public final class PartitionShards {
    private final int[] shardIds;

    private PartitionShards(int[] shardIds) {
        this.shardIds = shardIds;
    }

    public static PartitionShards of(int... shardIds) {
        return new PartitionShards(shardIds.clone());
    }

    public int count() {
        return shardIds.length;
    }

    /// @throws IndexOutOfBoundsException if there is no such partition
    public int shardOf(int partition) {
        return shardIds[partition];
    }

    /// These partitions followed by new ones.
    public PartitionShards append(int... more) {
        int[] joined = Arrays.copyOf(shardIds, shardIds.length + more.length);
        System.arraycopy(more, 0, joined, shardIds.length, more.length);
        return new PartitionShards(joined);
    }

    public int[] toArray() {
        return shardIds.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PartitionShards that && Arrays.equals(shardIds, that.shardIds);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(shardIds);
    }

    @Override
    public String toString() {
        return count() + " partitions";
    }
}
