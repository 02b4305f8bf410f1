package io.quafka.controller.retention;

import io.quafka.controller.config.TopicConfigs;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.RetentionShares;
import io.quafka.controller.model.Topic;
import io.quafka.controller.retention.RetentionStatus.TopicStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.pcollections.PMap;

/// What a change would do to all budgets, before it is made: pure. Loans are left out, for they are
/// nobody's to count on.
///
/// @param capacityBefore that topics have shares of, in bytes
/// @param topics those whose budget changes, and the one that was asked about, by name
/// @param problem why the change would be refused; null where it would not
public record RetentionPlan(
        long capacityBefore, long capacityAfter, List<Change> topics, @Nullable String problem) {
    public RetentionPlan {
        topics = List.copyOf(topics);
    }

    /// What one asks about.
    public sealed interface Question {
        /// A topic has so much of the capacity.
        ///
        /// @param share in millionths, from 1 up
        record Percent(String topic, int share) implements Question {}

        /// A topic has so many partitions.
        record Partitions(String topic, int count) implements Question {}

        /// One more storage node, with a volume of its own.
        record AddNode(long volumeBytes) implements Question {}
    }

    /// @param bytesBefore of the budget; of the rest for a topic without a percentage
    /// @param secondsBefore that these last at the current rate, or [RetentionStatus#NEVER]
    /// @param secondsLost of what it holds now, that would go; 0 where nothing goes
    public record Change(
            String topic,
            int shareBefore,
            int shareAfter,
            long bytesBefore,
            long bytesAfter,
            long bytesPerSecond,
            long secondsBefore,
            long secondsAfter,
            long secondsLost) {}

    public static RetentionPlan of(
            ClusterImage image, Map<Integer, NodeMeasure> measures, Question question) {
        RetentionStatus before = computed(image, measures);
        return switch (question) {
            case Question.Percent(String name, int share) -> {
                Topic topic = image.topic(name);
                String problem = problem(image, topic, name, share);
                if (topic == null || problem != null) {
                    yield refused(before, String.valueOf(problem));
                }
                yield compare(before, computed(withShare(image, topic, share), measures), name);
            }
            case Question.Partitions(String name, int count) -> {
                Topic topic = image.topic(name);
                if (topic == null) {
                    yield refused(before, "There is no topic " + name);
                }
                if (count < topic.partitionCount()) {
                    yield refused(before, "Topics never have fewer partitions than before");
                }
                yield compare(
                        before, computed(withPartitions(image, topic, count), measures), name);
            }
            case Question.AddNode(long bytes) ->
                    compare(
                            before,
                            computed(withNode(image), withDisk(image, measures, bytes)),
                            "");
        };
    }

    private static RetentionStatus computed(
            ClusterImage image, Map<Integer, NodeMeasure> measures) {
        return RetentionStatus.of(image, measures, Demands.of(image, measures).allocate());
    }

    private static RetentionPlan refused(RetentionStatus before, String problem) {
        return new RetentionPlan(
                before.capacityBytes(), before.capacityBytes(), List.of(), problem);
    }

    private static @Nullable String problem(
            ClusterImage image, @Nullable Topic topic, String name, int share) {
        if (topic == null) {
            return "There is no topic " + name;
        }
        if (topic.internal()) {
            return "Internal topics have no percentage";
        }
        long others = 0;
        for (Topic other : image.topicsByName().values()) {
            others += other == topic ? 0 : other.settings().shares().local();
        }
        return others + share > RetentionShares.WHOLE
                ? "All percentages would sum to "
                        + RetentionShares.text(others + share)
                        + "; "
                        + RetentionShares.text(RetentionShares.WHOLE - others)
                        + " is left"
                : null;
    }

    private static RetentionPlan compare(
            RetentionStatus before, RetentionStatus after, String asked) {
        Map<String, TopicStatus> next =
                after.topics().stream()
                        .collect(Collectors.toMap(TopicStatus::name, topic -> topic));
        List<Change> changes = new ArrayList<>();
        for (TopicStatus topic : before.topics()) {
            TopicStatus changed = next.get(topic.name());
            if (changed != null) {
                Change change = change(topic, own(topic, before), changed, own(changed, after));
                if (change.bytesBefore != change.bytesAfter || topic.name().equals(asked)) {
                    changes.add(change);
                }
            }
        }
        return new RetentionPlan(before.capacityBytes(), after.capacityBytes(), changes, null);
    }

    private static long own(TopicStatus topic, RetentionStatus status) {
        return topic.share() == 0 ? status.restBytes() : topic.shareBytes();
    }

    private static Change change(
            TopicStatus before, long bytesBefore, TopicStatus after, long bytesAfter) {
        long rate = before.bytesPerSecond();
        long gone = after.share() == 0 ? 0 : Math.max(0, before.usedBytes() - bytesAfter);
        return new Change(
                before.name(),
                before.share(),
                after.share(),
                bytesBefore,
                bytesAfter,
                rate,
                RetentionStatus.seconds(bytesBefore, rate),
                RetentionStatus.seconds(bytesAfter, rate),
                Math.max(0, RetentionStatus.seconds(gone, rate)));
    }

    private static ClusterImage withShare(ClusterImage image, Topic topic, int share) {
        Map<String, String> configs = new LinkedHashMap<>(topic.configs());
        configs.put(TopicConfigs.LOCAL_RETENTION_PERCENT, percent(share));
        return withTopic(
                image,
                new Topic(
                        topic.id(),
                        topic.name(),
                        topic.partitions(),
                        topic.replicationFactor(),
                        configs,
                        TopicConfigs.settings(configs, image.defaults()),
                        topic.internal()));
    }

    private static String percent(int share) {
        return RetentionShares.text(share).replace(" %", "");
    }

    /// The new ones go where partitions go: to every shard in turn.
    private static ClusterImage withPartitions(ClusterImage image, Topic topic, int count) {
        int[] shards = image.shards().keySet().stream().mapToInt(id -> id).sorted().toArray();
        int[] added = new int[count - topic.partitionCount()];
        for (int i = 0; i < added.length; i++) {
            added[i] = shards[(topic.partitionCount() + i) % shards.length];
        }
        return withTopic(
                image,
                new Topic(
                        topic.id(),
                        topic.name(),
                        topic.partitions().append(added),
                        topic.replicationFactor(),
                        topic.configs(),
                        topic.settings(),
                        topic.internal()));
    }

    private static ClusterImage withTopic(ClusterImage image, Topic topic) {
        return with(image, image.nodes(), image.topicsByName().plus(topic.name(), topic));
    }

    private static ClusterImage withNode(ClusterImage image) {
        Node node =
                new Node(
                        image.nextNodeId(),
                        Uuid.ZERO_UUID,
                        Set.of(NodeRole.STORAGE),
                        null,
                        null,
                        null,
                        false);
        return with(image, image.nodes().plus(node.id(), node), image.topicsByName());
    }

    private static Map<Integer, NodeMeasure> withDisk(
            ClusterImage image, Map<Integer, NodeMeasure> measures, long bytes) {
        Map<Integer, NodeMeasure> more = new HashMap<>(measures);
        more.put(image.nextNodeId(), new NodeMeasure(bytes, bytes, 0, 0, 0, Map.of()));
        return more;
    }

    private static ClusterImage with(
            ClusterImage image, PMap<Integer, Node> nodes, PMap<String, Topic> topics) {
        return new ClusterImage(
                image.version(),
                image.clusterId(),
                nodes,
                image.shards(),
                topics,
                image.topicIds(),
                image.defaults(),
                image.groupConfigs(),
                image.nextProducerId(),
                image.nextNodeId(),
                image.nextShardId(),
                image.budgets(),
                image.security(),
                image.indexes());
    }
}
