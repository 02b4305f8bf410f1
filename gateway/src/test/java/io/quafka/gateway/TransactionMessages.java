package io.quafka.gateway;

import java.util.List;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransactionCollection;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarkerTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;

/// A request of every transaction API, at any version.
final class TransactionMessages {
    private static final String ID = "txn";
    private static final short BATCHED_VERSION = 4;

    private TransactionMessages() {}

    /// Null for what is no transaction's API.
    static @Nullable ApiMessage request(ApiKeys key, short version, String name) {
        return switch (key) {
            case ADD_PARTITIONS_TO_TXN -> addPartitions(version, name);
            case ADD_OFFSETS_TO_TXN ->
                    new AddOffsetsToTxnRequestData().setTransactionalId(ID).setGroupId("group");
            case END_TXN -> new EndTxnRequestData().setTransactionalId(ID);
            case TXN_OFFSET_COMMIT ->
                    new TxnOffsetCommitRequestData()
                            .setTransactionalId(ID)
                            .setGroupId("group")
                            .setTopics(
                                    List.of(
                                            new TxnOffsetCommitRequestTopic()
                                                    .setName(name)
                                                    .setPartitions(
                                                            List.of(
                                                                    new TxnOffsetCommitRequestPartition()))));
            case DESCRIBE_TRANSACTIONS ->
                    new DescribeTransactionsRequestData().setTransactionalIds(List.of(ID, "other"));
            case LIST_TRANSACTIONS -> new ListTransactionsRequestData();
            case WRITE_TXN_MARKERS ->
                    new WriteTxnMarkersRequestData()
                            .setMarkers(
                                    List.of(
                                            new WritableTxnMarker()
                                                    .setTopics(
                                                            List.of(
                                                                    new WritableTxnMarkerTopic()
                                                                            .setName(name)
                                                                            .setPartitionIndexes(
                                                                                    List.of(
                                                                                            0,
                                                                                            9))))));
            default -> null;
        };
    }

    private static ApiMessage addPartitions(short version, String name) {
        var topics =
                new AddPartitionsToTxnTopicCollection(
                        List.of(
                                        new AddPartitionsToTxnTopic()
                                                .setName(name)
                                                .setPartitions(List.of(0)))
                                .iterator());
        return version < BATCHED_VERSION
                ? new AddPartitionsToTxnRequestData()
                        .setV3AndBelowTransactionalId(ID)
                        .setV3AndBelowTopics(topics)
                : new AddPartitionsToTxnRequestData()
                        .setTransactions(
                                new AddPartitionsToTxnTransactionCollection(
                                        List.of(
                                                        new AddPartitionsToTxnTransaction()
                                                                .setTransactionalId(ID)
                                                                .setTopics(topics))
                                                .iterator()));
    }
}
