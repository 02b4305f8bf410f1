package io.quafka.storage.remote;

import io.quafka.storage.CoordinatorCall;
import io.quafka.storage.StorageNode;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import io.quafka.wire.RequestHandler;
import io.quafka.wire.SupportedApis;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.EnvelopeRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/// Serves a [StorageNode] to [RemoteStorageNode]s.
///
/// To be hosted with [io.quafka.wire.ServerLimits#forPeers()], so that a fetch that waits holds no
/// produce up. Not for Kafka's clients: Produce is answered whatever its `acks` say, and topics
/// that are named, not identified, are unknown to the node.
public final class StorageRequestHandler implements RequestHandler {
    private static final Set<ApiKeys> APIS =
            Collections.unmodifiableSet(
                    EnumSet.of(
                            ApiKeys.API_VERSIONS,
                            ApiKeys.PRODUCE,
                            ApiKeys.FETCH,
                            ApiKeys.LIST_OFFSETS,
                            ApiKeys.OFFSET_FOR_LEADER_EPOCH,
                            ApiKeys.DELETE_RECORDS,
                            ApiKeys.DESCRIBE_PRODUCERS,
                            ApiKeys.WRITE_TXN_MARKERS,
                            ApiKeys.DESCRIBE_LOG_DIRS,
                            ApiKeys.ENVELOPE));

    /// A member that waits longer for the others is told to ask again: less than a peer's patience.
    private static final Duration REBALANCE_WAIT_MAX = Duration.ofSeconds(30);

    private final StorageNode node;

    public StorageRequestHandler(StorageNode node) {
        this.node = node;
    }

    @Override
    public Set<ApiKeys> apis() {
        return APIS;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        return switch (request.body()) {
            case ProduceRequestData produce -> answer(node.produce(produce));
            case FetchRequestData fetch ->
                    node.fetch(fetch)
                            .thenApply(reply -> KafkaResponse.of(reply.data(), reply.release()));
            case ListOffsetsRequestData list -> answer(node.listOffsets(list));
            case OffsetForLeaderEpochRequestData epochs ->
                    answer(node.offsetForLeaderEpoch(epochs));
            case DeleteRecordsRequestData delete -> answer(node.deleteRecords(delete));
            case DescribeProducersRequestData producers ->
                    answer(node.describeProducers(producers));
            case WriteTxnMarkersRequestData markers -> answer(node.writeTxnMarkers(markers));
            case DescribeLogDirsRequestData dirs -> answer(node.describeLogDirs(dirs));
            case EnvelopeRequestData envelope -> coordinate(Envelopes.call(envelope));
            case ApiVersionsRequestData _ ->
                    CompletableFuture.completedFuture(
                            KafkaResponse.of(SupportedApis.response(APIS)));
            default -> throw new IllegalStateException(request.apiKey() + " is not served");
        };
    }

    private CompletableFuture<KafkaResponse> coordinate(CoordinatorCall call) {
        CompletableFuture<ApiMessage> answered = node.coordinate(call);
        if (call.api() == ApiKeys.JOIN_GROUP || call.api() == ApiKeys.SYNC_GROUP) {
            answered =
                    answered.copy()
                            .orTimeout(REBALANCE_WAIT_MAX.toSeconds(), TimeUnit.SECONDS)
                            .exceptionally(_ -> call.refuse(Errors.REBALANCE_IN_PROGRESS));
        }
        return answered.thenApply(answer -> KafkaResponse.of(Envelopes.response(call, answer)));
    }

    private static CompletableFuture<KafkaResponse> answer(
            CompletableFuture<? extends ApiMessage> future) {
        return future.thenApply(KafkaResponse::of);
    }
}
