package io.quafka.storage.remote;

import io.quafka.storage.FetchReply;
import io.quafka.storage.StorageNode;
import io.quafka.wire.KafkaPeer;
import io.quafka.wire.PeerReply;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/// A storage node in another process, which serves its [StorageRequestHandler] on a port of its
/// own.
///
/// Messages go at their latest stable versions: gateways and storage nodes are upgraded together.
/// Futures fail with [io.quafka.wire.PeerUnavailableException] when the node cannot be reached or
/// is lost; a produce that failed so may have happened. They complete on the connection's thread:
/// what depends on them must not block.
public final class RemoteStorageNode implements StorageNode, AutoCloseable {
    private final KafkaPeer peer;

    /// @param peer the node's storage port; closed with this
    public RemoteStorageNode(KafkaPeer peer) {
        this.peer = peer;
    }

    /// With `acks=0` too the node answers, once it has the batches: the caller's buffers are needed
    /// until then.
    @Override
    public CompletableFuture<ProduceResponseData> produce(ProduceRequestData request) {
        return call(ApiKeys.PRODUCE, request, ProduceResponseData.class);
    }

    @Override
    public CompletableFuture<FetchReply> fetch(FetchRequestData request) {
        return call(
                ApiKeys.FETCH,
                request,
                reply -> new FetchReply((FetchResponseData) reply.body(), reply.release()));
    }

    @Override
    public CompletableFuture<ListOffsetsResponseData> listOffsets(ListOffsetsRequestData request) {
        return call(ApiKeys.LIST_OFFSETS, request, ListOffsetsResponseData.class);
    }

    @Override
    public CompletableFuture<OffsetForLeaderEpochResponseData> offsetForLeaderEpoch(
            OffsetForLeaderEpochRequestData request) {
        return call(
                ApiKeys.OFFSET_FOR_LEADER_EPOCH, request, OffsetForLeaderEpochResponseData.class);
    }

    @Override
    public CompletableFuture<DeleteRecordsResponseData> deleteRecords(
            DeleteRecordsRequestData request) {
        return call(ApiKeys.DELETE_RECORDS, request, DeleteRecordsResponseData.class);
    }

    @Override
    public CompletableFuture<DescribeProducersResponseData> describeProducers(
            DescribeProducersRequestData request) {
        return call(ApiKeys.DESCRIBE_PRODUCERS, request, DescribeProducersResponseData.class);
    }

    @Override
    public CompletableFuture<DescribeLogDirsResponseData> describeLogDirs(
            DescribeLogDirsRequestData request) {
        return call(ApiKeys.DESCRIBE_LOG_DIRS, request, DescribeLogDirsResponseData.class);
    }

    /// Loses the connection; requests in flight fail, and so does every later one.
    @Override
    public void close() {
        peer.close();
    }

    private <T extends ApiMessage> CompletableFuture<T> call(
            ApiKeys api, ApiMessage request, Class<T> type) {
        return call(
                api,
                request,
                reply -> {
                    reply.release().run();
                    return type.cast(reply.body());
                });
    }

    /// A caller that gave up on its future does not keep the answer's memory.
    private <T> CompletableFuture<T> call(
            ApiKeys api, ApiMessage request, Function<PeerReply, T> answer) {
        CompletableFuture<T> result = new CompletableFuture<>();
        peer.send(api, api.latestVersion(false), request)
                .whenComplete((reply, error) -> {
                    if (error != null) {
                        result.completeExceptionally(error);
                    } else if (result.isDone() || !result.complete(answer.apply(reply))) {
                        reply.release().run();
                    }
                });
        return result;
    }
}
