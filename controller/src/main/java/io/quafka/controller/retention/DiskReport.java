package io.quafka.controller.retention;

import java.util.List;
import org.apache.kafka.common.Uuid;

/// What a storage node tells of its disk with a heartbeat.
///
/// @param volumeBytes size of the volume that the node's data lie on
/// @param freeBytes that the node may still write there
/// @param usedBytes what the node's files take: segments, index, what is prepared or staged
/// @param reserveBytes that the node leaves free
/// @param asideBytes of what Quafka may take of the volume, kept for objects of a store in a
///   directory there: not topics' to share
/// @param topics [#TOPICS_MAX] at most: those that changed most since they were last told, then the
///   others in turn
public record DiskReport(
        long volumeBytes,
        long freeBytes,
        long usedBytes,
        long reserveBytes,
        long asideBytes,
        List<TopicUse> topics) {
    /// Topics in one report: some 30 KB.
    public static final int TOPICS_MAX = 1000;

    public DiskReport {
        topics = List.copyOf(topics);
    }

    /// @param bytes of the topic's records on this node
    /// @param bytesPerSecond appended lately
    public record TopicUse(Uuid topicId, long bytes, long bytesPerSecond) {}
}
