package io.quafka.controller.model;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.jspecify.annotations.Nullable;

/// A wish to change metadata. The controller's leader decides it against the current image into
/// records and a reply; what it refuses it says in the reply, item by item, with Kafka's error
/// codes.
///
/// @param <R> what comes back
public sealed interface Command<R> {
    /// Gives the cluster its identity, and the settings that it begins with; without effect where
    /// it has one. The controller's leader does this by itself.
    ///
    /// @param settings cluster-wide ones, sound
    record FormCluster(String clusterId, Map<String, String> settings)
            implements Command<Reply.Done> {
        public FormCluster {
            settings = Map.copyOf(settings);
        }
    }

    /// Gives a cluster that nobody has joined yet what another one had, piece by piece; the last
    /// piece is the one with a node. Without effect once a node is registered.
    record RestoreCluster(List<MetadataRecord> records) implements Command<Reply.Done> {
        public RestoreCluster {
            records = List.copyOf(records);
        }
    }

    /// A process joins, or comes back. Idempotent per incarnation: a second registration keeps the
    /// id and replaces addresses. A storage node that registers for the first time is given
    /// `shards` shards to lead.
    ///
    /// @param shards how many shards a new storage node leads, from 1 up; ignored for other roles
    record RegisterNode(
            Uuid incarnation,
            Set<NodeRole> roles,
            @Nullable Endpoint kafka,
            @Nullable Endpoint storage,
            @Nullable String rack,
            int shards)
            implements Command<Reply.NodeRegistered> {}

    /// A node leaves cleanly, or is declared gone. A storage node that still carries shards keeps
    /// its registration and is only fenced: its disk is the only place of their data.
    record UnregisterNode(int nodeId) implements Command<Reply.Done> {}

    /// A node fell silent (`fenced`) or speaks again.
    record FenceNode(int nodeId, boolean fenced) implements Command<Reply.Done> {}

    /// Changes the replicas of shards; each change has an outcome of its own. What has to be copied
    /// is copied after the reply: a shard is done when it is not moving any more.
    record MoveShards(List<ShardMove> moves) implements Command<Reply.Outcomes> {
        public MoveShards {
            moves = List.copyOf(moves);
        }
    }

    /// @param replicas node ids, the preferred leader first; null takes back a change that is under
    ///   way
    record ShardMove(int shardId, @Nullable List<Integer> replicas) {
        public ShardMove {
            replicas = replicas == null ? null : List.copyOf(replicas);
        }
    }

    /// Has each of these shards led by the first of its replicas, if that one is in sync; each has
    /// an outcome of its own.
    record ElectLeaders(List<Integer> shardIds) implements Command<Reply.Outcomes> {
        public ElectLeaders {
            shardIds = List.copyOf(shardIds);
        }
    }

    /// A storage node is to go: it is given nothing new, and everything that it carries moves to
    /// others, or nothing at all where that cannot be. Or it is to stay after all: what has not
    /// moved yet does not move. One outcome.
    record DrainNode(int nodeId, boolean draining) implements Command<Reply.Outcomes> {}

    /// Forgets a node that is fenced and carries nothing, its empty shards too. One outcome.
    record RemoveNode(int nodeId) implements Command<Reply.Outcomes> {}

    record CreateTopics(List<NewTopic> topics, boolean validateOnly)
            implements Command<Reply.Topics> {}

    /// A topic to be made.
    ///
    /// @param partitions count, or -1: the cluster default (`num.partitions`), or what
    ///   `assignments` says
    /// @param replicationFactor or -1: the cluster default
    /// @param assignments empty, or the replica node ids of each partition as the client asked;
    ///   they are checked as Kafka does, and each partition goes to a shard led by the first of its
    ///   nodes
    record NewTopic(
            String name,
            int partitions,
            int replicationFactor,
            Map<Integer, List<Integer>> assignments,
            Map<String, String> configs,
            boolean internal) {}

    /// Topics by name or, where the name is null, by id.
    record DeleteTopics(List<TopicRef> topics) implements Command<Reply.Topics> {}

    record TopicRef(@Nullable String name, Uuid id) {}

    record CreatePartitions(List<MorePartitions> topics, boolean validateOnly)
            implements Command<Reply.Topics> {}

    /// @param totalCount partitions the topic shall have afterwards
    /// @param assignments empty, or the replica node ids of each *new* partition
    record MorePartitions(String topic, int totalCount, List<List<Integer>> assignments) {}

    /// Changes configs of topics, of groups, or of the whole cluster (resource type BROKER, empty
    /// name).
    ///
    /// @param replaceAll true for Kafka's legacy AlterConfigs: what is not named goes back to its
    ///   default
    record AlterConfigs(
            Map<ConfigResource, List<ConfigChange>> changes,
            boolean replaceAll,
            boolean validateOnly)
            implements Command<Reply.Configs> {}

    enum ConfigOp {
        SET,
        DELETE,
        APPEND,
        SUBTRACT
    }

    record ConfigChange(String name, ConfigOp op, @Nullable String value) {}

    /// Replaces all budgets, if nobody else did meanwhile. The controller's leader does this by
    /// itself.
    ///
    /// @param basis version of the budgets that these follow; without effect where that is not the
    ///   current one any more
    record PublishBudgets(long basis, Map<Integer, RetentionBudgets.NodeBudget> nodes)
            implements Command<Reply.Done> {
        public PublishBudgets {
            nodes = Map.copyOf(nodes);
        }
    }

    /// Sets and forgets passwords; each change has an outcome of its own.
    record AlterScram(List<ScramChange> changes) implements Command<Reply.Outcomes> {
        public AlterScram {
            changes = List.copyOf(changes);
        }
    }

    /// @param secret null forgets it
    record ScramChange(ScramName name, @Nullable ScramSecret secret) {}

    /// Adds ACLs; each has an outcome of its own. One that is there already is fine.
    record CreateAcls(List<AclBinding> acls) implements Command<Reply.Outcomes> {
        public CreateAcls {
            acls = List.copyOf(acls);
        }
    }

    /// Removes the ACLs that filters match, all together.
    record DeleteAcls(List<AclBindingFilter> filters) implements Command<Reply.AclsDeleted> {
        public DeleteAcls {
            filters = List.copyOf(filters);
        }
    }

    /// Sets and drops quotas; each entity has an outcome of its own.
    record AlterQuotas(List<QuotaChange> changes, boolean validateOnly)
            implements Command<Reply.Outcomes> {
        public AlterQuotas {
            changes = List.copyOf(changes);
        }
    }

    /// @param ops by the names of [QuotaKey]; one without a value drops that quota
    record QuotaChange(ClientQuotaEntity entity, List<ClientQuotaAlteration.Op> ops) {
        public QuotaChange {
            ops = List.copyOf(ops);
        }
    }

    /// A shard's leader changes the in-sync set. Without effect, but for the version that the reply
    /// names, unless the shard is as the leader knows it, the set is one of the shard's replicas
    /// with the leader among them, and who is added is not fenced.
    ///
    /// @param leader who asks
    /// @param epoch in which it leads
    /// @param revision of the shard's state that the change follows
    record AlterInSync(int shardId, int leader, int epoch, int revision, List<Integer> inSync)
            implements Command<Reply.Done> {
        public AlterInSync {
            inSync = List.copyOf(inSync);
        }
    }

    /// A block of producer ids that nobody else is ever given.
    record AllocateProducerIds(int count) implements Command<Reply.ProducerIds> {}
}
