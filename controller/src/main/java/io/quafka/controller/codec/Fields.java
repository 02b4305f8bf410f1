package io.quafka.controller.codec;

import io.quafka.controller.model.CompactionSettings;
import io.quafka.controller.model.Endpoint;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.PartitionShards;
import io.quafka.controller.model.RetentionBudgets.NodeBudget;
import io.quafka.controller.model.RetentionBudgets.TopicBudget;
import io.quafka.controller.model.RetentionShares;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import io.quafka.controller.model.TopicSettings;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;

/// The model's own types as bytes, on the primitives of [BinaryWriter].
///
/// ```
/// endpoint   = string host, uvar port
/// roles      = u8 bit set: 1 gateway, 2 storage, 4 controller
/// node       = uvar id, uuid incarnation, roles, nullable endpoint kafka, nullable endpoint storage,
///              nullable string rack, bool fenced
/// shard      = uvar id, uvar epoch, svar leader, list of uvar replicas, list of uvar in-sync
/// partitions = list of uvar shard id: one to two bytes a partition in all but the largest clusters
/// topic      = uuid id, string name, partitions, svar replicationFactor, map configs, settings, bool internal
/// settings   = the fields of TopicSettings in their order, a ratio as svar of its IEEE 754 bits
/// node budgets = list of (uvar node id, uvar capacity, uvar rest, list of (uuid topic, uvar share, uvar limit less share)),
///              each list in the order of its ids
/// error      = svar Kafka error code
/// ```
final class Fields {
    private static final NodeRole[] ROLES = NodeRole.values();

    private Fields() {}

    static void endpoint(BinaryWriter out, Endpoint endpoint) {
        out.string(endpoint.host()).uvar(endpoint.port());
    }

    static Endpoint endpoint(BinaryReader in) {
        String host = in.string();
        int port = in.uvarInt();
        try {
            return new Endpoint(host, port);
        } catch (IllegalArgumentException e) {
            throw in.bad(String.valueOf(e.getMessage()));
        }
    }

    static void roles(BinaryWriter out, Set<NodeRole> roles) {
        int bits = 0;
        for (NodeRole role : roles) {
            bits |= 1 << role.ordinal();
        }
        out.u8(bits);
    }

    static Set<NodeRole> roles(BinaryReader in) {
        int bits = in.u8();
        if (bits >= 1 << ROLES.length) {
            throw in.bad("unknown roles: " + bits);
        }
        Set<NodeRole> roles = EnumSet.noneOf(NodeRole.class);
        for (NodeRole role : ROLES) {
            if ((bits & 1 << role.ordinal()) != 0) {
                roles.add(role);
            }
        }
        return roles;
    }

    static void node(BinaryWriter out, Node node) {
        out.uvar(node.id()).uuid(node.incarnation());
        roles(out, node.roles());
        out.nullable(node.kafka(), Fields::endpoint)
                .nullable(node.storage(), Fields::endpoint)
                .nullable(node.rack(), BinaryWriter::string)
                .bool(node.fenced())
                .bool(node.draining());
    }

    static Node node(BinaryReader in) {
        return firstNode(in).withDraining(in.bool());
    }

    /// As it was written before nodes were drained.
    static Node firstNode(BinaryReader in) {
        return new Node(
                in.uvarInt(),
                in.uuid(),
                roles(in),
                in.nullable(Fields::endpoint),
                in.nullable(Fields::endpoint),
                in.nullable(BinaryReader::string),
                in.bool());
    }

    static void ids(BinaryWriter out, List<Integer> ids) {
        out.list(ids, (w, id) -> w.svar(id));
    }

    static List<Integer> ids(BinaryReader in) {
        return in.list(1, BinaryReader::svarInt);
    }

    static void shard(BinaryWriter out, ShardState shard) {
        out.uvar(shard.id()).uvar(shard.epoch()).uvar(shard.revision()).svar(shard.leader());
        ids(out, shard.replicas());
        ids(out, shard.inSync());
        ids(out, shard.adding());
        ids(out, shard.removing());
    }

    static ShardState shard(BinaryReader in) {
        return new ShardState(
                in.uvarInt(),
                in.uvarInt(),
                in.uvarInt(),
                in.svarInt(),
                ids(in),
                ids(in),
                ids(in),
                ids(in));
    }

    /// As it was written before replicas could be changed.
    static ShardState stayingShard(BinaryReader in) {
        return new ShardState(
                in.uvarInt(), in.uvarInt(), in.uvarInt(), in.svarInt(), ids(in), ids(in));
    }

    /// As it was written before shards had revisions.
    static ShardState firstShard(BinaryReader in) {
        return new ShardState(in.uvarInt(), in.uvarInt(), in.svarInt(), ids(in), ids(in));
    }

