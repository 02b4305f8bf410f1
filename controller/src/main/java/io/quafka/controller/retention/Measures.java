package io.quafka.controller.retention;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.retention.DiskReport.TopicUse;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/// What storage nodes reported of their disks: soft state of the controller's leader. A node that
/// tells nonsense harms itself at most: figures are brought into bounds, and a volume that grows or
/// shrinks by more than half at once must say so [#REPEATS] times. Not for several threads.
final class Measures {
    static final int REPEATS = 3;

    /// Larger volumes are lies, or file systems that have no size and say some exbibytes. So
    /// bounded, all nodes' together are no more than a long holds.
    static final long VOLUME_BYTES_MAX = 1L << 50;

    /// Topics remembered of one node.
    static final int TOPICS_MAX = 100_000;

    private static final class Node {
        NodeMeasure head;
        final Map<Uuid, TopicUse> topics = new HashMap<>();
        int jumps;

        Node(NodeMeasure head) {
            this.head = head;
        }
    }

    private final Map<Integer, Node> nodes = new HashMap<>();

    /// @return false for a report that was left out
    boolean accept(int nodeId, DiskReport report) {
        if (report.volumeBytes() <= 0 || report.volumeBytes() > VOLUME_BYTES_MAX) {
            return false;
        }
        NodeMeasure head = bounded(report);
        Node node = nodes.get(nodeId);
        if (node == null) {
            node = new Node(head);
            nodes.put(nodeId, node);
        } else if (jumps(node.head, head) && ++node.jumps < REPEATS) {
            return false;
        }
        node.jumps = 0;
        node.head = head;
        int taken = 0;
        for (TopicUse use : report.topics()) {
            if (++taken > DiskReport.TOPICS_MAX) {
                break;
            }
            long bytes = Math.clamp(use.bytes(), 0, head.usedBytes());
            long rate = Math.clamp(use.bytesPerSecond(), 0, head.volumeBytes());
            if (bytes == 0 && rate == 0) {
                node.topics.remove(use.topicId());
            } else if (node.topics.size() < TOPICS_MAX || node.topics.containsKey(use.topicId())) {
                node.topics.put(use.topicId(), new TopicUse(use.topicId(), bytes, rate));
            }
        }
        return true;
    }

    private static NodeMeasure bounded(DiskReport report) {
        long volume = report.volumeBytes();
        long used = Math.clamp(report.usedBytes(), 0, volume);
        return new NodeMeasure(
                volume,
                Math.clamp(report.freeBytes(), 0, volume - used),
                used,
                Math.clamp(report.reserveBytes(), 0, volume),
                Math.clamp(report.asideBytes(), 0, volume),
                Map.of());
    }

    private static boolean jumps(NodeMeasure before, NodeMeasure now) {
        return now.volumeBytes() > before.volumeBytes() * 2
                || now.volumeBytes() < before.volumeBytes() / 2;
    }

    /// Forgets nodes and topics that are gone.
    void forgetOthers(ClusterImage image) {
        nodes.keySet().removeIf(id -> image.node(id) == null);
        nodes.values().forEach(n -> n.topics.keySet().removeIf(id -> image.topic(id) == null));
    }

    boolean has(int nodeId) {
        return nodes.containsKey(nodeId);
    }

    @Nullable NodeMeasure of(int nodeId) {
        Node node = nodes.get(nodeId);
        return node == null
                ? null
                : new NodeMeasure(
                        node.head.volumeBytes(),
                        node.head.freeBytes(),
                        node.head.usedBytes(),
                        node.head.reserveBytes(),
                        node.head.asideBytes(),
                        node.topics);
    }

    void clear() {
        nodes.clear();
    }
}
