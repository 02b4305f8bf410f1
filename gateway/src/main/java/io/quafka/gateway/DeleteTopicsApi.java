package io.quafka.gateway;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Reply;
import io.quafka.controller.model.Topic;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// DeleteTopics, by name or, from version 6 on, by id. A topic that is named twice, be it once by
/// name and once by id, is not deleted: each mention gets INVALID_REQUEST.
final class DeleteTopicsApi implements Api {
    /// First version with a list of names and ids in place of names.
    private static final short STATES_VERSION = 6;

    private final Commands commands;
    private final Metadata metadata;

    DeleteTopicsApi(Commands commands, Metadata metadata) {
        this.commands = commands;
        this.metadata = metadata;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        var data = (DeleteTopicsRequestData) request.body();
        List<DeleteTopicState> asked =
                request.version() >= STATES_VERSION ? data.topics() : named(data.topicNames());
        List<DeletableTopicResult> results = new ArrayList<>();
        List<Command.TopicRef> wanted = new ArrayList<>();
        sort(metadata.image(), asked, wanted, results);
        if (wanted.isEmpty()) {
            return CompletableFuture.completedFuture(respond(results));
        }
        return commands.submit(new Command.DeleteTopics(wanted))
                .handle((effect, failure) -> {
                    add(results, wanted, effect == null ? null : effect.reply(), failure);
                    return respond(results);
                });
    }

    private static List<DeleteTopicState> named(List<String> names) {
        List<DeleteTopicState> states = new ArrayList<>(names.size());
        names.forEach(name -> states.add(new DeleteTopicState().setName(name)));
        return states;
    }

    /// Parts what is asked into what the controller shall do and what is refused here.
    private static void sort(
            ClusterImage image,
            List<DeleteTopicState> asked,
            List<Command.TopicRef> wanted,
            List<DeletableTopicResult> refused) {
        Map<Object, Integer> mentions = new HashMap<>();
        asked.forEach(topic -> mentions.merge(identity(image, topic), 1, Integer::sum));
        for (DeleteTopicState topic : asked) {
            String name = topic.name();
            boolean byId = !topic.topicId().equals(Uuid.ZERO_UUID);
            if (name == null ? !byId : byId) {
                refused.add(
                        result(
                                name,
                                topic.topicId(),
                                Errors.INVALID_REQUEST,
                                "name a topic either by name or by id"));
            } else if (mentions.getOrDefault(identity(image, topic), 0) > 1) {
                refused.add(
                        result(
                                name,
                                topic.topicId(),
                                Errors.INVALID_REQUEST,
                                "the request names this topic twice"));
            } else {
                wanted.add(new Command.TopicRef(name, topic.topicId()));
            }
        }
    }

    private static Object identity(ClusterImage image, DeleteTopicState topic) {
        String name = topic.name();
        if (name == null) {
            return topic.topicId();
        }
        Topic known = image.topic(name);
        return known == null ? name : known.id();
    }

    private static void add(
            List<DeletableTopicResult> results,
            List<Command.TopicRef> wanted,
            Reply.@Nullable Topics reply,
            @Nullable Throwable failure) {
        for (int i = 0; i < wanted.size(); i++) {
            Command.TopicRef ref = wanted.get(i);
            if (reply == null) {
                Errors error =
                        failure == null
                                ? Errors.UNKNOWN_SERVER_ERROR
                                : Failures.ofController(failure);
                results.add(result(ref.name(), ref.id(), error, error.message()));
                continue;
            }
            Reply.TopicOutcome outcome = reply.outcomes().get(i);
            boolean unknownId = ref.name() == null && outcome.error() != Errors.NONE;
            results.add(
                    result(
                            unknownId ? null : outcome.name(),
                            outcome.error() == Errors.NONE ? outcome.id() : ref.id(),
                            outcome.error(),
                            outcome.message()));
        }
    }

    private static DeletableTopicResult result(
            @Nullable String name, Uuid id, Errors error, @Nullable String message) {
        return new DeletableTopicResult()
                .setName(name)
                .setTopicId(id)
                .setErrorCode(error.code())
                .setErrorMessage(error == Errors.NONE ? null : message);
    }

    private static KafkaResponse respond(List<DeletableTopicResult> results) {
        var answer = new DeleteTopicsResponseData();
        results.forEach(answer.responses()::add);
        return KafkaResponse.of(answer);
    }
}
