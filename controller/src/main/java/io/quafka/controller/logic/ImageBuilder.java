package io.quafka.controller.logic;

import io.quafka.controller.config.TopicConfigs;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.ImageIndexes;
import io.quafka.controller.model.MetadataRecord;
import io.quafka.controller.model.MetadataRecord.AclsChanged;
import io.quafka.controller.model.MetadataRecord.BudgetsPublished;
import io.quafka.controller.model.MetadataRecord.ClusterConfigsChanged;
import io.quafka.controller.model.MetadataRecord.ClusterFormed;
import io.quafka.controller.model.MetadataRecord.GroupConfigsChanged;
import io.quafka.controller.model.MetadataRecord.IdsReserved;
import io.quafka.controller.model.MetadataRecord.NodeFenced;
import io.quafka.controller.model.MetadataRecord.NodeRegistered;
import io.quafka.controller.model.MetadataRecord.NodeRemoved;
import io.quafka.controller.model.MetadataRecord.PartitionsAdded;
import io.quafka.controller.model.MetadataRecord.ProducerIdsAllocated;
import io.quafka.controller.model.MetadataRecord.QuotasChanged;
import io.quafka.controller.model.MetadataRecord.ScramChanged;
import io.quafka.controller.model.MetadataRecord.ShardChanged;
import io.quafka.controller.model.MetadataRecord.ShardCreated;
import io.quafka.controller.model.MetadataRecord.ShardRemoved;
import io.quafka.controller.model.MetadataRecord.TopicConfigsChanged;
import io.quafka.controller.model.MetadataRecord.TopicCreated;
import io.quafka.controller.model.MetadataRecord.TopicDeleted;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.RetentionBudgets;
import io.quafka.controller.model.RetentionShares;
import io.quafka.controller.model.SecurityImage;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import io.quafka.controller.model.TopicSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/// Applies records: the next image, from an image and facts.
///
/// Costs what changed, not what there is; but a change of the cluster-wide settings parses every
/// topic's settings anew. A record that does not fit the image (a topic that is not there) is a
/// damaged log or a bug, and throws [IllegalStateException].
public final class ImageBuilder {
    private String clusterId;
    private PMap<Integer, Node> nodes;
    private PMap<Integer, ShardState> shards;
    private PMap<String, Topic> topics;
    private PMap<Uuid, String> topicIds;
    private PMap<String, String> defaults;
    private PMap<String, Map<String, String>> groupConfigs;
    private long nextProducerId;
    private int nextNodeId;
    private int nextShardId;
    private RetentionBudgets budgets;
    private SecurityImage security;
    private ImageIndexes indexes;
    private @Nullable TopicSettings plainSettings;

    public ImageBuilder(ClusterImage from) {
        clusterId = from.clusterId();
        nodes = from.nodes();
        shards = from.shards();
        topics = from.topicsByName();
        topicIds = from.topicIds();
        defaults = from.defaults();
        groupConfigs = from.groupConfigs();
        nextProducerId = from.nextProducerId();
        nextNodeId = from.nextNodeId();
        nextShardId = from.nextShardId();
        budgets = from.budgets();
        security = from.security();
        indexes = from.indexes();
    }

    /// The image after all records of one change: one version up.
    public static ClusterImage apply(ClusterImage image, List<MetadataRecord> records) {
        ImageBuilder builder = new ImageBuilder(image);
        records.forEach(builder::apply);
        return builder.build(image.version() + 1);
    }

    /// Records that make `image` from [ClusterImage#EMPTY], its version apart: what snapshots and
    /// newcomers get.
    public static List<MetadataRecord> records(ClusterImage image) {
        List<MetadataRecord> records = new ArrayList<>();
        if (!image.clusterId().isEmpty()) {
            records.add(new ClusterFormed(image.clusterId()));
        }
        if (!image.defaults().isEmpty()) {
            records.add(new ClusterConfigsChanged(image.defaults()));
        }
        image.nodes().values().forEach(node -> records.add(new NodeRegistered(node)));
        image.shards().values().forEach(shard -> records.add(new ShardCreated(shard)));
        for (Topic topic : image.topicsByName().values()) {
            records.add(
                    new TopicCreated(
                            topic.id(),
                            topic.name(),
                            topic.partitions(),
                            topic.replicationFactor(),
                            topic.configs(),
                            topic.internal()));
        }
        image.groupConfigs()
                .forEach((group, configs) -> records.add(new GroupConfigsChanged(group, configs)));
        records.add(new ProducerIdsAllocated(image.nextProducerId()));
        if (image.budgets().version() > 0) {
            records.add(new BudgetsPublished(image.budgets()));
        }
        image.security()
                .scram()
                .forEach((name, secret) -> records.add(new ScramChanged(name, secret)));
        if (!image.security().acls().isEmpty()) {
            records.add(new AclsChanged(List.copyOf(image.security().acls()), List.of()));
        }
        image.security()
                .quotas()
                .forEach((entity, quotas) -> records.add(new QuotasChanged(entity, quotas)));
        records.add(new IdsReserved(image.nextNodeId(), image.nextShardId()));
        return records;
    }