    static void partitions(BinaryWriter out, PartitionShards partitions) {
        out.uvar(partitions.count());
        for (int partition = 0; partition < partitions.count(); partition++) {
            out.uvar(partitions.shardOf(partition));
        }
    }

    static PartitionShards partitions(BinaryReader in) {
        int[] shardIds = new int[in.count(1)];
        for (int partition = 0; partition < shardIds.length; partition++) {
            shardIds[partition] = in.uvarInt();
        }
        return PartitionShards.of(shardIds);
    }

    static void topic(BinaryWriter out, Topic topic) {
        out.uuid(topic.id()).string(topic.name());
        partitions(out, topic.partitions());
        out.svar(topic.replicationFactor()).map(topic.configs());
        settings(out, topic.settings());
        out.bool(topic.internal());
    }

    static Topic topic(BinaryReader in) {
        return new Topic(
                in.uuid(),
                in.string(),
                partitions(in),
                in.svarInt(),
                in.map(),
                settings(in),
                in.bool());
    }

    static void budgets(BinaryWriter out, Map<Integer, NodeBudget> nodes) {
        out.list(
                new TreeMap<>(nodes).entrySet(),
                (w, node) ->
                        w.uvar(node.getKey())
                                .uvar(node.getValue().capacityBytes())
                                .uvar(node.getValue().restBytes())
                                .list(
                                        new TreeMap<>(node.getValue().topics()).entrySet(),
                                        Fields::budget));
    }

    private static void budget(BinaryWriter out, Map.Entry<Uuid, TopicBudget> topic) {
        TopicBudget budget = topic.getValue();
        out.uuid(topic.getKey())
                .uvar(budget.shareBytes())
                .uvar(budget.limitBytes() - budget.shareBytes());
    }

    static Map<Integer, NodeBudget> budgets(BinaryReader in) {
        Map<Integer, NodeBudget> nodes = new HashMap<>();
        for (int left = in.count(4); left > 0; left--) {
            int id = in.uvarInt();
            long capacity = in.uvar();
            long rest = in.uvar();
            Map<Uuid, TopicBudget> topics = new HashMap<>();
            try {
                for (int more = in.count(18); more > 0; more--) {
                    Uuid topic = in.uuid();
                    long share = in.uvar();
                    topics.put(topic, new TopicBudget(share, Math.addExact(share, in.uvar())));
                }
                nodes.put(id, new NodeBudget(capacity, rest, topics));
            } catch (IllegalArgumentException | ArithmeticException e) {
                throw in.bad(String.valueOf(e.getMessage()));
            }
        }
        return nodes;
    }

    static void error(BinaryWriter out, Errors error) {
        out.svar(error.code());
    }

    static Errors error(BinaryReader in) {
        int code = in.svarInt();
        Errors error = Errors.forCode((short) code);
        if (error.code() != code) {
            throw in.bad("an unknown error code: " + code);
        }
        return error;
    }

    private static void settings(BinaryWriter out, TopicSettings settings) {
        out.bool(settings.compacted())
                .bool(settings.deleted())
                .svar(settings.retentionMs())
                .svar(settings.retentionBytes())
                .svar(settings.localRetentionMs())
                .svar(settings.localRetentionBytes())
                .svar(settings.segmentBytes())
                .svar(settings.segmentMs())
                .svar(settings.maxMessageBytes())
                .svar(settings.minInSyncReplicas())
                .string(settings.compressionType())
                .u8(settings.timestampType().ordinal())
                .svar(settings.timestampBeforeMaxMs())
                .svar(settings.timestampAfterMaxMs())
                .svar(settings.compaction().minLagMs())
                .svar(settings.compaction().maxLagMs())
                .svar(Double.doubleToLongBits(settings.compaction().minDirtyRatio()))
                .svar(settings.compaction().deleteRetentionMs())
                .uvar(settings.shares().local())
                .uvar(settings.shares().whole())
                .bool(settings.tiered());
    }

    private static TopicSettings settings(BinaryReader in) {
        return new TopicSettings(
                in.bool(),
                in.bool(),
                in.svar(),
                in.svar(),
                in.svar(),
                in.svar(),
                in.svarInt(),
                in.svar(),
                in.svarInt(),
                in.svarInt(),
                in.string(),
                in.constant(TimestampType.values()),
                in.svar(),
                in.svar(),
                new CompactionSettings(
                        in.svar(), in.svar(), Double.longBitsToDouble(in.svar()), in.svar()),
                shares(in),
                in.bool());
    }

    private static RetentionShares shares(BinaryReader in) {
        int local = in.uvarInt();
        int whole = in.uvarInt();
        try {
            return new RetentionShares(local, whole);
        } catch (IllegalArgumentException e) {
            throw in.bad(String.valueOf(e.getMessage()));
        }
    }
}
