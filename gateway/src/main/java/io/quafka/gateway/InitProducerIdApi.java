package io.quafka.gateway;

import io.quafka.controller.ProducerIds;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// InitProducerId: for idempotent producers always a new id at epoch 0, as Kafka does for producers
/// without a transactional id; for others, what the coordinator of their transactional id says.
final class InitProducerIdApi implements Api {
    private static final Logger log = LoggerFactory.getLogger(InitProducerIdApi.class);

    private final ProducerIds ids;
    private final CoordinatorRoute route;

    InitProducerIdApi(ProducerIds ids, CoordinatorRoute route) {
        this.ids = ids;
        this.route = route;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        var data = (InitProducerIdRequestData) request.body();
        boolean hasId = data.producerId() != RecordBatch.NO_PRODUCER_ID;
        boolean hasEpoch = data.producerEpoch() != RecordBatch.NO_PRODUCER_EPOCH;
        if (hasId != hasEpoch) {
            return CompletableFuture.completedFuture(refused(Errors.INVALID_REQUEST));
        }
        String transactionalId = data.transactionalId();
        if (transactionalId != null) {
            return transactionalId.isEmpty()
                    ? CompletableFuture.completedFuture(refused(Errors.INVALID_REQUEST))
                    : route.send(route.nodeOf(transactionalId), request, data)
                            .thenApply(KafkaResponse::of);
        }
        return ids.next()
                .handle((id, failure) -> {
                    if (failure == null) {
                        return KafkaResponse.of(
                                new InitProducerIdResponseData()
                                        .setProducerId(id)
                                        .setProducerEpoch((short) 0));
                    }
                    log.atWarn().setCause(failure).log("no producer ids to be had");
                    return refused(Errors.COORDINATOR_LOAD_IN_PROGRESS);
                });
    }

    private static KafkaResponse refused(Errors error) {
        return KafkaResponse.of(
                new InitProducerIdResponseData()
                        .setErrorCode(error.code())
                        .setProducerId(RecordBatch.NO_PRODUCER_ID)
                        .setProducerEpoch(RecordBatch.NO_PRODUCER_EPOCH));
    }
}
