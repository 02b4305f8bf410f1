package io.quafka.storage.index;

import java.util.Objects;
import org.apache.kafka.common.Uuid;

/// A partition by its topic's id and its number.
///
/// @param topicId never the zero id, which the index keeps for the shard's own rows
/// @param partition 0 or more
public record PartitionKey(Uuid topicId, int partition) {
    public PartitionKey {
        Objects.requireNonNull(topicId, "topicId");
        if (topicId.equals(Uuid.ZERO_UUID)) {
            throw new IllegalArgumentException("the zero id names no topic");
        }
        if (partition < 0) {
            throw new IllegalArgumentException("negative partition " + partition);
        }
    }
}
