package io.quafka.storage.coordinator;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.quafka.storage.transaction.Transaction;
import io.quafka.storage.transaction.TransactionStatus;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TopicData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;

/// DescribeTransactions and ListTransactions.
final class TransactionReports {
    private final Transactions transactions;
    private final Time time;

    TransactionReports(Transactions transactions, Time time) {
        this.transactions = transactions;
        this.time = time;
    }

    CompletableFuture<ApiMessage> describe(DescribeTransactionsRequestData asked) {
        List<CompletableFuture<DescribeTransactionsResponseData.TransactionState>> described =
                new ArrayList<>();
        for (String id : asked.transactionalIds()) {
            described.add(
                    id.isEmpty()
                            ? CompletableFuture.completedFuture(refused(id, Errors.INVALID_REQUEST))
                            : transactions
                                    .read(id)
                                    .thenApply(found -> describe(id, found.get()))
                                    .exceptionally(failure -> refused(id, error(failure))));
        }
        return CompletableFuture.allOf(described.toArray(CompletableFuture[]::new))
                .thenApply(_ ->
                        new DescribeTransactionsResponseData()
                                .setTransactionStates(
                                        described.stream().map(CompletableFuture::join).toList()));
    }

    private static Errors error(Throwable failure) {
        Throwable cause = failure.getCause();
        return Errors.forException(
                failure instanceof CompletionException && cause != null ? cause : failure);
    }

    private static DescribeTransactionsResponseData.TransactionState refused(
            String id, Errors error) {
        return new DescribeTransactionsResponseData.TransactionState()
                .setTransactionalId(id)
                .setErrorCode(error.code());
    }

    private static DescribeTransactionsResponseData.TransactionState describe(
            String id, @Nullable Transaction known) {
        if (known == null) {
            return refused(id, Errors.TRANSACTIONAL_ID_NOT_FOUND);
        }
        var state =
                new DescribeTransactionsResponseData.TransactionState()
                        .setTransactionalId(id)
                        .setTransactionState(known.status().text())
                        .setTransactionTimeoutMs(known.timeoutMs())
                        .setTransactionStartTimeMs(known.startMs())
                        .setProducerId(known.producerId())
                        .setProducerEpoch(known.epoch());
        for (TopicPartition partition : known.partitions()) {
            TopicData topic = state.topics().find(partition.topic());
            if (topic == null) {
                topic = new TopicData().setTopic(partition.topic());
                state.topics().add(topic);
            }
            topic.partitions().add(partition.partition());
        }
        return state;
    }

    CompletableFuture<ApiMessage> list(ListTransactionsRequestData asked) {
        ListTransactionsResponseData answer = new ListTransactionsResponseData();
        Set<TransactionStatus> statuses = EnumSet.noneOf(TransactionStatus.class);
        for (String text : asked.stateFilters()) {
            TransactionStatus status = TransactionStatus.named(text);
            if (status == null) {
                answer.unknownStateFilters().add(text);
            } else {
                statuses.add(status);
            }
        }
        Pattern pattern;
        try {
            String text = asked.transactionalIdPattern();
            pattern = text == null || text.isEmpty() ? null : Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            return CompletableFuture.completedFuture(
                    answer.setErrorCode(Errors.INVALID_REGULAR_EXPRESSION.code()));
        }
        boolean none = !asked.stateFilters().isEmpty() && statuses.isEmpty();
        Filter filter =
                new Filter(
                        statuses,
                        new HashSet<>(asked.producerIdFilters()),
                        asked.durationFilter(),
                        pattern,
                        time.milliseconds());
        return transactions
                .readAll()
                .thenApply(all -> {
                    for (Map.Entry<String, Transaction> entry : all.entrySet()) {
                        if (!none && filter.takes(entry.getKey(), entry.getValue())) {
                            answer.transactionStates().add(row(entry));
                        }
                    }
                    return answer;
                });
    }

    private static ListTransactionsResponseData.TransactionState row(
            Map.Entry<String, Transaction> entry) {
        return new ListTransactionsResponseData.TransactionState()
                .setTransactionalId(entry.getKey())
                .setProducerId(entry.getValue().producerId())
                .setTransactionState(entry.getValue().status().text());
    }

    private record Filter(
            Set<TransactionStatus> statuses,
            Set<Long> producerIds,
            long durationMs,
            @Nullable Pattern pattern,
            long nowMs) {
        boolean takes(String id, Transaction transaction) {
            return (statuses.isEmpty() || statuses.contains(transaction.status()))
                    && (producerIds.isEmpty() || producerIds.contains(transaction.producerId()))
                    && (durationMs < 0 || nowMs - transaction.startMs() > durationMs)
                    && (pattern == null || pattern.matches(id));
        }
    }
}
