package io.quafka.gateway;

import io.quafka.controller.Metadata;
import io.quafka.controller.config.ClusterConfigs;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// Metadata: the live gateways as brokers, and for each partition one of them as its leader, in the
/// client's own zone where it says so, and one of each other zone as in-sync replicas (see
/// [LiveGateways]). The leader epoch is the shard's.
final class MetadataApi implements Api {
    /// In version 0 an empty list of topics means all of them; later versions say null.
    private static final short NULL_MEANS_ALL_VERSION = 1;

    /// First version in which a topic may be asked for by its id alone.
    private static final short BY_ID_VERSION = 12;

    private final Metadata metadata;
    private final GatewayDirectory directory;
    private final TopicCreator creator;
    private final GatewayConfig config;

    MetadataApi(
            Metadata metadata,
            GatewayDirectory directory,
            TopicCreator creator,
            GatewayConfig config) {
        this.metadata = metadata;
        this.directory = directory;
        this.creator = creator;
        this.config = config;
    }

    /// @param zone that the client says it is in, null if it does not
    private record Asked(MetadataRequestData data, short version, @Nullable String zone) {}

    /// How partitions are described.
    private record View(ClusterImage image, LiveGateways gateways, @Nullable String zone) {}

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        var data = (MetadataRequestData) request.body();
        short version = request.version();
        ClusterImage image = metadata.image();
        if (invalid(data, version)) {
            return CompletableFuture.completedFuture(
                    KafkaResponse.of(refuseAll(image, data, Errors.INVALID_REQUEST)));
        }
        var asked = new Asked(data, version, ClientZone.of(request.header().clientId()));
        Map<String, CompletableFuture<Errors>> created = create(image, data, version);
        if (created.isEmpty()) {
            return CompletableFuture.completedFuture(
                    KafkaResponse.of(answer(image, asked, Map.of())));
        }
        return CompletableFuture.allOf(created.values().toArray(CompletableFuture[]::new))
                .thenApply(_ -> {
                    Map<String, Errors> outcomes = new HashMap<>();
                    created.forEach((name, error) -> outcomes.put(name, error.join()));
                    return KafkaResponse.of(answer(metadata.image(), asked, outcomes));
                });
    }

    private static boolean invalid(MetadataRequestData data, short version) {
        if (data.topics() == null || version >= BY_ID_VERSION) {
            return false;
        }
        for (MetadataRequestTopic topic : data.topics()) {
            if (topic.name() == null || !topic.topicId().equals(Uuid.ZERO_UUID)) {
                return true;
            }
        }
        return false;
    }

    private static boolean all(MetadataRequestData data, short version) {
        return data.topics() == null
                || (version < NULL_MEANS_ALL_VERSION && data.topics().isEmpty());
    }

    private Map<String, CompletableFuture<Errors>> create(
            ClusterImage image, MetadataRequestData data, short version) {
        if (!config.autoCreateTopics()
                || !data.allowAutoTopicCreation()
                || all(data, version)
                || !ClusterConfigs.autoCreateTopics(image)) {
            return Map.of();
        }
        Map<String, CompletableFuture<Errors>> created = new HashMap<>();
        for (MetadataRequestTopic topic : data.topics()) {
            String name = topic.name();
            if (name != null
                    && topic.topicId().equals(Uuid.ZERO_UUID)
                    && image.topic(name) == null
                    && org.apache.kafka.common.internals.Topic.isValid(name)) {
                created.computeIfAbsent(name, creator::create);
            }
        }
        return created;
    }

    private MetadataResponseData answer(
            ClusterImage image, Asked asked, Map<String, Errors> created) {
        MetadataRequestData data = asked.data();
        LiveGateways gateways = directory.at(image);
        View view = new View(image, gateways, asked.zone());
        MetadataResponseData answer = cluster(image, gateways);
        if (data.includeClusterAuthorizedOperations()) {
            answer.setClusterAuthorizedOperations(AllowedOperations.CLUSTER);
        }
        boolean operations = data.includeTopicAuthorizedOperations();
        if (all(data, asked.version())) {
            for (Topic topic : image.topics().values()) {
                answer.topics().add(describe(view, topic, operations));
            }
            return answer;
        }
        for (MetadataRequestTopic wanted : data.topics()) {
            Topic topic = find(image, wanted);
            answer.topics()
                    .add(
                            topic == null
                                    ? refused(wanted, unknown(wanted, created))
                                    : describe(view, topic, operations));
        }
        return answer;
    }

    private MetadataResponseData cluster(ClusterImage image, LiveGateways gateways) {
        var answer =
                new MetadataResponseData()
                        .setClusterId(image.clusterId())
                        .setControllerId(directory.controllerId(gateways));
        for (LiveGateways.Member gateway : gateways.members()) {
            answer.brokers()
                    .add(
                            new MetadataResponseBroker()
                                    .setNodeId(gateway.id())
                                    .setHost(gateway.host())
                                    .setPort(gateway.port())
                                    .setRack(gateway.rack()));
        }
        return answer;
    }

    private MetadataResponseData refuseAll(
            ClusterImage image, MetadataRequestData data, Errors error) {
        MetadataResponseData answer = cluster(image, directory.at(image));
        for (MetadataRequestTopic topic : data.topics()) {
            MetadataResponseTopic refused = refused(topic, error);
            if (refused.name() == null) {
                refused.setName("");
            }
            answer.topics().add(refused);
        }
        return answer;
    }

    private static @Nullable Topic find(ClusterImage image, MetadataRequestTopic asked) {
        if (!asked.topicId().equals(Uuid.ZERO_UUID)) {
            return image.topic(asked.topicId());
        }
        return asked.name() == null ? null : image.topic(asked.name());
    }

    private static Errors unknown(MetadataRequestTopic asked, Map<String, Errors> created) {
        String name = asked.name();
        if (name == null || !asked.topicId().equals(Uuid.ZERO_UUID)) {
            return Errors.UNKNOWN_TOPIC_ID;
        }
        if (!org.apache.kafka.common.internals.Topic.isValid(name)) {
            return Errors.INVALID_TOPIC_EXCEPTION;
        }
        Errors outcome = created.get(name);
        if (outcome == null) {
            return Errors.UNKNOWN_TOPIC_OR_PARTITION;
        }
        // It was made, but this gateway's image does not show it yet: the client comes back for it.
        return outcome == Errors.NONE ? Errors.LEADER_NOT_AVAILABLE : outcome;
    }

    private static MetadataResponseTopic refused(MetadataRequestTopic asked, Errors error) {
        return new MetadataResponseTopic()
                .setErrorCode(error.code())
                .setName(error == Errors.UNKNOWN_TOPIC_ID ? null : asked.name())
                .setTopicId(asked.topicId());
    }

    private static MetadataResponseTopic describe(View view, Topic topic, boolean operations) {
        int count = topic.partitionCount();
        List<MetadataResponsePartition> partitions = new ArrayList<>(count);
        for (int index = 0; index < count; index++) {
            partitions.add(describe(view, topic, index));
        }
        return new MetadataResponseTopic()
                .setName(topic.name())
                .setTopicId(topic.id())
                .setIsInternal(topic.internal())
                .setPartitions(partitions)
                .setTopicAuthorizedOperations(
                        operations ? AllowedOperations.TOPIC : AllowedOperations.NOT_ASKED);
    }

    private static MetadataResponsePartition describe(View view, Topic topic, int index) {
        ShardState shard = view.image().shardOf(topic, index);
        LiveGateways gateways = view.gateways();
        LiveGateways.Member gateway = gateways.leader(shard, topic.id(), index, view.zone());
        List<Integer> replicas =
                gateway == null ? List.of() : gateways.replicas(gateway, shard, topic.id(), index);
        var partition =
                new MetadataResponsePartition()
                        .setPartitionIndex(index)
                        .setReplicaNodes(replicas)
                        .setLeaderEpoch(shard == null ? -1 : shard.epoch());
        if (gateway == null || shard == null || shard.leader() == ShardState.NO_LEADER) {
            return partition
                    .setErrorCode(Errors.LEADER_NOT_AVAILABLE.code())
                    .setLeaderId(GatewayDirectory.NO_NODE)
                    .setIsrNodes(List.of())
                    .setOfflineReplicas(replicas);
        }
        return partition
                .setLeaderId(gateway.id())
                .setIsrNodes(LiveGateways.inSync(replicas, shard))
                .setOfflineReplicas(gateways.offline(replicas));
    }
}