    public void apply(MetadataRecord record) {
        switch (record) {
            case ClusterFormed r -> clusterId = r.clusterId();
            case NodeRegistered r -> {
                nodes = nodes.plus(r.node().id(), r.node());
                nextNodeId = Math.max(nextNodeId, r.node().id() + 1);
            }
            case NodeRemoved r -> nodes = nodes.minus(r.nodeId());
            case NodeFenced r -> fence(r);
            case ShardCreated r -> {
                shards = shards.plus(r.shard().id(), r.shard());
                nextShardId = Math.max(nextShardId, r.shard().id() + 1);
            }
            case ShardChanged r -> shards = shards.plus(r.shard().id(), r.shard());
            case ShardRemoved r -> shards = shards.minus(r.shardId());
            case TopicCreated r -> create(r);
            case PartitionsAdded r -> {
                Topic topic = topic(r.topicId());
                put(
                        new Topic(
                                topic.id(),
                                topic.name(),
                                topic.partitions().append(r.added().toArray()),
                                topic.replicationFactor(),
                                topic.configs(),
                                topic.settings(),
                                topic.internal()));
                indexes = indexes.withPartitions(r.added(), 1);
            }
            case TopicDeleted r -> {
                Topic topic = topic(r.topicId());
                topics = topics.minus(topic.name());
                topicIds = topicIds.minus(topic.id());
                indexes = indexes.withoutTopic(topic.name()).withPartitions(topic.partitions(), -1);
            }
            case TopicConfigsChanged r -> put(withConfigs(topic(r.topicId()), r.configs()));
            case ClusterConfigsChanged r -> {
                defaults = HashTreePMap.from(r.configs());
                plainSettings = null;
                List.copyOf(topics.values()).forEach(t -> put(withConfigs(t, t.configs())));
            }
            case GroupConfigsChanged r ->
                    groupConfigs =
                            r.configs().isEmpty()
                                    ? groupConfigs.minus(r.groupId())
                                    : groupConfigs.plus(r.groupId(), r.configs());
            case BudgetsPublished r -> budgets = r.budgets();
            case ScramChanged r -> security = security.with(r);
            case AclsChanged r -> security = security.with(r);
            case QuotasChanged r -> security = security.with(r);
            case ProducerIdsAllocated r -> nextProducerId = r.nextProducerId();
            case IdsReserved r -> {
                nextNodeId = Math.max(nextNodeId, r.nextNodeId());
                nextShardId = Math.max(nextShardId, r.nextShardId());
            }
        }
    }

    public ClusterImage build(long version) {
        return new ClusterImage(
                version,
                clusterId,
                nodes,
                shards,
                topics,
                topicIds,
                defaults,
                groupConfigs,
                nextProducerId,
                nextNodeId,
                nextShardId,
                budgets,
                security,
                indexes);
    }

    private void fence(NodeFenced record) {
        Node node = nodes.get(record.nodeId());
        if (node == null) {
            throw new IllegalStateException("no node " + record.nodeId());
        }
        nodes = nodes.plus(node.id(), node.withFenced(record.fenced()));
    }

    private void create(TopicCreated record) {
        put(
                new Topic(
                        record.id(),
                        record.name(),
                        record.partitions(),
                        record.replicationFactor(),
                        record.configs(),
                        settings(record.configs(), record.internal()),
                        record.internal()));
        topicIds = topicIds.plus(record.id(), record.name());
        indexes = indexes.withTopic(record.name()).withPartitions(record.partitions(), 1);
    }

    private Topic withConfigs(Topic topic, Map<String, String> configs) {
        return new Topic(
                topic.id(),
                topic.name(),
                topic.partitions(),
                topic.replicationFactor(),
                configs,
                settings(configs, topic.internal()),
                topic.internal());
    }

    /// Internal topics have no share, whatever the cluster's default is, and are never tiered:
    /// their coordinators read all of them from the disk.
    static TopicSettings settings(
            Map<String, String> configs, Map<String, String> defaults, boolean internal) {
        TopicSettings settings = TopicConfigs.settings(configs, defaults);
        return internal ? settings.withShares(RetentionShares.NONE).untiered() : settings;
    }

    private TopicSettings settings(Map<String, String> configs, boolean internal) {
        if (!configs.isEmpty() || internal) {
            return settings(configs, defaults, internal);
        }
        TopicSettings plain = plainSettings;
        if (plain == null) {
            plain = TopicConfigs.settings(configs, defaults);
            plainSettings = plain;
        }
        return plain;
    }

    private void put(Topic topic) {
        topics = topics.plus(topic.name(), topic);
    }

    private Topic topic(Uuid id) {
        String name = topicIds.get(id);
        Topic topic = name == null ? null : topics.get(name);
        if (topic == null) {
            throw new IllegalStateException("no topic with id " + id);
        }
        return topic;
    }
}
