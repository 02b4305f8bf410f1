package io.quafka.storage.coordinator;

import io.quafka.storage.CoordinatorCall;
import io.quafka.storage.transaction.Transaction;
import io.quafka.storage.transaction.TransactionRules;
import io.quafka.storage.transaction.TransactionRules.Producer;
import io.quafka.storage.transaction.TransactionStatus;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnPartitionResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnTopicResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnTopicResultCollection;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// AddPartitionsToTxn: of one transaction from clients, before version 4; of several from storage
/// nodes, which also use it to ask only.
final class PartitionAdditions {
    private static final short BATCHED_VERSION = 4;

    private final Transactions transactions;

    PartitionAdditions(Transactions transactions) {
        this.transactions = transactions;
    }

    CompletableFuture<? extends ApiMessage> add(
            CoordinatorCall call, AddPartitionsToTxnRequestData asked) {
        return call.version() >= BATCHED_VERSION ? several(asked) : one(call, asked);
    }

    private CompletableFuture<ApiMessage> one(
            CoordinatorCall call, AddPartitionsToTxnRequestData asked) {
        String id = asked.v3AndBelowTransactionalId();
        Set<TopicPartition> partitions = partitions(asked.v3AndBelowTopics());
        if (id.isEmpty()) {
            return CompletableFuture.completedFuture(call.refuse(Errors.INVALID_REQUEST));
        }
        Producer producer =
                new Producer(asked.v3AndBelowProducerId(), asked.v3AndBelowProducerEpoch());
        return join(id, producer, partitions, TransactionRequests.EPOCH_KEPT)
                .thenApply(error ->
                        new AddPartitionsToTxnResponseData()
                                .setResultsByTopicV3AndBelow(
                                        results(
                                                partitions,
                                                _ -> TransactionRequests.told(call, error))));
    }

    private CompletableFuture<Errors> join(
            String id, Producer producer, Set<TopicPartition> partitions, int version) {
        return transactions
                .decide(
                        id,
                        (known, _, now) ->
                                TransactionRules.add(known, producer, partitions, version, now))
                .thenApply(TransactionShard.Outcome::error);
    }

    private CompletableFuture<ApiMessage> several(AddPartitionsToTxnRequestData asked) {
        AddPartitionsToTxnResponseData answer = new AddPartitionsToTxnResponseData();
        List<CompletableFuture<AddPartitionsToTxnResult>> results = new ArrayList<>();
        for (AddPartitionsToTxnTransaction transaction : asked.transactions()) {
            results.add(ofSeveral(transaction));
        }
        return CompletableFuture.allOf(results.toArray(CompletableFuture[]::new))
                .thenApply(_ -> {
                    results.forEach(result -> answer.resultsByTransaction().add(result.join()));
                    return answer;
                });
    }

    private CompletableFuture<AddPartitionsToTxnResult> ofSeveral(
            AddPartitionsToTxnTransaction asked) {
        Set<TopicPartition> partitions = partitions(asked.topics());
        CompletableFuture<Function<TopicPartition, Errors>> answered;
        if (asked.transactionalId().isEmpty()) {
            answered = CompletableFuture.completedFuture(_ -> Errors.INVALID_REQUEST);
        } else if (asked.verifyOnly()) {
            answered = verify(asked);
        } else {
            answered =
                    join(
                                    asked.transactionalId(),
                                    new Producer(asked.producerId(), asked.producerEpoch()),
                                    partitions,
                                    TransactionRequests.EPOCH_EACH)
                            .thenApply(error -> _ -> error);
        }
        return answered.exceptionally(
                        failure -> {
                            Errors error = error(failure);
                            return _ -> error;
                        })
                .thenApply(errors ->
                        new AddPartitionsToTxnResult()
                                .setTransactionalId(asked.transactionalId())
                                .setTopicResults(results(partitions, errors)));
    }

    private static Errors error(Throwable failure) {
        Throwable cause = failure.getCause();
        return Errors.forException(
                failure instanceof CompletionException && cause != null ? cause : failure);
    }

    private CompletableFuture<Function<TopicPartition, Errors>> verify(
            AddPartitionsToTxnTransaction asked) {
        Producer producer = new Producer(asked.producerId(), asked.producerEpoch());
        return transactions
                .read(asked.transactionalId())
                .thenApply(found -> {
                    Transaction known = found.get();
                    return partition -> verified(known, producer, partition);
                });
    }

    private static Errors verified(
            @Nullable Transaction known, Producer producer, TopicPartition partition) {
        Errors error = TransactionRules.check(known, producer);
        if (error != Errors.NONE || known == null) {
            return error;
        }
        return known.status() == TransactionStatus.ONGOING && known.partitions().contains(partition)
                ? Errors.NONE
                : Errors.TRANSACTION_ABORTABLE;
    }

    private static Set<TopicPartition> partitions(Iterable<AddPartitionsToTxnTopic> topics) {
        Set<TopicPartition> partitions = new HashSet<>();
        for (AddPartitionsToTxnTopic topic : topics) {
            topic.partitions()
                    .forEach(index -> partitions.add(new TopicPartition(topic.name(), index)));
        }
        return partitions;
    }

    private static AddPartitionsToTxnTopicResultCollection results(
            Set<TopicPartition> partitions, Function<TopicPartition, Errors> errors) {
        AddPartitionsToTxnTopicResultCollection results =
                new AddPartitionsToTxnTopicResultCollection();
        for (TopicPartition partition : partitions) {
            AddPartitionsToTxnTopicResult topic = results.find(partition.topic());
            if (topic == null) {
                topic = new AddPartitionsToTxnTopicResult().setName(partition.topic());
                results.add(topic);
            }
            topic.resultsByPartition()
                    .add(
                            new AddPartitionsToTxnPartitionResult()
                                    .setPartitionIndex(partition.partition())
                                    .setPartitionErrorCode(errors.apply(partition).code()));
        }
        return results;
    }
}
