package io.quafka.storage.remote;

import io.quafka.storage.CoordinatorCall;
import io.quafka.storage.FetchReply;
import io.quafka.storage.StorageNode;
import io.quafka.wire.KafkaPeer;
import io.quafka.wire.PeerReply;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.EnvelopeResponseData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;
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
    private final KafkaPeer fetches;
    private final AnswerMemory memory;

    /// @param peer the node's storage port; closed with this
    /// @param fetches the same port over a connection of its own, with `memory`'s pool: an answer
    ///   for which there is no room holds up no produce; closed with this
    public RemoteStorageNode(KafkaPeer peer, KafkaPeer fetches, AnswerMemory memory) {
        this.peer = peer;
        this.fetches = fetches;
        this.memory = memory;
    }

    /// With `acks=0` too the node answers, once it has the batches: the caller's buffers are needed
    /// until then.
    @Override
    public CompletableFuture<ProduceResponseData> produce(ProduceRequestData request) {
        return call(ApiKeys.PRODUCE, request, ProduceResponseData.class);
    }

    /// Lowers the request's `maxBytes`, in place, to what [AnswerMemory] promises.
    @Override
    public CompletableFuture<FetchReply> fetch(FetchRequestData request) {
        int promised = memory.promise(request.maxBytes());
        request.setMaxBytes(promised);
        return call(
                sendFetch(request, promised),
                reply -> new FetchReply((FetchResponseData) reply.body(), reply.release()));
    }

    private CompletableFuture<PeerReply> sendFetch(FetchRequestData request, int promised) {
        short version = ApiKeys.FETCH.latestVersion(false);
        return fetches.send(ApiKeys.FETCH, version, request)
                .whenComplete((_, _) -> memory.settle(promised));
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
    public CompletableFuture<WriteTxnMarkersResponseData> writeTxnMarkers(
            WriteTxnMarkersRequestData request) {
        return call(ApiKeys.WRITE_TXN_MARKERS, request, WriteTxnMarkersResponseData.class);
    }

    @Override
    public CompletableFuture<DescribeLogDirsResponseData> describeLogDirs(
            DescribeLogDirsRequestData request) {
        return call(ApiKeys.DESCRIBE_LOG_DIRS, request, DescribeLogDirsResponseData.class);
    }

    @Override
    public CompletableFuture<ApiMessage> coordinate(CoordinatorCall call) {
        return this.<ApiMessage>call(
                send(ApiKeys.ENVELOPE, Envelopes.request(call)),
                reply -> {
                    try {
                        return Envelopes.answer(call, (EnvelopeResponseData) reply.body());
                    } finally {
                        reply.release().run();
                    }
                });
    }

    /// The controller takes the node for gone: who waits for it for longer than this is not to wait
    /// on. See [KafkaPeer#loseIfWaiting].
    public void loseIfWaiting(Duration longer) {
        peer.loseIfWaiting(longer);
        fetches.loseIfWaiting(longer);
    }

    /// Loses the connection; requests in flight fail, and so does every later one.
    @Override
    public void close() {
        peer.close();
        fetches.close();
    }

    private <T extends ApiMessage> CompletableFuture<T> call(
            ApiKeys api, ApiMessage request, Class<T> type) {
        return call(
                send(api, request),
                reply -> {
                    reply.release().run();
                    return type.cast(reply.body());
                });
    }

    private CompletableFuture<PeerReply> send(ApiKeys api, ApiMessage request) {
        return peer.send(api, api.latestVersion(false), request);
    }

    /// A caller that gave up on its future does not keep the answer's memory.
    private <T> CompletableFuture<T> call(
            CompletableFuture<PeerReply> sent, Function<PeerReply, T> answer) {
        CompletableFuture<T> result = new CompletableFuture<>();
        sent.whenComplete((reply, error) -> {
            if (error != null) {
                result.completeExceptionally(error);
            } else if (result.isDone() || !result.complete(answer.apply(reply))) {
                reply.release().run();
            }
        });
        return result;
    }
}
