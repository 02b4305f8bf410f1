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

    enum Describe
            implements
                    CoordinatedBatchApi.Protocol<
                            DescribeTransactionsRequestData,
                            String,
                            DescribeTransactionsResponseData> {
        INSTANCE;

        @Override
        public List<String> parts(DescribeTransactionsRequestData request) {
            return request.transactionalIds();
        }

        @Override
        public String key(String part) {
            return part;
        }

        @Override
        public DescribeTransactionsRequestData request(
                DescribeTransactionsRequestData like, List<String> parts) {
            return new DescribeTransactionsRequestData().setTransactionalIds(parts);
        }

        @Override
        public void join(
                DescribeTransactionsResponseData into, DescribeTransactionsResponseData more) {
            List<DescribeTransactionsResponseData.TransactionState> all =
                    new ArrayList<>(into.transactionStates());
            all.addAll(more.transactionStates());
            into.setTransactionStates(all);
        }
    }
}
