package io.quafka.gateway;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Reply.Outcome;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ElectLeadersResponseData.PartitionResult;
import org.apache.kafka.common.message.ElectLeadersResponseData.ReplicaElectionResult;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// ElectLeaders (KIP-183, KIP-460): has partitions led by their preferred leaders, with all others
/// of their shards. Unclean elections are never made: who is not in sync does not lead. Where all
/// partitions are asked for, those that are led as asked are left out of the answer, as Kafka does.
final class ElectLeadersApi implements Api {
    private static final Outcome NOT_NEEDED =
            new Outcome(Errors.ELECTION_NOT_NEEDED, Errors.ELECTION_NOT_NEEDED.message());

    private final Metadata metadata;
    private final Commands commands;

    ElectLeadersApi(Metadata metadata, Commands commands) {
        this.metadata = metadata;
        this.commands = commands;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        var data = (ElectLeadersRequestData) request.body();
        ClusterImage image = metadata.image();
        if (data.electionType() == ElectionType.UNCLEAN.value) {
            return CompletableFuture.completedFuture(answer(image, data, unclean(image)));
        }
        if (data.electionType() != ElectionType.PREFERRED.value) {
            return CompletableFuture.completedFuture(
                    KafkaResponse.of(
                            new ElectLeadersResponseData()
                                    .setErrorCode(Errors.INVALID_REQUEST.code())));
        }
        List<Integer> shards = List.copyOf(shards(image, data));
        if (shards.isEmpty()) {
            return CompletableFuture.completedFuture(answer(image, data, Map.of()));
        }
        return commands.submit(new Command.ElectLeaders(shards))
                .handle((effect, failure) -> {
                    Map<Integer, Outcome> outcomes = new HashMap<>();
                    for (int i = 0; i < shards.size(); i++) {
                        outcomes.put(
                                shards.get(i),
                                failure == null
                                        ? effect.reply().outcomes().get(i)
                                        : ReassignmentApis.lost(Failures.ofController(failure)));
                    }
                    return answer(image, data, outcomes);
                });
    }

    private static Map<Integer, Outcome> unclean(ClusterImage image) {
        Map<Integer, Outcome> outcomes = new HashMap<>();
        for (ShardState shard : image.shards().values()) {
            outcomes.put(
                    shard.id(),
                    shard.leader() != ShardState.NO_LEADER
                            ? NOT_NEEDED
                            : new Outcome(
                                    Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE,
                                    "Nobody who has everything that is committed is alive, and who has not never leads."));
        }
        return outcomes;
    }

    /// The shards of the partitions asked for, or all that have partitions and are not led by the
    /// first of their replicas.
    private static Set<Integer> shards(ClusterImage image, ElectLeadersRequestData data) {
        Set<Integer> shards = new LinkedHashSet<>();
        if (data.topicPartitions() == null) {
            for (ShardState shard : image.shards().values()) {
                if (shard.leader() != shard.target().getFirst()
                        && image.indexes().partitionsOn(shard.id()) > 0) {
                    shards.add(shard.id());
                }
            }
            return shards;
        }
        for (TopicPartitions asked : data.topicPartitions()) {
            Topic topic = image.topic(asked.topic());
            for (int partition : asked.partitions()) {
                ShardState shard = topic == null ? null : image.shardOf(topic, partition);
                if (shard != null) {
                    shards.add(shard.id());
                }
            }
        }
        return shards;
    }

    private static KafkaResponse answer(
            ClusterImage image, ElectLeadersRequestData data, Map<Integer, Outcome> outcomes) {
        var answer = new ElectLeadersResponseData();
        if (data.topicPartitions() == null) {
            if (!outcomes.isEmpty()) {
                image.topics().values().forEach(topic -> addAll(answer, topic, outcomes));
            }
            return KafkaResponse.of(answer);
        }
        for (TopicPartitions asked : data.topicPartitions()) {
            Topic topic = image.topic(asked.topic());
            var told = new ReplicaElectionResult().setTopic(asked.topic());
            for (int partition : asked.partitions()) {
                told.partitionResult()
                        .add(result(partition, outcome(image, topic, asked, partition, outcomes)));
            }
            answer.replicaElectionResults().add(told);
        }
        return KafkaResponse.of(answer);
    }

    private static void addAll(
            ElectLeadersResponseData answer, Topic topic, Map<Integer, Outcome> outcomes) {
        var told = new ReplicaElectionResult().setTopic(topic.name());
        for (int partition = 0; partition < topic.partitionCount(); partition++) {
            Outcome outcome = outcomes.get(topic.partitions().shardOf(partition));
            if (outcome != null && outcome.error() != Errors.ELECTION_NOT_NEEDED) {
                told.partitionResult().add(result(partition, outcome));
            }
        }
        if (!told.partitionResult().isEmpty()) {
            answer.replicaElectionResults().add(told);
        }
    }

    private static Outcome outcome(
            ClusterImage image,
            @Nullable Topic topic,
            TopicPartitions asked,
            int partition,
            Map<Integer, Outcome> outcomes) {
        if (topic == null) {
            return new Outcome(
                    Errors.UNKNOWN_TOPIC_OR_PARTITION, "No such topic as " + asked.topic());
        }
        ShardState shard = image.shardOf(topic, partition);
        Outcome outcome = shard == null ? null : outcomes.get(shard.id());
        return outcome != null
                ? outcome
                : new Outcome(
                        Errors.UNKNOWN_TOPIC_OR_PARTITION,
                        "No such partition as " + asked.topic() + "-" + partition);
    }

    private static PartitionResult result(int partition, Outcome outcome) {
        return new PartitionResult()
                .setPartitionId(partition)
                .setErrorCode(outcome.error().code())
                .setErrorMessage(outcome.message());
    }
}
