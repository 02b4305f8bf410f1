package io.quafka.gateway;

import io.quafka.controller.config.ConfigDescriptions;
import io.quafka.controller.config.DescribedConfig;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Reply;
import io.quafka.controller.model.Topic;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicConfigs;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// CreateTopics: the controller decides; this refuses only what cannot be told to it.
final class CreateTopicsApi implements Api {
    private final Commands commands;

    CreateTopicsApi(Commands commands) {
        this.commands = commands;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        var data = (CreateTopicsRequestData) request.body();
        Map<String, CreatableTopicResult> refused = new HashMap<>();
        List<Command.NewTopic> wanted = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (CreatableTopic topic : data.topics()) {
            if (!seen.add(topic.name())) {
                wanted.removeIf(other -> other.name().equals(topic.name()));
                refused.put(
                        topic.name(),
                        refused(
                                topic.name(),
                                Errors.INVALID_REQUEST,
                                "the request names this topic twice"));
            } else if (topic.configs().stream().anyMatch(config -> config.value() == null)) {
                refused.put(
                        topic.name(),
                        refused(topic.name(), Errors.INVALID_CONFIG, "a config has no value"));
            } else {
                wanted.add(toCommand(topic));
            }
        }
        if (wanted.isEmpty()) {
            return CompletableFuture.completedFuture(respond(List.copyOf(refused.values())));
        }
        return commands.submit(new Command.CreateTopics(wanted, data.validateOnly()))
                .handle((effect, failure) -> {
                    List<CreatableTopicResult> results = new ArrayList<>(refused.values());
                    if (failure == null) {
                        for (Reply.TopicOutcome outcome : effect.reply().outcomes()) {
                            results.add(result(outcome, effect.image()));
                        }
                    } else {
                        Errors error = Failures.ofController(failure);
                        wanted.forEach(topic ->
                                results.add(refused(topic.name(), error, error.message())));
                    }
                    return respond(results);
                });
    }

    /// @param topic each of its configs has a value
    static Command.NewTopic toCommand(CreatableTopic topic) {
        Map<Integer, List<Integer>> assignments = new HashMap<>();
        topic.assignments()
                .forEach(assignment ->
                        assignments.put(assignment.partitionIndex(), assignment.brokerIds()));
        Map<String, String> configs = new HashMap<>();
        topic.configs().forEach(config -> configs.put(config.name(), config.value()));
        return new Command.NewTopic(
                topic.name(),
                topic.numPartitions(),
                topic.replicationFactor(),
                assignments,
                configs,
                org.apache.kafka.common.internals.Topic.isInternal(topic.name()));
    }

    private static KafkaResponse respond(List<CreatableTopicResult> results) {
        var answer = new CreateTopicsResponseData();
        results.forEach(answer.topics()::add);
        return KafkaResponse.of(answer);
    }

    private static CreatableTopicResult refused(
            String name, Errors error, @Nullable String message) {
        return new CreatableTopicResult()
                .setName(name)
                .setErrorCode(error.code())
                .setErrorMessage(message);
    }

    private static CreatableTopicResult result(Reply.TopicOutcome outcome, ClusterImage image) {
        Topic topic = outcome.topic();
        if (outcome.error() != Errors.NONE || topic == null) {
            return refused(outcome.name(), outcome.error(), outcome.message());
        }
        List<CreatableTopicConfigs> configs = new ArrayList<>();
        for (DescribedConfig config :
                ConfigDescriptions.topicConfigs(topic.configs(), image.defaults())) {
            configs.add(
                    new CreatableTopicConfigs()
                            .setName(config.name())
                            .setValue(config.value())
                            .setReadOnly(config.readOnly())
                            .setConfigSource(config.source().id())
                            .setIsSensitive(config.sensitive()));
        }
        return new CreatableTopicResult()
                .setName(topic.name())
                .setTopicId(outcome.id())
                .setNumPartitions(topic.partitionCount())
                .setReplicationFactor((short) topic.replicationFactor())
                .setConfigs(configs);
    }
}
