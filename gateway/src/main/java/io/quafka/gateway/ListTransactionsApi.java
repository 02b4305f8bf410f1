package io.quafka.gateway;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ClusterImage;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.message.ListTransactionsResponseData.TransactionState;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// ListTransactions: asks every node that coordinates transactions.
///
/// Clients ask every broker they know and join the answers, some without a look at what is in them
/// twice. So each gateway lists those whose coordinator it is in FindCoordinator's answers.
final class ListTransactionsApi implements Api {
    private final Metadata metadata;
    private final GatewayDirectory directory;
    private final CoordinatorRoute route;

    ListTransactionsApi(Metadata metadata, GatewayDirectory directory, CoordinatorRoute route) {
        this.metadata = metadata;
        this.directory = directory;
        this.route = route;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        List<CompletableFuture<ApiMessage>> answers =
                route.nodes().stream()
                        .map(node ->
                                route.send(
                                        node,
                                        request,
                                        ((ListTransactionsRequestData) request.body()).duplicate()))
                        .toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(_ -> KafkaResponse.of(joined(answers)));
    }

    private ListTransactionsResponseData joined(List<CompletableFuture<ApiMessage>> answers) {
        ClusterImage image = metadata.image();
        LiveGateways gateways = directory.at(image);
        boolean known = gateways.member(directory.self()) != null;
        var topic = image.topic(Topic.TRANSACTION_STATE_TOPIC_NAME);
        var whole = new ListTransactionsResponseData();
        for (CompletableFuture<ApiMessage> answer : answers) {
            var part = (ListTransactionsResponseData) answer.join();
            if (part.errorCode() != Errors.NONE.code()) {
                return new ListTransactionsResponseData().setErrorCode(part.errorCode());
            }
            whole.setUnknownStateFilters(part.unknownStateFilters());
            for (TransactionState transaction : part.transactionStates()) {
                if (!known
                        || topic == null
                        || isMine(gateways, topic, transaction.transactionalId())) {
                    whole.transactionStates().add(transaction);
                }
            }
        }
        return whole;
    }

    private boolean isMine(
            LiveGateways gateways, io.quafka.controller.model.Topic topic, String id) {
        LiveGateways.@Nullable Member coordinator =
                gateways.leader(topic.id(), CoordinatorRoute.partition(id, topic.partitionCount()));
        return coordinator != null && coordinator.id() == directory.self();
    }
}
