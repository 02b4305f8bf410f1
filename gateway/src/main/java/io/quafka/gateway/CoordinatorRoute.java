package io.quafka.gateway;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import io.quafka.storage.CoordinatorCall;
import io.quafka.storage.StorageNode;
import io.quafka.wire.KafkaRequest;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The way from a key to the storage node whose coordinator has it: by the key's partition of an
/// internal topic, as Kafka's brokers hash it.
final class CoordinatorRoute {
    private static final Logger log = LoggerFactory.getLogger(CoordinatorRoute.class);

    private final Metadata metadata;
    private final StorageNodes storageNodes;
    private final String topicName;

    /// @param topicName `__consumer_offsets` for groups, `__transaction_state` for transactional
    ///   ids
    CoordinatorRoute(Metadata metadata, StorageNodes storageNodes, String topicName) {
        this.metadata = metadata;
        this.storageNodes = storageNodes;
        this.topicName = topicName;
    }

    String topicName() {
        return topicName;
    }

    /// A key's partition.
    static int partition(String key, int partitions) {
        return Utils.abs(key.hashCode()) % partitions;
    }

    /// The node that leads a key's partition, or [ShardState#NO_LEADER].
    int nodeOf(@Nullable String key) {
        ClusterImage image = metadata.image();
        Topic topic = image.topic(topicName);
        if (topic == null) {
            return ShardState.NO_LEADER;
        }
        // A request without its key is refused by any coordinator.
        int partition = key == null ? 0 : partition(key, topic.partitionCount());
        ShardState shard = image.shardOf(topic, partition);
        return shard == null ? ShardState.NO_LEADER : shard.leader();
    }

    /// Every node that leads a partition.
    Set<Integer> nodes() {
        ClusterImage image = metadata.image();
        Set<Integer> nodes = new TreeSet<>();
        Topic topic = image.topic(topicName);
        for (int i = 0; topic != null && i < topic.partitionCount(); i++) {
            ShardState shard = image.shardOf(topic, i);
            if (shard != null) {
                nodes.add(shard.leader());
            }
        }
        return nodes;
    }

    /// Has a node answer. Never fails: where the node cannot be reached the request is refused with
    /// NOT_COORDINATOR, upon which clients look for their coordinator again.
    CompletableFuture<ApiMessage> send(int nodeId, KafkaRequest from, ApiMessage body) {
        var call =
                new CoordinatorCall(
                        from.apiKey(),
                        from.version(),
                        new CoordinatorCall.Client(
                                from.header().clientId(),
                                from.connection().remote().getAddress(),
                                from.principal()),
                        body);
        StorageNode node = nodeId == ShardState.NO_LEADER ? null : storageNodes.node(nodeId);
        if (node == null) {
            return CompletableFuture.completedFuture(call.refuse(Errors.NOT_COORDINATOR));
        }
        return node.coordinate(call)
                .exceptionally(failure -> {
                    log.atDebug()
                            .setCause(failure)
                            .addKeyValue("api", from.apiKey())
                            .addKeyValue("node", nodeId)
                            .log("storage node did not answer for its coordinator");
                    return call.refuse(Errors.NOT_COORDINATOR);
                });
    }
}
