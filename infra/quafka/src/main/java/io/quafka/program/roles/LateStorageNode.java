package io.quafka.program.roles;

import io.quafka.storage.CoordinatorCall;
import io.quafka.storage.FetchReply;
import io.quafka.storage.StorageNode;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;

/// A storage node that is opened after the port that serves it was bound. Nobody may call it before
/// it has become one.
final class LateStorageNode implements StorageNode {
    private volatile @Nullable StorageNode node;

    void become(StorageNode opened) {
        node = opened;
    }

    private StorageNode node() {
        StorageNode opened = node;
        if (opened == null) {
            throw new IllegalStateException("called before the storage node was opened");
        }
        return opened;
    }

    @Override
    public CompletableFuture<ProduceResponseData> produce(ProduceRequestData request) {
        return node().produce(request);
    }

    @Override
    public CompletableFuture<FetchReply> fetch(FetchRequestData request) {
        return node().fetch(request);
    }

    @Override
    public CompletableFuture<ListOffsetsResponseData> listOffsets(ListOffsetsRequestData request) {
        return node().listOffsets(request);
    }

    @Override
    public CompletableFuture<OffsetForLeaderEpochResponseData> offsetForLeaderEpoch(
            OffsetForLeaderEpochRequestData request) {
        return node().offsetForLeaderEpoch(request);
    }

    @Override
    public CompletableFuture<DeleteRecordsResponseData> deleteRecords(
            DeleteRecordsRequestData request) {
        return node().deleteRecords(request);
    }

    @Override
    public CompletableFuture<DescribeProducersResponseData> describeProducers(
            DescribeProducersRequestData request) {
        return node().describeProducers(request);
    }

    @Override
    public CompletableFuture<WriteTxnMarkersResponseData> writeTxnMarkers(
            WriteTxnMarkersRequestData request) {
        return node().writeTxnMarkers(request);
    }

    @Override
    public CompletableFuture<DescribeLogDirsResponseData> describeLogDirs(
            DescribeLogDirsRequestData request) {
        return node().describeLogDirs(request);
    }

    @Override
    public CompletableFuture<ApiMessage> coordinate(CoordinatorCall call) {
        return node().coordinate(call);
    }
}
