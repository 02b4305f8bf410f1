package io.quafka.controller.retention;

import io.quafka.controller.config.ClusterConfigs;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.RetentionBudgets.NodeBudget;
import io.quafka.controller.model.Topic;
import io.quafka.controller.retention.Allocator.NodeSupply;
import io.quafka.controller.retention.DiskReport.TopicUse;
import io.quafka.controller.retention.TopicDemand.OnNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the allocator is asked, from metadata and measures.
///
/// @param nodes those whose disk is known: measured, or at least as of the published budgets
/// @param topics those with a percentage
public record Demands(List<NodeSupply> nodes, List<TopicDemand> topics) {
    /// A topic wants what it holds, and room for what it takes in so long.
    static final long AHEAD_SECONDS = 120;

    /// A topic wants at least this part more than it holds.
    private static final int AHEAD_PART = 16;

    public Demands {
        nodes = List.copyOf(nodes);
        topics = List.copyOf(topics);
    }

    /// @param measures by node id
    public static Demands of(ClusterImage image, Map<Integer, NodeMeasure> measures) {
        List<TopicDemand> topics = new ArrayList<>();
        Places places = new Places(image);
        for (Topic topic : image.topicsByName().values()) {
            int share = topic.settings().shares().onDisk();
            if (share > 0) {
                topics.add(
                        new TopicDemand(
                                topic.id(),
                                share,
                                topic.settings().deleted(),
                                onNodes(topic, places, measures)));
            }
        }
        return new Demands(supplies(image, measures), topics);
    }

    /// The budgets that these come to.
    public Map<Integer, NodeBudget> allocate() {
        return Allocator.allocate(nodes, topics);
    }

    private static List<OnNode> onNodes(
            Topic topic, Places places, Map<Integer, NodeMeasure> measures) {
        List<OnNode> nodes = new ArrayList<>();
        places.of(
                topic,
                (node, partitions) ->
                        nodes.add(new OnNode(node, partitions, wanted(measures.get(node), topic))));
        return nodes;
    }

    private static long wanted(@Nullable NodeMeasure node, Topic topic) {
        TopicUse use = node == null ? null : node.topics().get(topic.id());
        return use == null ? 0 : wanted(use);
    }

    private static long wanted(TopicUse use) {
        return use.bytes()
                + Math.max(
                        use.bytes() / AHEAD_PART,
                        Math.min(use.bytesPerSecond(), Long.MAX_VALUE / 4 / AHEAD_SECONDS)
                                * AHEAD_SECONDS);
    }

    private static List<NodeSupply> supplies(
            ClusterImage image, Map<Integer, NodeMeasure> measures) {
        double target = ClusterConfigs.diskTargetPercent(image);
        List<NodeSupply> supplies = new ArrayList<>();
        for (Node node : image.nodes().values()) {
            if (!node.plays(NodeRole.STORAGE)) {
                continue;
            }
            NodeMeasure measure = measures.get(node.id());
            NodeBudget published = image.budgets().node(node.id());
            if (measure != null) {
                supplies.add(
                        new NodeSupply(
                                node.id(),
                                measure.capacityBytes(target),
                                restWanted(image, measure)));
            } else if (published != null) {
                supplies.add(
                        new NodeSupply(
                                node.id(), published.capacityBytes(), published.restBytes()));
            }
        }
        return supplies;
    }

    private static long restWanted(ClusterImage image, NodeMeasure node) {
        long sum = 0;
        for (TopicUse use : node.topics().values()) {
            Topic topic = image.topic(use.topicId());
            if (topic != null && topic.settings().shares().onDisk() == 0) {
                sum += wanted(use);
            }
        }
        return sum;
    }
}
