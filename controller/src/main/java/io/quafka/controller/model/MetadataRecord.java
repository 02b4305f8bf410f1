package io.quafka.controller.model;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.jspecify.annotations.Nullable;

/// One fact that changes the [ClusterImage]. What a command is decided into; what followers are
/// sent; what a snapshot is made of.
///
/// The records of one command are applied together: no image ever shows a part of them. A record
/// says what *is* after it, not what was asked, so that applying it needs no rule and cannot fail
/// on an image it was decided for.
public sealed interface MetadataRecord {
    /// The cluster got its identity. Once.
    record ClusterFormed(String clusterId) implements MetadataRecord {}

    /// A node as it is now, new or come back.
    record NodeRegistered(Node node) implements MetadataRecord {}

    record NodeRemoved(int nodeId) implements MetadataRecord {}

    record NodeFenced(int nodeId, boolean fenced) implements MetadataRecord {}

    record ShardCreated(ShardState shard) implements MetadataRecord {}

    record ShardChanged(ShardState shard) implements MetadataRecord {}

    /// A shard that carried nothing is gone.
    record ShardRemoved(int shardId) implements MetadataRecord {}

    /// @param configs overrides, by Kafka's topic config names
    record TopicCreated(
            Uuid id,
            String name,
            PartitionShards partitions,
            int replicationFactor,
            Map<String, String> configs,
            boolean internal)
            implements MetadataRecord {
        public TopicCreated {
            configs = Map.copyOf(configs);
        }
    }

    /// @param added the shards of the new partitions, which follow those that are there
    record PartitionsAdded(Uuid topicId, PartitionShards added) implements MetadataRecord {}

    record TopicDeleted(Uuid topicId) implements MetadataRecord {}

    /// @param configs all overrides of the topic from now on
    record TopicConfigsChanged(Uuid topicId, Map<String, String> configs)
            implements MetadataRecord {
        public TopicConfigsChanged {
            configs = Map.copyOf(configs);
        }
    }

    /// @param configs all cluster-wide settings from now on, by Kafka's broker config names
    record ClusterConfigsChanged(Map<String, String> configs) implements MetadataRecord {
        public ClusterConfigsChanged {
            configs = Map.copyOf(configs);
        }
    }

    /// @param configs all configs of the group from now on, by Kafka's group config names; none
    ///   where it is as every group
    record GroupConfigsChanged(String groupId, Map<String, String> configs)
            implements MetadataRecord {
        public GroupConfigsChanged {
            configs = Map.copyOf(configs);
        }
    }

    /// @param nextProducerId first producer id that nobody was given
    record ProducerIdsAllocated(long nextProducerId) implements MetadataRecord {}

    /// @param budgets all there are from now on
    record BudgetsPublished(RetentionBudgets budgets) implements MetadataRecord {}

    /// @param secret null where it was forgotten
    record ScramChanged(ScramName name, @Nullable ScramSecret secret) implements MetadataRecord {}

    /// @param added none of them in `removed`
    record AclsChanged(List<AclBinding> added, List<AclBinding> removed) implements MetadataRecord {
        public AclsChanged {
            added = List.copyOf(added);
            removed = List.copyOf(removed);
        }
    }

    /// @param quotas all of the entity from now on, by the names of [QuotaKey]; none where nothing
    ///   binds it any more
    record QuotasChanged(ClientQuotaEntity entity, Map<String, Double> quotas)
            implements MetadataRecord {
        public QuotasChanged {
            quotas = Map.copyOf(quotas);
        }
    }

    /// Ids up to these were given out once, though their holders may be gone.
    record IdsReserved(int nextNodeId, int nextShardId) implements MetadataRecord {}
}
