package io.quafka.controller.retention;

import io.quafka.controller.model.RetentionBudgets.NodeBudget;
import io.quafka.controller.model.RetentionBudgets.TopicBudget;
import io.quafka.controller.model.RetentionShares;
import io.quafka.controller.retention.TopicDemand.OnNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;

/// From disks and shares to bytes. A pure function, linear in topics times the nodes they lie on.
///
/// 1. A topic's own bytes are its share of all nodes' capacity together. They are divided among the
///    nodes where it has partitions: each gets what the topic wants there, or as much as its
///    partitions say ([WaterFill]); what is wanted nowhere goes by partitions.
/// 2. Where a node's topics have more than its capacity, because they lie on few nodes, each gives
///    up the same part.
/// 3. What is left of a node is the rest, for topics without a percentage together.
/// 4. What is wanted neither by its owner nor by those is lent to topics that want more than their
///    own, by share; but a sixteenth, so that owners find room when they come back.
public final class Allocator {
    /// This part of what is idle is never lent.
    private static final int KEPT = 16;

    private Allocator() {}

    /// A node as the allocator sees it.
    ///
    /// @param capacityBytes for all topics together
    /// @param restWantedBytes what topics without a percentage hold there and will soon need
    public record NodeSupply(int nodeId, long capacityBytes, long restWantedBytes) {}

    private static final class OnNodeShare {
        final TopicDemand topic;
        final long wanted;
        long own;

        OnNodeShare(TopicDemand topic, long wanted, long own) {
            this.topic = topic;
            this.wanted = wanted;
            this.own = own;
        }
    }

    /// @param topics those with a percentage; shares sum to the whole at most
    public static Map<Integer, NodeBudget> allocate(
            List<NodeSupply> nodes, List<TopicDemand> topics) {
        long capacity = 0;
        Map<Integer, List<OnNodeShare>> byNode = HashMap.newHashMap(nodes.size());
        for (NodeSupply node : nodes) {
            capacity += node.capacityBytes();
            byNode.put(node.nodeId(), new ArrayList<>());
        }
        for (TopicDemand topic : topics) {
            spread(topic, WaterFill.part(capacity, topic.share(), RetentionShares.WHOLE), byNode);
        }
        Map<Integer, NodeBudget> budgets = HashMap.newHashMap(nodes.size());
        for (NodeSupply node : nodes) {
            List<OnNodeShare> shares = byNode.getOrDefault(node.nodeId(), List.of());
            budgets.put(node.nodeId(), budget(node, shares));
        }
        return budgets;
    }

    private static void spread(
            TopicDemand topic, long own, Map<Integer, List<OnNodeShare>> byNode) {
        List<OnNode> places = new ArrayList<>(topic.nodes());
        places.removeIf(place -> !byNode.containsKey(place.nodeId()));
        long[] wanted = new long[places.size()];
        long[] weights = new long[places.size()];
        for (int i = 0; i < wanted.length; i++) {
            wanted[i] = places.get(i).wantedBytes();
            weights[i] = places.get(i).partitions();
        }
        long[] parts = WaterFill.divideAll(own, wanted, weights);
        for (int i = 0; i < parts.length; i++) {
            List<OnNodeShare> there = byNode.get(places.get(i).nodeId());
            if (there != null) {
                there.add(new OnNodeShare(topic, wanted[i], parts[i]));
            }
        }
    }

    private static NodeBudget budget(NodeSupply node, List<OnNodeShare> shares) {
        long sum = 0;
        for (OnNodeShare share : shares) {
            sum += share.own;
        }
        if (sum > node.capacityBytes()) {
            double part = (double) node.capacityBytes() / sum;
            sum = 0;
            for (OnNodeShare share : shares) {
                share.own = Math.min((long) (share.own * part), node.capacityBytes() - sum);
                sum += share.own;
            }
        }
        long rest = node.capacityBytes() - sum;
        long[] loans = loans(shares, Math.max(0, rest - node.restWantedBytes()));
        Map<Uuid, TopicBudget> topics = HashMap.newHashMap(shares.size());
        for (int i = 0; i < loans.length; i++) {
            OnNodeShare share = shares.get(i);
            topics.put(share.topic.id(), new TopicBudget(share.own, share.own + loans[i]));
        }
        return new NodeBudget(node.capacityBytes(), rest, topics);
    }

    private static long[] loans(List<OnNodeShare> shares, long idleRest) {
        long idle = idleRest;
        long[] missing = new long[shares.size()];
        long[] weights = new long[shares.size()];
        for (int i = 0; i < missing.length; i++) {
            OnNodeShare share = shares.get(i);
            idle += Math.max(0, share.own - share.wanted);
            missing[i] = share.topic.givesBack() ? Math.max(0, share.wanted - share.own) : 0;
            weights[i] = share.topic.share();
        }
        return WaterFill.divide(idle - idle / KEPT, missing, weights);
    }
}
