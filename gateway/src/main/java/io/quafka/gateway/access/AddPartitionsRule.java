package io.quafka.gateway.access;

import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import io.quafka.wire.RequestHandler;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnPartitionResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnTopicResult;
import org.apache.kafka.common.protocol.Errors;

/// AddPartitionsToTxn: WRITE of the transactional id and of each topic; if one is refused, none is
/// added. From version 4 on it is what brokers ask each other: CLUSTER_ACTION.
final class AddPartitionsRule implements Rule {
    private static final short BROKERS_VERSION = 4;

    @Override
    public CompletableFuture<KafkaResponse> apply(
            Caller caller, KafkaRequest request, RequestHandler next) {
        var asked = (AddPartitionsToTxnRequestData) request.body();
        if (request.version() >= BROKERS_VERSION) {
            return caller.cluster(AclOperation.CLUSTER_ACTION)
                    ? next.handle(request)
                    : Rule.refused(request, Errors.CLUSTER_AUTHORIZATION_FAILED);
        }
        Errors error = TransactionRules.writes(caller, asked.v3AndBelowTransactionalId());
        if (error != Errors.NONE) {
            return Rule.refused(request, error);
        }
        Set<String> refused = new HashSet<>();
        for (AddPartitionsToTxnTopic topic : asked.v3AndBelowTopics()) {
            if (!caller.topic(AclOperation.WRITE, topic.name())) {
                refused.add(topic.name());
            }
        }
        return refused.isEmpty()
                ? next.handle(request)
                : CompletableFuture.completedFuture(KafkaResponse.of(none(asked, refused)));
    }

    private static AddPartitionsToTxnResponseData none(
            AddPartitionsToTxnRequestData asked, Set<String> refused) {
        var answer = new AddPartitionsToTxnResponseData();
        for (AddPartitionsToTxnTopic topic : asked.v3AndBelowTopics()) {
            Errors error =
                    refused.contains(topic.name())
                            ? Errors.TOPIC_AUTHORIZATION_FAILED
                            : Errors.OPERATION_NOT_ATTEMPTED;
            var result = new AddPartitionsToTxnTopicResult().setName(topic.name());
            for (int partition : topic.partitions()) {
                result.resultsByPartition()
                        .add(
                                new AddPartitionsToTxnPartitionResult()
                                        .setPartitionIndex(partition)
                                        .setPartitionErrorCode(error.code()));
            }
            answer.resultsByTopicV3AndBelow().add(result);
        }
        return answer;
    }
}
