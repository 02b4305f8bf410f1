package io.quafka.controller.retention;

import java.util.List;
import org.apache.kafka.common.Uuid;

/// What the allocator knows of a topic with a percentage.
///
/// @param share of the capacity, in millionths, from 1 up
/// @param givesBack whether its oldest records may go at any time: only then may it borrow
/// @param nodes where it has partitions, each once
public record TopicDemand(Uuid id, int share, boolean givesBack, List<OnNode> nodes) {
    public TopicDemand {
        nodes = List.copyOf(nodes);
    }

    /// @param partitions that lie there, from 1 up
    /// @param wantedBytes what it holds there and will soon need, were there no limit
    public record OnNode(int nodeId, int partitions, long wantedBytes) {}
}
