package io.quafka.gateway.access;

import io.quafka.controller.model.Topic;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import io.quafka.wire.RequestHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// DeleteTopics: DELETE of each topic. Who asks by an id and may not even DESCRIBE the topic is not
/// told its name.
final class DeleteTopicsRule implements Rule {
    private static final short STATES_VERSION = 6;

    @Override
    public CompletableFuture<KafkaResponse> apply(
            Caller caller, KafkaRequest request, RequestHandler next) {
        DeleteTopicsRequestData asked = ((DeleteTopicsRequestData) request.body()).duplicate();
        List<DeletableTopicResult> refused = new ArrayList<>();
        boolean states = request.version() >= STATES_VERSION;
        int parts = states ? asked.topics().size() : asked.topicNames().size();
        if (states) {
            asked.topics().removeIf(topic -> refuse(caller, topic, refused));
        } else {
            asked.topicNames()
                    .removeIf(
                            name -> refuse(caller, new DeleteTopicState().setName(name), refused));
        }
        if (refused.isEmpty()) {
            return next.handle(request);
        }
        if (refused.size() == parts) {
            var answer = new DeleteTopicsResponseData();
            answer.responses().addAll(refused);
            return CompletableFuture.completedFuture(KafkaResponse.of(answer));
        }
        return next.handle(request.with(asked))
                .thenApply(response -> {
                    if (response.body() instanceof DeleteTopicsResponseData answer) {
                        answer.responses().addAll(refused);
                    }
                    return response;
                });
    }

    private static boolean refuse(
            Caller caller, DeleteTopicState asked, List<DeletableTopicResult> refused) {
        @Nullable String name = asked.name();
        @Nullable String told = name;
        if (name == null) {
            Topic topic = caller.image().topic(asked.topicId());
            if (topic == null) {
                return false;
            }
            name = topic.name();
            told = caller.topic(AclOperation.DESCRIBE, name) ? name : null;
        }
        if (caller.topic(AclOperation.DELETE, name)) {
            return false;
        }
        refused.add(
                new DeletableTopicResult()
                        .setName(told)
                        .setTopicId(asked.name() == null ? asked.topicId() : Uuid.ZERO_UUID)
                        .setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code())
                        .setErrorMessage(Errors.TOPIC_AUTHORIZATION_FAILED.message()));
        return true;
    }
}
