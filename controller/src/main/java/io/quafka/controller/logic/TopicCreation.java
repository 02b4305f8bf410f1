package io.quafka.controller.logic;

import io.quafka.controller.config.ClusterConfigs;
import io.quafka.controller.config.TopicConfigs;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command.NewTopic;
import io.quafka.controller.model.ImageIndexes;
import io.quafka.controller.model.MetadataRecord;
import io.quafka.controller.model.MetadataRecord.TopicCreated;
import io.quafka.controller.model.PartitionShards;
import io.quafka.controller.model.Reply;
import io.quafka.controller.model.Reply.TopicOutcome;
import io.quafka.controller.model.Topic;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// Decides one CreateTopics command, topic by topic: some may be made while others are refused.
final class TopicCreation {
    private final ClusterImage image;
    private final IdSource ids;
    private final boolean validateOnly;
    private final Placement placement;
    private final List<MetadataRecord> records = new ArrayList<>();
    private ImageIndexes names;
    private final ShareLedger shares;
    private int created;

    TopicCreation(ClusterImage image, IdSource ids, boolean validateOnly) {
        this.image = image;
        this.ids = ids;
        this.validateOnly = validateOnly;
        placement = new Placement(image);
        names = image.indexes();
        shares = new ShareLedger(image);
    }

    Decision decide(List<NewTopic> topics) {
        Set<String> twice = duplicates(topics);
        List<TopicOutcome> outcomes = new ArrayList<>(topics.size());
        for (NewTopic topic : topics) {
            try {
                if (twice.contains(topic.name())) {
                    throw new Refusal(
                            Errors.INVALID_REQUEST, "Duplicate topic name: " + topic.name());
                }
                outcomes.add(create(topic));
            } catch (Refusal refusal) {
                outcomes.add(
                        new TopicOutcome(
                                topic.name(),
                                Uuid.ZERO_UUID,
                                refusal.error(),
                                refusal.getMessage(),
                                null));
            }
        }
        return new Decision(
                records, new Reply.Topics(Decision.versionAfter(image, records), outcomes));
    }

    private static Set<String> duplicates(List<NewTopic> topics) {
        Set<String> seen = new HashSet<>();
        Set<String> twice = new HashSet<>();
        for (NewTopic topic : topics) {
            if (!seen.add(topic.name())) {
                twice.add(topic.name());
            }
        }
        return twice;
    }

    private TopicOutcome create(NewTopic asked) throws Refusal {
        checkName(asked.name());
        String badConfig = TopicConfigs.problem(asked.configs(), image.defaults());
        if (badConfig != null) {
            throw new Refusal(Errors.INVALID_CONFIG, badConfig);
        }
        int replicationFactor = replicationFactor(asked);
        PartitionShards partitions = place(asked, replicationFactor);
        shares.take(asked.name(), asked.internal(), asked.configs());
        Uuid id = validateOnly ? Uuid.ZERO_UUID : ids.next();
        if (!validateOnly) {
            records.addAll(placement.takeCreated());
            records.add(
                    new TopicCreated(
                            id,
                            asked.name(),
                            partitions,
                            replicationFactor,
                            asked.configs(),
                            asked.internal()));
        }
        created += partitions.count();
        names = names.withTopic(asked.name());
        return new TopicOutcome(
                asked.name(),
                id,
                Errors.NONE,
                null,
                new Topic(
                        id,
                        asked.name(),
                        partitions,
                        replicationFactor,
                        asked.configs(),
                        ImageBuilder.settings(asked.configs(), image.defaults(), asked.internal()),
                        asked.internal()));
    }

    private void checkName(String name) throws Refusal {
        try {
            org.apache.kafka.common.internals.Topic.validate(name);
        } catch (InvalidTopicException e) {
            throw new Refusal(Errors.INVALID_TOPIC_EXCEPTION, e.getMessage());
        }
        if (image.topic(name) != null) {
            throw new Refusal(Errors.TOPIC_ALREADY_EXISTS, "Topic '" + name + "' already exists.");
        }
        String other = names.collidingWith(name);
        if (other != null) {
            throw new Refusal(
                    Errors.INVALID_TOPIC_EXCEPTION,
                    "Topic '" + name + "' collides with existing topic: " + other);
        }
    }

    private int replicationFactor(NewTopic asked) throws Refusal {
        int wanted = asked.replicationFactor();
        if (!asked.assignments().isEmpty()) {
            if (wanted != -1) {
                throw new Refusal(
                        Errors.INVALID_REQUEST,
                        "A manual partition assignment was specified, but replication factor was not set to -1.");
            }
            return asked.assignments().values().iterator().next().size();
        }
        if (wanted < -1 || wanted == 0 || wanted > Short.MAX_VALUE) {
            throw new Refusal(
                    Errors.INVALID_REPLICATION_FACTOR,
                    "Replication factor must be larger than 0, or -1 to use the default value.");
        }
        return wanted == -1 ? ClusterConfigs.defaultReplicationFactor(image) : wanted;
    }

    private PartitionShards place(NewTopic asked, int replicationFactor) throws Refusal {
        int[] shardIds;
        if (asked.assignments().isEmpty()) {
            int count = partitionCount(asked);
            TopicChecks.partitionLimits(image, created, 0, count);
            TopicChecks.replicationFactor(placement, replicationFactor);
            shardIds = placement.place(count, replicationFactor);
        } else {
            if (asked.partitions() != -1) {
                throw new Refusal(
                        Errors.INVALID_REQUEST,
                        "A manual partition assignment was specified, but numPartitions was not set to -1.");
            }
            List<List<Integer>> assignments = consecutive(asked);
            TopicChecks.partitionLimits(image, created, 0, assignments.size());
            String problem = placement.assignmentProblem(assignments);
            if (problem != null) {
                throw new Refusal(Errors.INVALID_REPLICA_ASSIGNMENT, problem);
            }
            shardIds = placement.placeAssigned(assignments);
        }
        return TopicChecks.placed(shardIds, replicationFactor);
    }

    private int partitionCount(NewTopic asked) throws Refusal {
        int wanted = asked.partitions();
        if (wanted < -1 || wanted == 0) {
            throw new Refusal(
                    Errors.INVALID_PARTITIONS,
                    "Number of partitions was set to an invalid non-positive value.");
        }
        return wanted == -1 ? ClusterConfigs.defaultPartitions(image) : wanted;
    }

    private static List<List<Integer>> consecutive(NewTopic asked) throws Refusal {
        List<List<Integer>> assignments = new ArrayList<>(asked.assignments().size());
        for (int partition = 0; partition < asked.assignments().size(); partition++) {
            @Nullable List<Integer> replicas = asked.assignments().get(partition);
            if (replicas == null) {
                throw new Refusal(
                        Errors.INVALID_REPLICA_ASSIGNMENT,
                        "partitions should be a consecutive 0-based integer sequence");
            }
            assignments.add(replicas);
        }
        return assignments;
    }
}
