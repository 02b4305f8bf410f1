package io.quafka.storage.coordinator;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ClusterImage;
import io.quafka.storage.CoordinatorCall;
import io.quafka.storage.coordinator.TransactionShard.Outcome;
import io.quafka.storage.transaction.TransactionRules;
import io.quafka.storage.transaction.TransactionRules.Producer;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddOffsetsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Utils;

/// From requests to the transactions and back: what is wrong in itself, and what older versions
/// cannot be told.
final class TransactionRequests {
    /// First version of EndTxn whose clients get their next epoch with the answer.
    private static final short EPOCHS_VERSION = 5;

    /// Version of transactions in which each has its own epoch.
    static final int EPOCH_EACH = 2;

    static final int EPOCH_KEPT = 0;

    private final Transactions transactions;
    private final Metadata metadata;
    private final PartitionAdditions additions;
    private final TransactionReports reports;

    TransactionRequests(Transactions transactions, Metadata metadata, Time time) {
        this.transactions = transactions;
        this.metadata = metadata;
        this.additions = new PartitionAdditions(transactions);
        this.reports = new TransactionReports(transactions, time);
    }

    CompletableFuture<? extends ApiMessage> handle(CoordinatorCall call) {
        return switch (call.body()) {
            case InitProducerIdRequestData init -> initialize(call, init);
            case AddPartitionsToTxnRequestData add -> additions.add(call, add);
            case AddOffsetsToTxnRequestData add -> addOffsets(call, add);
            case EndTxnRequestData end -> end(call, end);
            case DescribeTransactionsRequestData describe -> reports.describe(describe);
            case ListTransactionsRequestData list -> reports.list(list);
            default -> throw new IllegalStateException(call.api() + " is not of transactions");
        };
    }

    private CompletableFuture<? extends ApiMessage> initialize(
            CoordinatorCall call, InitProducerIdRequestData asked) {
        String id = asked.transactionalId();
        if (id == null || id.isEmpty()) {
            return refused(call, Errors.INVALID_REQUEST);
        }
        if (asked.enable2Pc()) {
            return refused(call, Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
        }
        if (asked.keepPreparedTxn()) {
            return refused(call, Errors.UNSUPPORTED_VERSION);
        }
        int timeoutMs = asked.transactionTimeoutMs();
        if (timeoutMs <= 0 || timeoutMs > transactions.config().transactionMaxTimeoutMs()) {
            return refused(call, Errors.INVALID_TRANSACTION_TIMEOUT);
        }
        Producer expected = new Producer(asked.producerId(), asked.producerEpoch());
        return transactions
                .decide(
                        id,
                        (known, freshId, now) ->
                                TransactionRules.initialize(
                                        known, timeoutMs, expected, freshId, now))
                .thenApply(outcome -> initialized(call, outcome));
    }

    private static ApiMessage initialized(CoordinatorCall call, Outcome outcome) {
        if (outcome.error() != Errors.NONE) {
            return new InitProducerIdResponseData()
                    .setErrorCode(told(call, outcome.error()).code())
                    .setProducerId(RecordBatch.NO_PRODUCER_ID)
                    .setProducerEpoch(RecordBatch.NO_PRODUCER_EPOCH);
        }
        return new InitProducerIdResponseData()
                .setProducerId(outcome.now().producerId())
                .setProducerEpoch(outcome.now().epoch());
    }

    private CompletableFuture<? extends ApiMessage> addOffsets(
            CoordinatorCall call, AddOffsetsToTxnRequestData asked) {
        ClusterImage image = metadata.image();
        var offsets = image.topic(Topic.GROUP_METADATA_TOPIC_NAME);
        if (asked.transactionalId().isEmpty()) {
            return refused(call, Errors.INVALID_REQUEST);
        }
        if (offsets == null) {
            return refused(call, Errors.COORDINATOR_NOT_AVAILABLE);
        }
        int partition = Utils.abs(asked.groupId().hashCode()) % offsets.partitionCount();
        Set<TopicPartition> added = Set.of(new TopicPartition(offsets.name(), partition));
        Producer producer = new Producer(asked.producerId(), asked.producerEpoch());
        return transactions
                .decide(
                        asked.transactionalId(),
                        (known, _, now) ->
                                TransactionRules.add(known, producer, added, EPOCH_KEPT, now))
                .thenApply(outcome ->
                        new AddOffsetsToTxnResponseData()
                                .setErrorCode(told(call, outcome.error()).code()));
    }

    private CompletableFuture<? extends ApiMessage> end(
            CoordinatorCall call, EndTxnRequestData asked) {
        if (asked.transactionalId().isEmpty()) {
            return refused(call, Errors.INVALID_REQUEST);
        }
        boolean epochs = call.version() >= EPOCHS_VERSION;
        int version = epochs ? EPOCH_EACH : EPOCH_KEPT;
        Producer producer = new Producer(asked.producerId(), asked.producerEpoch());
        return transactions
                .decide(
                        asked.transactionalId(),
                        (known, freshId, now) ->
                                TransactionRules.end(
                                        known, producer, asked.committed(), version, freshId, now))
                .thenApply(outcome -> {
                    EndTxnResponseData answer =
                            new EndTxnResponseData()
                                    .setErrorCode(told(call, outcome.error()).code());
                    if (epochs && outcome.error() == Errors.NONE) {
                        answer.setProducerId(outcome.now().producerIdAfter())
                                .setProducerEpoch(outcome.now().epochAfter());
                    }
                    return answer;
                });
    }

    private static CompletableFuture<ApiMessage> refused(CoordinatorCall call, Errors error) {
        return CompletableFuture.completedFuture(call.refuse(error));
    }

    /// Older clients know no PRODUCER_FENCED.
    static Errors told(CoordinatorCall call, Errors error) {
        boolean knowsFenced = call.version() >= (call.api() == ApiKeys.INIT_PRODUCER_ID ? 4 : 2);
        return error == Errors.PRODUCER_FENCED && !knowsFenced
                ? Errors.INVALID_PRODUCER_EPOCH
                : error;
    }
}
