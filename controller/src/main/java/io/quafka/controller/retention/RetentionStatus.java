package io.quafka.controller.retention;

import io.quafka.controller.config.ClusterConfigs;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.RetentionBudgets.NodeBudget;
import io.quafka.controller.model.RetentionBudgets.TopicBudget;
import io.quafka.controller.model.Topic;
import io.quafka.controller.model.TopicSettings;
import io.quafka.controller.retention.DiskReport.TopicUse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// How the disks are shared, for people: a pure function of metadata and measures.
///
/// @param capacityBytes that topics have shares of, over all nodes
/// @param restBytes of it, for topics without a percentage together
/// @param topics by name; internal ones are left out
public record RetentionStatus(
        long capacityBytes, long restBytes, List<NodeStatus> nodes, List<TopicStatus> topics) {
    /// Time that is not known: nothing is appended.
    public static final long NEVER = -1;

    public RetentionStatus {
        nodes = List.copyOf(nodes);
        topics = List.copyOf(topics);
    }

    /// @param capacityBytes 0 while no budget is published
    /// @param asideBytes kept for objects, where they lie in a directory on the same volume
    public record NodeStatus(
            int id,
            long volumeBytes,
            long freeBytes,
            long usedBytes,
            long capacityBytes,
            long asideBytes) {}

    /// @param share of the capacity, in millionths; 0 without a percentage
    /// @param shareBytes its own; 0 without a percentage
    /// @param limitBytes with what is lent to it; for a topic without a percentage the rest, which
    ///   it shares with others of its kind
    /// @param usedBytes of its records, over all nodes
    /// @param bytesPerSecond appended lately, over all nodes
    /// @param seconds that the limit that binds lasts at this rate, or [#NEVER]
    /// @param binds the tightest of its limits, by the name of the config that sets it, or `none`
    public record TopicStatus(
            String name,
            int partitions,
            int share,
            long shareBytes,
            long limitBytes,
            long usedBytes,
            long bytesPerSecond,
            long seconds,
            String binds) {}

    /// As published.
    public static RetentionStatus of(ClusterImage image, Map<Integer, NodeMeasure> measures) {
        return of(image, measures, image.budgets().nodes());
    }

    static RetentionStatus of(
            ClusterImage image,
            Map<Integer, NodeMeasure> measures,
            Map<Integer, NodeBudget> budgets) {
        long capacity = 0;
        long rest = 0;
        for (NodeBudget node : budgets.values()) {
            capacity += node.capacityBytes();
            rest += node.restBytes();
        }
        List<NodeStatus> nodes = new ArrayList<>();
        measures.forEach((id, measure) -> {
            NodeBudget budget = budgets.get(id);
            nodes.add(
                    new NodeStatus(
                            id,
                            measure.volumeBytes(),
                            measure.freeBytes(),
                            measure.usedBytes(),
                            budget == null ? 0 : budget.capacityBytes(),
                            measure.asideBytes()));
        });
        nodes.sort(Comparator.comparingInt(NodeStatus::id));
        List<TopicStatus> topics = new ArrayList<>();
        for (Topic topic : image.topicsByName().values()) {
            if (!topic.internal()) {
                topics.add(topic(topic, measures, budgets, rest));
            }
        }
        topics.sort(Comparator.comparing(TopicStatus::name));
        return new RetentionStatus(capacity, rest, nodes, topics);
    }

    private static TopicStatus topic(
            Topic topic,
            Map<Integer, NodeMeasure> measures,
            Map<Integer, NodeBudget> budgets,
            long rest) {
        long used = 0;
        long rate = 0;
        for (NodeMeasure node : measures.values()) {
            TopicUse use = node.topics().get(topic.id());
            if (use != null) {
                used += use.bytes();
                rate += use.bytesPerSecond();
            }
        }
        long own = 0;
        long limit = 0;
        for (NodeBudget node : budgets.values()) {
            TopicBudget budget = node.topics().get(topic.id());
            if (budget != null) {
                own += budget.shareBytes();
                limit += budget.limitBytes();
            }
        }
        int share = topic.settings().shares().onDisk();
        long most = share == 0 ? rest : limit;
        Binding binding = binding(topic, most, rate);
        return new TopicStatus(
                topic.name(),
                topic.partitionCount(),
                share,
                own,
                most,
                used,
                rate,
                binding.seconds,
                binding.name);
    }

    /// @param seconds that it lasts at the current rate
    private record Binding(String name, long seconds) {}

    private static Binding binding(Topic topic, long limitBytes, long rate) {
        TopicSettings settings = topic.settings();
        if (!settings.deleted()) {
            return new Binding("none", NEVER);
        }
        Binding tightest = new Binding("none", NEVER);
        if (!settings.shares().isNone()) {
            boolean whole =
                    settings.shares().local() == 0
                            || (settings.shares().whole() > 0
                                    && settings.shares().whole() < settings.shares().local());
            tightest =
                    new Binding(
                            whole ? "retention.percent" : "local.retention.percent",
                            seconds(limitBytes, rate));
        }
        if (settings.retentionBytes() >= 0) {
            long bytes = saturated(settings.retentionBytes(), topic.partitionCount());
            boolean tighter = settings.shares().isNone() || bytes < limitBytes;
            if (tighter) {
                tightest = new Binding("retention.bytes", seconds(bytes, rate));
            }
        }
        if (settings.retentionMs() >= 0) {
            long seconds = settings.retentionMs() / 1000;
            if (tightest.seconds == NEVER || seconds < tightest.seconds) {
                tightest = new Binding("retention.ms", seconds);
            }
        }
        return tightest;
    }

    static long seconds(long bytes, long rate) {
        return rate <= 0 ? NEVER : bytes / rate;
    }

    private static long saturated(long bytes, int times) {
        return bytes > Long.MAX_VALUE / times ? Long.MAX_VALUE : bytes * times;
    }

    /// What nodes' disks may be filled to, in percent.
    public static double targetPercent(ClusterImage image) {
        return ClusterConfigs.diskTargetPercent(image);
    }
}
