package io.quafka.gateway.access;

import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import io.quafka.wire.RequestHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;

/// DescribeTopicPartitions: DESCRIBE of each topic. All topics are those that the caller may see:
/// these are named to who answers, so that no page ends at another one's name.
final class DescribeTopicPartitionsRule implements Rule {
    @Override
    public CompletableFuture<KafkaResponse> apply(
            Caller caller, KafkaRequest request, RequestHandler next) {
        var asked = (DescribeTopicPartitionsRequestData) request.body();
        List<TopicRequest> allowed = new ArrayList<>();
        List<DescribeTopicPartitionsResponseTopic> refused = new ArrayList<>();
        if (asked.topics().isEmpty()) {
            for (String name : caller.image().topics().keySet()) {
                if (caller.topic(AclOperation.DESCRIBE, name)) {
                    allowed.add(new TopicRequest().setName(name));
                }
            }
        } else {
            for (TopicRequest topic : asked.topics()) {
                if (caller.topic(AclOperation.DESCRIBE, topic.name())) {
                    allowed.add(topic);
                } else {
                    refused.add(
                            new DescribeTopicPartitionsResponseTopic()
                                    .setName(topic.name())
                                    .setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code()));
                }
            }
        }
        if (allowed.isEmpty()) {
            var answer = new DescribeTopicPartitionsResponseData();
            refused.forEach(answer.topics()::add);
            return CompletableFuture.completedFuture(KafkaResponse.of(answer));
        }
        return next.handle(request.with(asked.duplicate().setTopics(allowed)))
                .thenApply(response -> {
                    if (response.body() instanceof DescribeTopicPartitionsResponseData answer) {
                        for (DescribeTopicPartitionsResponseTopic topic : answer.topics()) {
                            if (topic.errorCode() == Errors.NONE.code()) {
                                topic.setTopicAuthorizedOperations(
                                        caller.operations(ResourceType.TOPIC, topic.name()));
                            }
                        }
                        refused.forEach(answer.topics()::add);
                    }
                    return response;
                });
    }
}
