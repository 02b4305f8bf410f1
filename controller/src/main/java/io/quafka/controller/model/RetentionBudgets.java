package io.quafka.controller.model;

import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/// Bytes that topics may hold on each node's disk: one set, published and replaced as a whole.
///
/// @param version 0 before the first set; one more with each
/// @param nodes by node id; storage nodes whose disk the controller knows
public record RetentionBudgets(long version, Map<Integer, NodeBudget> nodes) {
    public static final RetentionBudgets NONE = new RetentionBudgets(0, Map.of());

    public RetentionBudgets {
        nodes = Map.copyOf(nodes);
    }

    public @Nullable NodeBudget node(int id) {
        return nodes.get(id);
    }

    /// A node's part. The topics' shares and the rest never sum to more than the capacity.
    ///
    /// @param capacityBytes what all topics together may take of the disk
    /// @param restBytes for all topics without a percentage together
    /// @param topics those with a percentage that have partitions here
    public record NodeBudget(long capacityBytes, long restBytes, Map<Uuid, TopicBudget> topics) {
        public NodeBudget {
            topics = Map.copyOf(topics);
            long sum = restBytes;
            for (TopicBudget topic : topics.values()) {
                sum = Math.addExact(sum, topic.shareBytes());
            }
            if (restBytes < 0 || sum > capacityBytes) {
                throw new IllegalArgumentException(
                        "shares of " + sum + " bytes do not fit into " + capacityBytes);
            }
        }
    }

    /// @param shareBytes what is the topic's own here, whatever others need
    /// @param limitBytes with what is lent to it: never less than its own; more only while others
    ///   leave theirs idle
    public record TopicBudget(long shareBytes, long limitBytes) {
        public TopicBudget {
            if (shareBytes < 0 || limitBytes < shareBytes) {
                throw new IllegalArgumentException(
                        "no budget: " + shareBytes + " of its own, at most " + limitBytes);
            }
        }
    }
}
