package io.quafka.tiering.object;

import java.util.Comparator;
import org.apache.kafka.common.Uuid;

/// A partition by its topic's id and its number: the order in which an object holds partitions.
public record TieredPartition(Uuid topicId, int partition) implements Comparable<TieredPartition> {
    private static final Comparator<TieredPartition> ORDER =
            Comparator.comparing(TieredPartition::topicId)
                    .thenComparingInt(TieredPartition::partition);

    @Override
    public int compareTo(TieredPartition other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return topicId + "-" + partition;
    }
}
