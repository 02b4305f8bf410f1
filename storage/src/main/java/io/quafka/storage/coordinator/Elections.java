package io.quafka.storage.coordinator;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Which partitions of an internal topic this node leads, from image to image. Pure.
///
/// @param epochs by partition, the epoch that the node leads it in
/// @param whole whether these are all that it is to lead
record Elections(Map<Integer, Integer> epochs, boolean whole) {
    static final Elections NONE = new Elections(Map.of(), true);

    /// A partition counts only while its log can be found here: its shard may yet have to be
    /// opened, or the node cannot be sure for a while that it still leads it.
    static Elections of(ClusterImage image, String topicName, int nodeId, CoordinatorLogs logs) {
        Topic topic = image.topic(topicName);
        if (topic == null) {
            return NONE;
        }
        Map<Integer, Integer> epochs = new HashMap<>();
        boolean whole = true;
        for (int partition = 0; partition < topic.partitionCount(); partition++) {
            ShardState shard = image.shardOf(topic, partition);
            if (shard == null || shard.leader() != nodeId) {
                continue;
            }
            if (logs.find(topicName, partition) == null) {
                whole = false;
            } else {
                epochs.put(partition, shard.epoch());
            }
        }
        return new Elections(Map.copyOf(epochs), whole);
    }

    boolean isEmpty() {
        return epochs.isEmpty();
    }

    /// Partitions that a next state does not lead any more.
    Set<Integer> lostIn(Elections next) {
        Set<Integer> lost = new HashSet<>(epochs.keySet());
        lost.removeAll(next.epochs.keySet());
        return lost;
    }

    /// Partitions, with their epochs, that a next state leads anew or in a later epoch.
    Map<Integer, Integer> wonIn(Elections next) {
        Map<Integer, Integer> won = new HashMap<>(next.epochs);
        won.entrySet().removeAll(epochs.entrySet());
        return won;
    }
}
