package io.quafka.gateway;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ClusterImage;
import io.quafka.storage.FetchReply;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// Fetch: session, plan, read, tell. What has left the storage nodes' disks is read from objects
/// here. A consumer that says which zone it is in (`client.rack`) is sent to a gateway there.
///
/// A plan with one storage node is one call that waits there; several go through [FetchFanOut].
final class FetchApi implements Api {
    /// First version that names topics by id.
    private static final short TOPIC_IDS_VERSION = 13;

    private static final Runnable NOTHING = () -> {};

    private final Metadata metadata;
    private final StorageNodes storageNodes;
    private final GatewayDirectory directory;
    private final FetchSessions sessions;
    private final HistoryReads histories;
    private final TopicAccess access;
    private final InstantSource clock;

    FetchApi(
            Metadata metadata,
            StorageNodes storageNodes,
            GatewayDirectory directory,
            FetchSessions sessions,
            HistoryReads histories,
            TopicAccess access,
            InstantSource clock) {
        this.metadata = metadata;
        this.storageNodes = storageNodes;
        this.directory = directory;
        this.sessions = sessions;
        this.histories = histories;
        this.access = access;
        this.clock = clock;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        var data = (FetchRequestData) request.body();
        boolean byId = request.version() >= TOPIC_IDS_VERSION;
        return switch (sessions.begin(data, byId)) {
            case FetchContext.Refused(Errors error) ->
                    CompletableFuture.completedFuture(refused(error, 0));
            case FetchContext.Sessionless(List<FetchedPartition> partitions) ->
                    read(request, partitions).thenApply(answers -> respond(answers, () -> 0));
            case FetchContext.Opening(List<FetchedPartition> partitions, boolean _) ->
                    read(request, partitions).thenApply(answers -> open(answers, partitions, byId));
            case FetchContext.Incremental(
                            FetchSession session,
                            int epoch,
                            List<FetchedPartition> partitions) ->
                    read(request, partitions)
                            .thenApply(answers -> tellNews(answers, session, epoch));
        };
    }

    private CompletableFuture<FetchedAnswers> read(
            KafkaRequest request, List<FetchedPartition> partitions) {
        return readLocal(request, partitions).thenCompose(histories::complete);
    }

    private CompletableFuture<FetchedAnswers> readLocal(
            KafkaRequest request, List<FetchedPartition> partitions) {
        var data = (FetchRequestData) request.body();
        ClusterImage image = metadata.image();
        LiveGateways gateways = directory.at(image);
        FetchPlan.Nearer nearer =
                (shard, topicId, partition) ->
                        directory.nearer(gateways, data.rackId(), shard, topicId, partition);
        FetchPlan plan =
                FetchPlan.of(image, storageNodes, nearer, access.readable(request), partitions);
        return switch (plan.parts().size()) {
            case 0 ->
                    CompletableFuture.completedFuture(
                            new FetchedAnswers(partitions, plan.newAnswers(), NOTHING));
            case 1 -> readOne(data, plan, plan.parts().iterator().next());
            default -> new FetchFanOut(data, plan, clock).run();
        };
    }

    private static CompletableFuture<FetchedAnswers> readOne(
            FetchRequestData data, FetchPlan plan, FetchPlan.Part part) {
        int maxWaitMs = plan.anyAtOnce() ? 0 : data.maxWaitMs();
        return part.node
                .fetch(part.request(data, maxWaitMs, data.minBytes(), data.maxBytes()))
                .handle((reply, failure) -> collect(plan, part, reply, failure));
    }

    private static FetchedAnswers collect(
            FetchPlan plan,
            FetchPlan.Part part,
            @Nullable FetchReply reply,
            @Nullable Throwable failure) {
        @Nullable PartitionData[] answers = plan.newAnswers();
        if (reply == null) {
            Errors error = failure == null ? Errors.UNKNOWN_SERVER_ERROR : Failures.ofRead(failure);
            for (int slot : part.slots()) {
                answers[slot] =
                        FetchedAnswers.refused(plan.partitions().get(slot).key.partition(), error);
            }
            return new FetchedAnswers(plan.partitions(), answers, NOTHING);
        }
        return releasingOnFailure(
                reply.release(),
                () -> {
                    part.place(reply.data(), answers);
                    return new FetchedAnswers(plan.partitions(), answers, reply.release());
                });
    }

    private KafkaResponse open(
            FetchedAnswers answers, List<FetchedPartition> partitions, boolean byId) {
        return respond(
                answers,
                () -> {
                    answers.keepIf((partition, answer) -> {
                        partition.tell(answer);
                        return true;
                    });
                    return sessions.open(byId, partitions);
                });
    }

    private static KafkaResponse tellNews(FetchedAnswers answers, FetchSession session, int epoch) {
        if (!session.tell(epoch, answers)) {
            answers.release().run();
            return refused(Errors.INVALID_FETCH_SESSION_EPOCH, session.id());
        }
        return respond(answers, session::id);
    }

    private static KafkaResponse respond(FetchedAnswers answers, IntSupplier sessionId) {
        return releasingOnFailure(
                answers.release(),
                () -> {
                    int id = sessionId.getAsInt();
                    return KafkaResponse.of(
                            answers.toResponse().setSessionId(id), answers.release());
                });
    }

    private static KafkaResponse refused(Errors error, int sessionId) {
        return KafkaResponse.of(
                new FetchResponseData().setErrorCode(error.code()).setSessionId(sessionId));
    }

    /// Once the answers are with the caller, the memory is the caller's to give back; before, a
    /// failure must not keep it.
    private static <T> T releasingOnFailure(Runnable release, Supplier<T> action) {
        try {
            return action.get();
        } catch (RuntimeException e) {
            release.run();
            throw e;
        }
    }
}
