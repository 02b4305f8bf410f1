package io.quafka.gateway;

import io.quafka.controller.model.Command;
import io.quafka.controller.model.Reply;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsAssignment;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// CreatePartitions: the controller decides; a topic that is named twice is refused here.
final class CreatePartitionsApi implements Api {
    private final Commands commands;

    CreatePartitionsApi(Commands commands) {
        this.commands = commands;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        var data = (CreatePartitionsRequestData) request.body();
        Map<String, Integer> mentions = new HashMap<>();
        data.topics().forEach(topic -> mentions.merge(topic.name(), 1, Integer::sum));
        List<CreatePartitionsTopicResult> results = new ArrayList<>();
        List<Command.MorePartitions> wanted = new ArrayList<>();
        for (CreatePartitionsTopic topic : data.topics()) {
            Integer count = mentions.remove(topic.name());
            if (count != null && count == 1) {
                wanted.add(toCommand(topic));
            } else if (count != null) {
                results.add(
                        result(
                                topic.name(),
                                Errors.INVALID_REQUEST,
                                "the request names this topic twice"));
            }
        }
        if (wanted.isEmpty()) {
            return CompletableFuture.completedFuture(respond(results));
        }
        return commands.submit(new Command.CreatePartitions(wanted, data.validateOnly()))
                .handle((effect, failure) -> {
                    if (failure == null) {
                        for (Reply.TopicOutcome outcome : effect.reply().outcomes()) {
                            results.add(result(outcome.name(), outcome.error(), outcome.message()));
                        }
                    } else {
                        Errors error = Failures.ofController(failure);
                        wanted.forEach(topic ->
                                results.add(result(topic.topic(), error, error.message())));
                    }
                    return respond(results);
                });
    }

    private static Command.MorePartitions toCommand(CreatePartitionsTopic topic) {
        List<List<Integer>> assignments = new ArrayList<>();
        if (topic.assignments() != null) {
            for (CreatePartitionsAssignment assignment : topic.assignments()) {
                assignments.add(assignment.brokerIds());
            }
        }
        return new Command.MorePartitions(topic.name(), topic.count(), assignments);
    }

    private static CreatePartitionsTopicResult result(
            String name, Errors error, @Nullable String message) {
        return new CreatePartitionsTopicResult()
                .setName(name)
                .setErrorCode(error.code())
                .setErrorMessage(error == Errors.NONE ? null : message);
    }

    private static KafkaResponse respond(List<CreatePartitionsTopicResult> results) {
        return KafkaResponse.of(new CreatePartitionsResponseData().setResults(results));
    }
}
