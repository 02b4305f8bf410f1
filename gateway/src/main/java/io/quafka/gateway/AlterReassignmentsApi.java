package io.quafka.gateway;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Command.ShardMove;
import io.quafka.controller.model.Reply.Outcome;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignableTopicResponse;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// AlterPartitionReassignments (KIP-455, KIP-860): partitions move with their shard, so all that
/// share one have to be asked for, with the same replicas. Each shard stands or falls by itself.
final class AlterReassignmentsApi implements Api {
    /// Partitions that a refusal names.
    private static final int NAMED_MAX = 5;

    private final Metadata metadata;
    private final Commands commands;

    AlterReassignmentsApi(Metadata metadata, Commands commands) {
        this.metadata = metadata;
        this.commands = commands;
    }

    /// What is asked of the partitions of a shard.
    ///
    /// @param wishes replicas, or null to take a change back: one where the request is sound
    private record Asked(
            ShardState shard, Set<TopicPartition> partitions, Set<@Nullable List<Integer>> wishes) {
        Asked(ShardState shard) {
            this(shard, new HashSet<>(), new HashSet<>());
        }

        @Nullable List<Integer> wish() {
            return wishes.iterator().next();
        }
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        var data = (AlterPartitionReassignmentsRequestData) request.body();
        ClusterImage image = metadata.image();
        Map<Integer, Asked> asked = asked(image, data);
        Map<Integer, Outcome> outcomes =
                refusals(image, asked, data.allowReplicationFactorChange());
        List<ShardMove> moves = new ArrayList<>();
        asked.forEach((id, what) -> {
            if (!outcomes.containsKey(id)) {
                moves.add(new ShardMove(id, what.wish()));
            }
        });
        if (moves.isEmpty()) {
            return CompletableFuture.completedFuture(answer(image, data, outcomes));
        }
        return commands.submit(new Command.MoveShards(moves))
                .handle((effect, failure) -> {
                    for (int i = 0; i < moves.size(); i++) {
                        outcomes.put(
                                moves.get(i).shardId(),
                                failure == null
                                        ? effect.reply().outcomes().get(i)
                                        : ReassignmentApis.lost(Failures.ofController(failure)));
                    }
                    return answer(image, data, outcomes);
                });
    }

    /// By shard, in the order asked; what is not there is left out.
    private static Map<Integer, Asked> asked(
            ClusterImage image, AlterPartitionReassignmentsRequestData data) {
        Map<Integer, Asked> asked = new LinkedHashMap<>();
        for (ReassignableTopic named : data.topics()) {
            Topic topic = image.topic(named.name());
            for (ReassignablePartition partition : named.partitions()) {
                ShardState shard =
                        topic == null ? null : image.shardOf(topic, partition.partitionIndex());
                if (shard != null) {
                    Asked what = asked.computeIfAbsent(shard.id(), _ -> new Asked(shard));
                    what.partitions()
                            .add(new TopicPartition(named.name(), partition.partitionIndex()));
                    what.wishes().add(partition.replicas());
                }
            }
        }
        return asked;
    }

    private static Map<Integer, Outcome> refusals(
            ClusterImage image, Map<Integer, Asked> asked, boolean anyFactor) {
        Map<Integer, Outcome> refusals = new HashMap<>();
        Map<Integer, List<String>> unasked = new HashMap<>();
        asked.forEach((id, what) -> {
            if (what.partitions().size() < image.indexes().partitionsOn(id)) {
                unasked.put(id, new ArrayList<>());
            } else {
                Outcome refusal = refusal(what, anyFactor);
                if (refusal != null) {
                    refusals.put(id, refusal);
                }
            }
        });
        if (!unasked.isEmpty()) {
            nameUnasked(image, asked, unasked);
        }
        unasked.forEach((id, names) -> refusals.put(id, incomplete(id, names)));
        return refusals;
    }

    /// Why a shard of which everything is asked for does not move; null if it may.
    private static @Nullable Outcome refusal(Asked what, boolean anyFactor) {
        if (what.wishes().size() > 1) {
            return new Outcome(
                    Errors.INVALID_REPLICA_ASSIGNMENT,
                    "These partitions share shard %d, and so their replicas: ask for the same for all of them."
                            .formatted(what.shard().id()));
        }
        List<Integer> wish = what.wish();
        int factor = what.shard().target().size();
        return anyFactor || wish == null || wish.size() == factor
                ? null
                : new Outcome(
                        Errors.INVALID_REPLICATION_FACTOR,
                        "The replication factor is changed from %d to %d"
                                .formatted(factor, wish.size()));
    }

    private static Outcome incomplete(int shardId, List<String> unasked) {
        return new Outcome(
                Errors.INVALID_REPLICA_ASSIGNMENT,
                "Partitions of shard %d move together, this one with %s: ask for all of them, or use 'quafka node move --shard %d'."
                        .formatted(shardId, String.join(", ", unasked), shardId));
    }

    /// Finds some partitions of each of these shards that are not asked for: one look at all
    /// topics, whatever was asked.
    private static void nameUnasked(
            ClusterImage image, Map<Integer, Asked> asked, Map<Integer, List<String>> unasked) {
        for (Topic topic : image.topics().values()) {
            for (int index = 0; index < topic.partitionCount(); index++) {
                int shardId = topic.partitions().shardOf(index);
                List<String> names = unasked.get(shardId);
                Asked what = asked.get(shardId);
                if (names == null || what == null || names.size() > NAMED_MAX) {
                    continue;
                }
                var partition = new TopicPartition(topic.name(), index);
                if (!what.partitions().contains(partition)) {
                    names.add(names.size() == NAMED_MAX ? "others" : partition.toString());
                }
            }
        }
    }

    private static KafkaResponse answer(
            ClusterImage image,
            AlterPartitionReassignmentsRequestData data,
            Map<Integer, Outcome> outcomes) {
        var answer =
                new AlterPartitionReassignmentsResponseData()
                        .setErrorMessage(null)
                        .setAllowReplicationFactorChange(data.allowReplicationFactorChange());
        for (ReassignableTopic named : data.topics()) {
            Topic topic = image.topic(named.name());
            var told = new ReassignableTopicResponse().setName(named.name());
            for (ReassignablePartition partition : named.partitions()) {
                Outcome outcome = outcome(image, topic, named, partition, outcomes);
                told.partitions()
                        .add(
                                new ReassignablePartitionResponse()
                                        .setPartitionIndex(partition.partitionIndex())
                                        .setErrorCode(outcome.error().code())
                                        .setErrorMessage(outcome.message()));
            }
            answer.responses().add(told);
        }
        return KafkaResponse.of(answer);
    }

    private static Outcome outcome(
            ClusterImage image,
            @Nullable Topic topic,
            ReassignableTopic named,
            ReassignablePartition partition,
            Map<Integer, Outcome> outcomes) {
        if (topic == null) {
            return new Outcome(
                    Errors.UNKNOWN_TOPIC_OR_PARTITION,
                    "Unable to find a topic named " + named.name() + ".");
        }
        ShardState shard = image.shardOf(topic, partition.partitionIndex());
        Outcome outcome = shard == null ? null : outcomes.get(shard.id());
        return outcome != null
                ? outcome
                : new Outcome(
                        Errors.UNKNOWN_TOPIC_OR_PARTITION,
                        "Unable to find partition %s:%d."
                                .formatted(named.name(), partition.partitionIndex()));
    }
}
