package io.quafka.controller.logic;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command.DeleteTopics;
import io.quafka.controller.model.Command.TopicRef;
import io.quafka.controller.model.MetadataRecord;
import io.quafka.controller.model.MetadataRecord.TopicDeleted;
import io.quafka.controller.model.Reply;
import io.quafka.controller.model.Reply.TopicOutcome;
import io.quafka.controller.model.Topic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// Decides DeleteTopics.
final class TopicDeletion {
    private TopicDeletion() {}

    static Decision decide(ClusterImage image, DeleteTopics command) {
        Map<Uuid, Integer> asked = new HashMap<>();
        for (TopicRef ref : command.topics()) {
            Topic topic = find(image, ref);
            if (topic != null) {
                asked.merge(topic.id(), 1, Integer::sum);
            }
        }
        List<MetadataRecord> records = new ArrayList<>();
        List<TopicOutcome> outcomes = new ArrayList<>(command.topics().size());
        for (TopicRef ref : command.topics()) {
            Topic topic = find(image, ref);
            if (topic == null) {
                outcomes.add(unknown(ref));
            } else if (asked.getOrDefault(topic.id(), 0) > 1) {
                outcomes.add(
                        new TopicOutcome(
                                topic.name(),
                                topic.id(),
                                Errors.INVALID_REQUEST,
                                "Duplicate topic: " + topic.name(),
                                null));
            } else if (topic.internal()) {
                outcomes.add(
                        new TopicOutcome(
                                topic.name(),
                                topic.id(),
                                Errors.INVALID_REQUEST,
                                "Topic " + topic.name() + " is internal and stays",
                                null));
            } else {
                records.add(new TopicDeleted(topic.id()));
                outcomes.add(new TopicOutcome(topic.name(), topic.id(), Errors.NONE, null, null));
            }
        }
        return new Decision(
                records, new Reply.Topics(Decision.versionAfter(image, records), outcomes));
    }

    private static @Nullable Topic find(ClusterImage image, TopicRef ref) {
        return ref.name() == null ? image.topic(ref.id()) : image.topic(ref.name());
    }

    private static TopicOutcome unknown(TopicRef ref) {
        return ref.name() == null
                ? new TopicOutcome("", ref.id(), Errors.UNKNOWN_TOPIC_ID, null, null)
                : new TopicOutcome(
                        ref.name(), Uuid.ZERO_UUID, Errors.UNKNOWN_TOPIC_OR_PARTITION, null, null);
    }
}
