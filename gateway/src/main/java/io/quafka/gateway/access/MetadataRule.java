package io.quafka.gateway.access;

import io.quafka.controller.model.Topic;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import io.quafka.wire.RequestHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;

/// Metadata: DESCRIBE of each topic, and CREATE of those that it would make. Who asks for all
/// topics sees those that they may; who names one is refused; who gives an id is told that there is
/// no such one.
final class MetadataRule implements Rule {
    /// In version 0 an empty list of topics means all of them.
    private static final short NULL_MEANS_ALL_VERSION = 1;

    private final BooleanSupplier autoCreates;

    /// @param autoCreates whether topics are made when they are named
    MetadataRule(BooleanSupplier autoCreates) {
        this.autoCreates = autoCreates;
    }

    @Override
    public CompletableFuture<KafkaResponse> apply(
            Caller caller, KafkaRequest request, RequestHandler next) {
        var asked = (MetadataRequestData) request.body();
        boolean all =
                asked.topics() == null
                        || (asked.topics().isEmpty() && request.version() < NULL_MEANS_ALL_VERSION);
        List<MetadataResponseTopic> refused = new ArrayList<>();
        MetadataRequestData allowed = all ? asked : allowed(caller, asked, refused);
        boolean none = !all && allowed.topics().isEmpty();
        return next.handle(request.with(allowed))
                .thenApply(response -> {
                    if (response.body() instanceof MetadataResponseData answer) {
                        if (none) {
                            // What version 0 took for all of them.
                            answer.topics().clear();
                        }
                        finish(caller, asked, all, answer);
                        answer.topics().addAll(refused);
                    }
                    return response;
                });
    }

    private MetadataRequestData allowed(
            Caller caller, MetadataRequestData asked, List<MetadataResponseTopic> refused) {
        List<MetadataRequestTopic> topics = new ArrayList<>();
        for (MetadataRequestTopic topic : asked.topics()) {
            Errors error = check(caller, topic, asked.allowAutoTopicCreation());
            if (error == Errors.NONE) {
                topics.add(topic);
            } else {
                refused.add(
                        new MetadataResponseTopic()
                                .setErrorCode(error.code())
                                .setName(error == Errors.UNKNOWN_TOPIC_ID ? null : topic.name())
                                .setTopicId(topic.topicId()));
            }
        }
        return refused.isEmpty() ? asked : asked.duplicate().setTopics(topics);
    }

    private Errors check(Caller caller, MetadataRequestTopic asked, boolean mayCreate) {
        @Nullable String name = asked.name();
        if (!asked.topicId().equals(Uuid.ZERO_UUID) || name == null) {
            Topic topic = caller.image().topic(asked.topicId());
            return Rule.unless(
                    topic == null || caller.topic(AclOperation.DESCRIBE, topic.name()),
                    Errors.UNKNOWN_TOPIC_ID);
        }
        boolean creates =
                mayCreate && caller.image().topic(name) == null && autoCreates.getAsBoolean();
        return Rule.unless(
                caller.topic(AclOperation.DESCRIBE, name) && (!creates || caller.create(name)),
                Errors.TOPIC_AUTHORIZATION_FAILED);
    }

    private static void finish(
            Caller caller, MetadataRequestData asked, boolean all, MetadataResponseData answer) {
        if (all) {
            answer.topics().removeIf(topic -> !caller.topic(AclOperation.DESCRIBE, topic.name()));
        }
        if (asked.includeClusterAuthorizedOperations()) {
            answer.setClusterAuthorizedOperations(ClusterRules.operations(caller));
        }
        if (asked.includeTopicAuthorizedOperations()) {
            for (MetadataResponseTopic topic : answer.topics()) {
                if (topic.errorCode() == Errors.NONE.code()) {
                    topic.setTopicAuthorizedOperations(
                            caller.operations(ResourceType.TOPIC, topic.name()));
                }
            }
        }
    }
}
