package io.quafka.controller.retention;

import io.quafka.controller.retention.DiskReport.TopicUse;
import java.util.Map;
import org.apache.kafka.common.Uuid;

/// A storage node's disk as the controller's leader knows it: reported, and brought into bounds.
///
/// @param topics by id, as far as they were reported
public record NodeMeasure(
        long volumeBytes,
        long freeBytes,
        long usedBytes,
        long reserveBytes,
        long asideBytes,
        Map<Uuid, TopicUse> topics) {
    public NodeMeasure {
        topics = Map.copyOf(topics);
    }

    /// What topics may take here: the target without what is set aside, or less where others fill
    /// the volume.
    ///
    /// @param targetPercent of the volume
    public long capacityBytes(double targetPercent) {
        return Math.min(
                Math.max(0, (long) (volumeBytes * (targetPercent / 100)) - asideBytes),
                usedBytes + Math.max(0, freeBytes - reserveBytes));
    }
}
