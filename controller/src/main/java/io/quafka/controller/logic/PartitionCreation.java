package io.quafka.controller.logic;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command.CreatePartitions;
import io.quafka.controller.model.Command.MorePartitions;
import io.quafka.controller.model.MetadataRecord;
import io.quafka.controller.model.MetadataRecord.PartitionsAdded;
import io.quafka.controller.model.PartitionShards;
import io.quafka.controller.model.Reply;
import io.quafka.controller.model.Reply.TopicOutcome;
import io.quafka.controller.model.Topic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/// Decides CreatePartitions: topics grow, never shrink.
final class PartitionCreation {
    private final ClusterImage image;
    private final Placement placement;
    private int created;

    private PartitionCreation(ClusterImage image) {
        this.image = image;
        placement = new Placement(image);
    }

    static Decision decide(ClusterImage image, CreatePartitions command) {
        PartitionCreation creation = new PartitionCreation(image);
        Map<String, Integer> asked = new HashMap<>();
        command.topics().forEach(more -> asked.merge(more.topic(), 1, Integer::sum));
        List<MetadataRecord> records = new ArrayList<>();
        List<TopicOutcome> outcomes = new ArrayList<>(command.topics().size());
        for (MorePartitions more : command.topics()) {
            try {
                if (asked.getOrDefault(more.topic(), 0) > 1) {
                    throw new Refusal(
                            Errors.INVALID_REQUEST, "Duplicate topic name: " + more.topic());
                }
                Topic topic = creation.topic(more.topic());
                PartitionShards added = creation.grow(topic, more);
                if (!command.validateOnly()) {
                    records.addAll(creation.placement.takeCreated());
                    records.add(new PartitionsAdded(topic.id(), added));
                }
                outcomes.add(
                        new TopicOutcome(
                                topic.name(), topic.id(), Errors.NONE, null, with(topic, added)));
            } catch (Refusal refusal) {
                outcomes.add(
                        new TopicOutcome(
                                more.topic(),
                                Uuid.ZERO_UUID,
                                refusal.error(),
                                refusal.getMessage(),
                                null));
            }
        }
        return new Decision(
                records, new Reply.Topics(Decision.versionAfter(image, records), outcomes));
    }

    private Topic topic(String name) throws Refusal {
        Topic topic = image.topic(name);
        if (topic == null) {
            throw new Refusal(Errors.UNKNOWN_TOPIC_OR_PARTITION, null);
        }
        return topic;
    }

    private PartitionShards grow(Topic topic, MorePartitions asked) throws Refusal {
        if (topic.internal()) {
            throw new Refusal(
                    Errors.INVALID_PARTITIONS,
                    "Topic " + topic.name() + " is internal: its keys keep their partitions");
        }
        int more = asked.totalCount() - topic.partitionCount();
        if (asked.totalCount() < 1 || more <= 0) {
            throw new Refusal(
                    Errors.INVALID_PARTITIONS,
                    more == 0
                            ? "Topic already has " + topic.partitionCount() + " partition(s)."
                            : "The topic "
                                    + topic.name()
                                    + " currently has "
                                    + topic.partitionCount()
                                    + " partition(s); "
                                    + asked.totalCount()
                                    + " would not be an increase.");
        }
        TopicChecks.partitionLimits(image, created, topic.partitionCount(), more);
        PartitionShards added = place(topic, asked.assignments(), more);
        created += more;
        return added;
    }

    private PartitionShards place(Topic topic, List<List<Integer>> assignments, int more)
            throws Refusal {
        if (assignments.isEmpty()) {
            TopicChecks.replicationFactor(placement, topic.replicationFactor());
            return TopicChecks.placed(
                    placement.place(more, topic.replicationFactor()), topic.replicationFactor());
        }
        if (assignments.size() != more) {
            throw new Refusal(
                    Errors.INVALID_REPLICA_ASSIGNMENT,
                    "Attempted to add "
                            + more
                            + " additional partition(s), but only "
                            + assignments.size()
                            + " assignment(s) were specified.");
        }
        String problem = placement.assignmentProblem(assignments);
        if (problem == null && assignments.getFirst().size() != topic.replicationFactor()) {
            problem =
                    "The manual partition assignment has "
                            + assignments.getFirst().size()
                            + " replica(s) a partition, but the topic has "
                            + topic.replicationFactor()
                            + ".";
        }
        if (problem != null) {
            throw new Refusal(Errors.INVALID_REPLICA_ASSIGNMENT, problem);
        }
        return TopicChecks.placed(placement.placeAssigned(assignments), topic.replicationFactor());
    }

    private static Topic with(Topic topic, PartitionShards added) {
        return new Topic(
                topic.id(),
                topic.name(),
                topic.partitions().append(added.toArray()),
                topic.replicationFactor(),
                topic.configs(),
                topic.settings(),
                topic.internal());
    }
}
