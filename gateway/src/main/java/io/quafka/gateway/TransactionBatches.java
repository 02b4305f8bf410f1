package io.quafka.gateway;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransactionCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;

/// The APIs that ask for several transactional ids at once.
final class TransactionBatches {
    private TransactionBatches() {}

    /// Before version 4 of one id, in fields of its own: such a request has one part.
    enum AddPartitions
            implements
                    CoordinatedBatchApi.Protocol<
                            AddPartitionsToTxnRequestData,
                            AddPartitionsToTxnTransaction,
                            AddPartitionsToTxnResponseData> {
        INSTANCE;

        @Override
        public List<AddPartitionsToTxnTransaction> parts(AddPartitionsToTxnRequestData request) {
            return request.transactions().isEmpty()
                    ? List.of(
                            new AddPartitionsToTxnTransaction()
                                    .setTransactionalId(request.v3AndBelowTransactionalId()))
                    : List.copyOf(request.transactions());
        }

        @Override
        public String key(AddPartitionsToTxnTransaction part) {
            return part.transactionalId();
        }

        @Override
        public AddPartitionsToTxnRequestData request(
                AddPartitionsToTxnRequestData like, List<AddPartitionsToTxnTransaction> parts) {
            var transactions = new AddPartitionsToTxnTransactionCollection(parts.size());
            parts.forEach(part -> transactions.add(part.duplicate()));
            return new AddPartitionsToTxnRequestData().setTransactions(transactions);
        }

        @Override
        public void join(AddPartitionsToTxnResponseData into, AddPartitionsToTxnResponseData more) {
            more.resultsByTransaction()
                    .forEach(result -> into.resultsByTransaction().add(result.duplicate()));
            if (into.errorCode() == 0) {
                into.setErrorCode(more.errorCode());
            }
        }
    }

    static final KeyBatch<DescribeTransactionsRequestData, DescribeTransactionsResponseData>
            DESCRIBE =
                    new KeyBatch<>(
                            DescribeTransactionsRequestData::transactionalIds,
                            (_, ids) ->
                                    new DescribeTransactionsRequestData().setTransactionalIds(ids),
                            (into, more) -> {
                                List<DescribeTransactionsResponseData.TransactionState> all =
                                        new ArrayList<>(into.transactionStates());
                                all.addAll(more.transactionStates());
                                into.setTransactionStates(all);
                            },
                            (_, _) -> {});
}
