package io.quafka.controller.model;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.pcollections.PMap;

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

    /// The counts of partitions by shard, with these added (`sign` 1) or taken away (-1); a count
    /// of zero is left out.
    PMap<Integer, Integer> addCountsTo(PMap<Integer, Integer> counts, int sign) {
        Map<Integer, Integer> changes = new HashMap<>();
        for (int shardId : shardIds) {
            changes.merge(shardId, sign, Integer::sum);
        }
        PMap<Integer, Integer> sums = counts;
        for (var change : changes.entrySet()) {
            int sum = counts.getOrDefault(change.getKey(), 0) + change.getValue();
            sums = sum == 0 ? sums.minus(change.getKey()) : sums.plus(change.getKey(), sum);
        }
        return sums;
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
