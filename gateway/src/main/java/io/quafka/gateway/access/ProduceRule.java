package io.quafka.gateway.access;

import io.quafka.gateway.BatchPeek;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import io.quafka.wire.RequestHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/// Produce: WRITE of each topic, and of the transactional id where records are transactional. What
/// is allowed goes on as it is; where nothing is refused, nothing is copied.
final class ProduceRule implements Rule {
    private static final int NO_OFFSET = -1;

    @Override
    public CompletableFuture<KafkaResponse> apply(
            Caller caller, KafkaRequest request, RequestHandler next) {
        var asked = (ProduceRequestData) request.body();
        if (!mayTransact(caller, asked)) {
            List<TopicProduceData> all = List.copyOf(asked.topicData());
            return CompletableFuture.completedFuture(
                    alone(asked, all, Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED));
        }
        List<TopicProduceData> refused = List.of();
        for (TopicProduceData topic : asked.topicData()) {
            if (!caller.topic(AclOperation.WRITE, topic.name(), topic.topicId())) {
                refused = refused.isEmpty() ? new ArrayList<>() : refused;
                refused.add(topic);
            }
        }
        if (refused.isEmpty()) {
            return next.handle(request);
        }
        if (refused.size() == asked.topicData().size()) {
            return CompletableFuture.completedFuture(
                    alone(asked, refused, Errors.TOPIC_AUTHORIZATION_FAILED));
        }
        List<TopicProduceData> these = refused;
        these.forEach(asked.topicData()::remove);
        return next.handle(request).thenApply(response -> beside(response, these));
    }

    private static boolean mayTransact(Caller caller, ProduceRequestData asked) {
        String id = asked.transactionalId();
        return id == null ? !transactional(asked) : caller.transaction(AclOperation.WRITE, id);
    }

    /// Records of a transaction need its id, whoever forgets to say it.
    private static boolean transactional(ProduceRequestData asked) {
        for (TopicProduceData topic : asked.topicData()) {
            for (PartitionProduceData partition : topic.partitionData()) {
                if (partition.records() instanceof MemoryRecords records
                        && BatchPeek.isTransactional(records.buffer())) {
                    return true;
                }
            }
        }
        return false;
    }

    /// A producer that wants no answer is told by the end of its connection, as of any failure.
    private static KafkaResponse alone(
            ProduceRequestData asked, List<TopicProduceData> topics, Errors error) {
        if (asked.acks() == 0) {
            return KafkaResponse.close();
        }
        var answer = new ProduceResponseData();
        refuse(answer, topics, error);
        return KafkaResponse.of(answer);
    }

    private static KafkaResponse beside(KafkaResponse response, List<TopicProduceData> refused) {
        if (response.body() instanceof ProduceResponseData answer) {
            refuse(answer, refused, Errors.TOPIC_AUTHORIZATION_FAILED);
            return response;
        }
        return KafkaResponse.close();
    }

    private static void refuse(
            ProduceResponseData answer, List<TopicProduceData> topics, Errors error) {
        for (TopicProduceData topic : topics) {
            List<PartitionProduceResponse> partitions = new ArrayList<>();
            for (PartitionProduceData partition : topic.partitionData()) {
                partitions.add(
                        new PartitionProduceResponse()
                                .setIndex(partition.index())
                                .setErrorCode(error.code())
                                .setErrorMessage(error.message())
                                .setBaseOffset(NO_OFFSET));
            }
            answer.responses()
                    .add(
                            new TopicProduceResponse()
                                    .setName(topic.name())
                                    .setTopicId(topic.topicId())
                                    .setPartitionResponses(partitions));
        }
    }
}
