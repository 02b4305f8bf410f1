package io.quafka.gateway.access;

import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import io.quafka.wire.RequestHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponsePartition;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponseTopic;
import org.apache.kafka.common.protocol.Errors;

/// OffsetDelete: DELETE of the group, READ of each topic.
final class OffsetDeleteRule implements Rule {
    @Override
    public CompletableFuture<KafkaResponse> apply(
            Caller caller, KafkaRequest request, RequestHandler next) {
        OffsetDeleteRequestData asked = ((OffsetDeleteRequestData) request.body()).duplicate();
        if (!caller.group(AclOperation.DELETE, asked.groupId())) {
            return Rule.refused(request, Errors.GROUP_AUTHORIZATION_FAILED);
        }
        List<OffsetDeleteResponseTopic> refused = new ArrayList<>();
        asked.topics()
                .removeIf(topic -> {
                    boolean allowed = caller.topic(AclOperation.READ, topic.name());
                    if (!allowed) {
                        refused.add(refused(topic));
                    }
                    return !allowed;
                });
        if (asked.topics().isEmpty() && !refused.isEmpty()) {
            var answer = new OffsetDeleteResponseData();
            answer.topics().addAll(refused);
            return CompletableFuture.completedFuture(KafkaResponse.of(answer));
        }
        return next.handle(request.with(asked))
                .thenApply(response -> {
                    if (response.body() instanceof OffsetDeleteResponseData answer) {
                        answer.topics().addAll(refused);
                    }
                    return response;
                });
    }

    private static OffsetDeleteResponseTopic refused(OffsetDeleteRequestTopic topic) {
        var answer = new OffsetDeleteResponseTopic().setName(topic.name());
        for (OffsetDeleteRequestPartition partition : topic.partitions()) {
            answer.partitions()
                    .add(
                            new OffsetDeleteResponsePartition()
                                    .setPartitionIndex(partition.partitionIndex())
                                    .setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code()));
        }
        return answer;
    }
}
