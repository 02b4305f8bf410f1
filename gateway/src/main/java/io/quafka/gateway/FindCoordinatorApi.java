package io.quafka.gateway;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.ShardState;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;
import org.jspecify.annotations.Nullable;

/// FindCoordinator: a key belongs to a partition of `__consumer_offsets` or `__transaction_state`
/// by its hash, as in Kafka, and its coordinator's address is the gateway that Metadata names as
/// that partition's leader. The topic is made with the first key.
///
/// A coordinator is named only if this gateway's registry has the APIs that a client would call
/// there next (JoinGroup, AddPartitionsToTxn). Where it has not, the answer is UNSUPPORTED_VERSION
/// with a message: clients report it to their user at once. COORDINATOR_NOT_AVAILABLE would promise
/// that waiting helps, and a consumer would wait for ever without a word.
final class FindCoordinatorApi implements Api {
    /// First version that asks for several keys.
    private static final short BATCHED_VERSION = 4;

    private final Metadata metadata;
    private final GatewayDirectory directory;
    private final TopicCreator creator;
    private final Predicate<ApiKeys> served;

    FindCoordinatorApi(
            Metadata metadata,
            GatewayDirectory directory,
            TopicCreator creator,
            Predicate<ApiKeys> served) {
        this.metadata = metadata;
        this.directory = directory;
        this.creator = creator;
        this.served = served;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        var data = (FindCoordinatorRequestData) request.body();
        boolean batched = request.version() >= BATCHED_VERSION;
        List<String> keys = batched ? data.coordinatorKeys() : List.of(data.key());
        return find(data.keyType(), keys, ClientZone.of(request.header().clientId()))
                .thenApply(found -> KafkaResponse.of(batched ? all(found) : one(found)));
    }

    private CompletableFuture<List<Coordinator>> find(
            byte keyType, List<String> keys, @Nullable String zone) {
        String topic =
                switch (type(keyType)) {
                    case GROUP -> Topic.GROUP_METADATA_TOPIC_NAME;
                    case TRANSACTION -> Topic.TRANSACTION_STATE_TOPIC_NAME;
                    case SHARE -> Topic.SHARE_GROUP_STATE_TOPIC_NAME;
                    case null -> null;
                };
        if (topic == null) {
            return refused(keys, Errors.INVALID_REQUEST, "unknown key type " + keyType);
        }
        String missing = missing(type(keyType));
        if (missing != null) {
            return refused(keys, Errors.UNSUPPORTED_VERSION, missing);
        }
        if (metadata.image().topic(topic) != null) {
            return CompletableFuture.completedFuture(locate(topic, keys, zone));
        }
        return creator.create(topic).thenApply(_ -> locate(topic, keys, zone));
    }

    private static @Nullable CoordinatorType type(byte id) {
        for (CoordinatorType type : CoordinatorType.values()) {
            if (type.id() == id) {
                return type;
            }
        }
        return null;
    }

    private @Nullable String missing(@Nullable CoordinatorType type) {
        return switch (type) {
            case GROUP ->
                    served.test(ApiKeys.JOIN_GROUP)
                            ? null
                            : "consumer groups are not served by this cluster yet";
            case TRANSACTION ->
                    served.test(ApiKeys.ADD_PARTITIONS_TO_TXN)
                            ? null
                            : "transactions are not served by this cluster yet";
            case SHARE -> "share groups are not served by this cluster yet";
            case null -> null;
        };
    }

    private List<Coordinator> locate(String name, List<String> keys, @Nullable String zone) {
        ClusterImage image = metadata.image();
        LiveGateways gateways = directory.at(image);
        var topic = image.topic(name);
        List<Coordinator> found = new ArrayList<>(keys.size());
        for (String key : keys) {
            LiveGateways.Member gateway = null;
            if (topic != null) {
                int partition = CoordinatorRoute.partition(key, topic.partitionCount());
                ShardState shard = image.shardOf(topic, partition);
                gateway =
                        shard == null || shard.leader() == ShardState.NO_LEADER
                                ? null
                                : gateways.leader(shard, topic.id(), partition, zone);
            }
            found.add(
                    gateway == null
                            ? nowhere(
                                    key,
                                    Errors.COORDINATOR_NOT_AVAILABLE,
                                    Errors.COORDINATOR_NOT_AVAILABLE.message())
                            : new Coordinator()
                                    .setKey(key)
                                    .setNodeId(gateway.id())
                                    .setHost(gateway.host())
                                    .setPort(gateway.port()));
        }
        return found;
    }

    private static CompletableFuture<List<Coordinator>> refused(
            List<String> keys, Errors error, String message) {
        List<Coordinator> refused = new ArrayList<>(keys.size());
        keys.forEach(key -> refused.add(nowhere(key, error, message)));
        return CompletableFuture.completedFuture(refused);
    }

    private static Coordinator nowhere(String key, Errors error, String message) {
        return new Coordinator()
                .setKey(key)
                .setNodeId(GatewayDirectory.NO_NODE)
                .setHost("")
                .setPort(-1)
                .setErrorCode(error.code())
                .setErrorMessage(message);
    }

    private static FindCoordinatorResponseData all(List<Coordinator> found) {
        return new FindCoordinatorResponseData().setCoordinators(found);
    }

    private static FindCoordinatorResponseData one(List<Coordinator> found) {
        Coordinator only = found.getFirst();
        return new FindCoordinatorResponseData()
                .setErrorCode(only.errorCode())
                .setErrorMessage(only.errorMessage())
                .setNodeId(only.nodeId())
                .setHost(only.host())
                .setPort(only.port());
    }
}
