package io.quafka.gateway;

import io.quafka.controller.Metadata;
import java.util.Map;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.protocol.ApiKeys;

/// The APIs of transactions. The gateway keeps nothing of a transaction: it asks the coordinator of
/// the transactional id, and for offsets that of the group.
final class TransactionApis {
    private TransactionApis() {}

    static void register(
            Map<ApiKeys, Api> apis,
            Metadata metadata,
            StorageNodes storageNodes,
            LeaderCalls leaders,
            TopicCreator topics) {
        var route =
                new CoordinatorRoute(metadata, storageNodes, Topic.TRANSACTION_STATE_TOPIC_NAME);
        var groups = new CoordinatorRoute(metadata, storageNodes, Topic.GROUP_METADATA_TOPIC_NAME);
        apis.put(
                ApiKeys.ADD_PARTITIONS_TO_TXN,
                new CoordinatedBatchApi<>(
                        route,
                        AddPartitionsToTxnRequestData.class,
                        AddPartitionsToTxnResponseData.class,
                        TransactionBatches.AddPartitions.INSTANCE));
        apis.put(
                ApiKeys.ADD_OFFSETS_TO_TXN,
                new AddOffsetsApi(
                        metadata,
                        topics,
                        CoordinatedApi.of(
                                route,
                                AddOffsetsToTxnRequestData.class,
                                AddOffsetsToTxnRequestData::transactionalId)));
        apis.put(
                ApiKeys.END_TXN,
                CoordinatedApi.of(
                        route, EndTxnRequestData.class, EndTxnRequestData::transactionalId));
        apis.put(
                ApiKeys.TXN_OFFSET_COMMIT,
                CoordinatedApi.of(
                        groups,
                        TxnOffsetCommitRequestData.class,
                        TxnOffsetCommitRequestData::groupId));
        apis.put(
                ApiKeys.DESCRIBE_TRANSACTIONS,
                new CoordinatedBatchApi<>(
                        route,
                        DescribeTransactionsRequestData.class,
                        DescribeTransactionsResponseData.class,
                        TransactionBatches.DESCRIBE));
        apis.put(ApiKeys.WRITE_TXN_MARKERS, new WriteTxnMarkersApi(leaders));
    }
}
