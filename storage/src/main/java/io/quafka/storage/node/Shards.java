package io.quafka.storage.node;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.shard.Shard;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// The shards open on this node, and the way from a request's names to their partitions. Touches no
/// disk; any thread.
final class Shards {
    private final int nodeId;
    private final Metadata metadata;
    private final ConcurrentHashMap<Integer, Shard> open = new ConcurrentHashMap<>();
    private volatile BooleanSupplier lease = () -> true;

    Shards(int nodeId, Metadata metadata) {
        this.nodeId = nodeId;
        this.metadata = metadata;
    }

    /// How to find out whether this node may be sure that nobody took its shards over meanwhile.
    void leaseBy(BooleanSupplier held) {
        lease = held;
    }

    void add(Shard shard) {
        open.put(shard.id(), shard);
    }

    /// @return what was open
    @Nullable Shard remove(int id) {
        return open.remove(id);
    }

    @Nullable Shard get(int id) {
        return open.get(id);
    }

    Collection<Shard> all() {
        return open.values();
    }

    ClusterImage image() {
        return metadata.image();
    }

    Resolved byId(Uuid topicId, int partition) {
        ClusterImage image = metadata.image();
        Topic topic = image.topic(topicId);
        return topic == null
                ? new Resolved.Missing(Errors.UNKNOWN_TOPIC_ID)
                : resolve(image, topic, partition);
    }

    Resolved byName(String name, int partition) {
        ClusterImage image = metadata.image();
        Topic topic = image.topic(name);
        return topic == null
                ? new Resolved.Missing(Errors.UNKNOWN_TOPIC_OR_PARTITION)
                : resolve(image, topic, partition);
    }

    Resolved resolve(ClusterImage image, Topic topic, int partition) {
        ShardState state = image.shardOf(topic, partition);
        if (state == null) {
            return new Resolved.Missing(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        }
        Shard shard = state.leader() == nodeId ? open.get(state.id()) : null;
        if (shard == null || !shard.serves(state.epoch()) || !isSure(shard)) {
            return new Resolved.Missing(Errors.NOT_LEADER_OR_FOLLOWER);
        }
        return new Resolved.Here(
                topic,
                shard,
                shard.partition(new PartitionKey(topic.id(), partition)),
                state.epoch(),
                state.inSync().size());
    }

    /// A shard of one replica has nobody else to lead it.
    private boolean isSure(Shard shard) {
        return shard.isSole() || lease.getAsBoolean();
    }
}
