package io.quafka.controller.logic;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command.RegisterNode;
import io.quafka.controller.model.MetadataRecord;
import io.quafka.controller.model.MetadataRecord.NodeFenced;
import io.quafka.controller.model.MetadataRecord.NodeRegistered;
import io.quafka.controller.model.MetadataRecord.NodeRemoved;
import io.quafka.controller.model.MetadataRecord.ShardChanged;
import io.quafka.controller.model.MetadataRecord.ShardCreated;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.Reply;
import io.quafka.controller.model.ShardState;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// Nodes that come, go and fall silent, and who leads the shards then.
///
/// A shard's leader is a live node of its in-sync set. Where the leader falls silent, the first
/// live in-sync replica takes over; where there is none, the shard has no leader until one of the
/// in-sync replicas is back. Every change of leader to a node raises the epoch.
///
/// A storage node that registers is another process than the one before, which may have forgotten
/// what it had not on disk: of shards with several replicas it leads none in the same epoch again,
/// and is in sync only once their leaders say so.
final class NodeDecisions {
    private static final int FIRST_EPOCH = 1;

    private NodeDecisions() {}

    static Decision register(ClusterImage image, RegisterNode command) {
        String problem = problem(command);
        if (problem != null) {
            return new Decision(
                    List.of(),
                    new Reply.NodeRegistered(
                            image.version(), -1, Errors.INVALID_REGISTRATION, problem));
        }
        Node known = byIncarnation(image, command.incarnation());
        Node node =
                node(known == null ? image.nextNodeId() : known.id(), command)
                        .withDraining(known != null && known.draining());
        List<MetadataRecord> records = new ArrayList<>();
        if (!node.equals(known)) {
            records.add(new NodeRegistered(node));
        }
        if (node.plays(NodeRole.STORAGE)) {
            boolean carries = known != null && carriesShards(image, node.id());
            if (!carries && !node.draining()) {
                createShards(image, node.id(), command.shards(), records);
            } else if (carries) {
                startAnew(image, node, records);
            }
        }
        return new Decision(
                records,
                new Reply.NodeRegistered(
                        Decision.versionAfter(image, records), node.id(), Errors.NONE, null));
    }

    static List<MetadataRecord> unregister(ClusterImage image, int nodeId) {
        if (image.node(nodeId) == null) {
            return List.of();
        }
        return carriesShards(image, nodeId)
                ? fence(image, nodeId, true)
                : List.of(new NodeRemoved(nodeId));
    }

    static List<MetadataRecord> fence(ClusterImage image, int nodeId, boolean fenced) {
        Node node = image.node(nodeId);
        if (node == null || node.fenced() == fenced) {
            return List.of();
        }
        List<MetadataRecord> records = new ArrayList<>();
        records.add(new NodeFenced(nodeId, fenced));
        if (fenced) {
            handOver(image, nodeId, records);
            settle(ImageBuilder.apply(image, records), records);
        } else {
            takeBack(image, nodeId, records);
        }
        return records;
    }

    private static @Nullable String problem(RegisterNode command) {
        Set<NodeRole> roles = command.roles();
        if (command.incarnation().equals(Uuid.ZERO_UUID)) {
            return "a node needs an incarnation of its own";
        }
        if (roles.isEmpty()) {
            return "a node plays at least one role";
        }
        if (roles.contains(NodeRole.GATEWAY) && command.kafka() == null) {
            return "a gateway needs the address at which Kafka clients reach it";
        }
        if (roles.contains(NodeRole.STORAGE) && command.storage() == null) {
            return "a storage node needs the address at which gateways reach it";
        }
        if (roles.contains(NodeRole.STORAGE)
                && (command.shards() < 1 || command.shards() > Limits.NODE_SHARDS_MAX)) {
            return "a storage node leads 1 to "
                    + Limits.NODE_SHARDS_MAX
                    + " shards, not "
                    + command.shards();
        }
        return null;
    }

    private static Node node(int id, RegisterNode command) {
        return new Node(
                id,
                command.incarnation(),
                command.roles(),
                command.kafka(),
                command.storage(),
                command.rack(),
                false);
    }

    private static @Nullable Node byIncarnation(ClusterImage image, Uuid incarnation) {
        for (Node node : image.nodes().values()) {
            if (node.incarnation().equals(incarnation)) {
                return node;
            }
        }
        return null;
    }

    private static boolean carriesShards(ClusterImage image, int nodeId) {
        return image.shards().values().stream().anyMatch(s -> s.replicas().contains(nodeId));
    }

    private static void createShards(
            ClusterImage image, int nodeId, int count, List<MetadataRecord> records) {
        for (int i = 0; i < count; i++) {
            List<Integer> self = List.of(nodeId);
            records.add(
                    new ShardCreated(
                            new ShardState(
                                    image.nextShardId() + i, FIRST_EPOCH, nodeId, self, self)));
        }
    }

    private static void handOver(ClusterImage image, int silent, List<MetadataRecord> records) {
        for (ShardState shard : image.shards().values()) {
            if (!shard.inSync().contains(silent)) {
                continue;
            }
            List<Integer> rest = shard.inSync().stream().filter(id -> id != silent).toList();
            int leader =
                    shard.leader() == silent
                            ? firstLive(image, shard.replicas(), rest)
                            : shard.leader();
            // The last holders of committed data stay in the set, or nobody could be trusted to
            // lead again.
            List<Integer> inSync = leader == ShardState.NO_LEADER ? shard.inSync() : rest;
            change(shard, leader, inSync, records);
        }
    }

    /// Changes of replicas that waited for who is silent now.
    private static void settle(ClusterImage after, List<MetadataRecord> records) {
        for (ShardState shard : after.shards().values()) {
            ShardState settled = ReplicaMoves.settled(after, shard);
            if (!settled.equals(shard)) {
                records.add(new ShardChanged(settled));
            }
        }
    }

    private static void takeBack(ClusterImage image, int nodeId, List<MetadataRecord> records) {
        for (ShardState shard : image.shards().values()) {
            if (shard.leader() == ShardState.NO_LEADER && shard.inSync().contains(nodeId)) {
                change(shard, nodeId, shard.inSync(), records);
            }
        }
    }

    private static void startAnew(ClusterImage image, Node node, List<MetadataRecord> records) {
        Node known = image.node(node.id());
        boolean fenced = known != null && known.fenced();
        for (ShardState shard : image.shards().values()) {
            if (shard.leader() == ShardState.NO_LEADER) {
                if (shard.inSync().contains(node.id())) {
                    change(shard, node.id(), shard.inSync(), records);
                }
            } else if (!fenced && shard.isReplicated() && shard.inSync().contains(node.id())) {
                leaveOrLeadAnew(image, shard, node.id(), records);
            }
        }
    }

    /// Where nobody else can lead, it goes on itself in a new epoch.
    private static void leaveOrLeadAnew(
            ClusterImage image, ShardState shard, int nodeId, List<MetadataRecord> records) {
        List<Integer> rest = shard.inSync().stream().filter(id -> id != nodeId).toList();
        if (shard.leader() != nodeId) {
            change(shard, shard.leader(), rest, records);
            return;
        }
        int leader = firstLive(image, shard.replicas(), rest);
        if (leader == ShardState.NO_LEADER) {
            records.add(new ShardChanged(shard.ledAnew()));
        } else {
            change(shard, leader, rest, records);
        }
    }

    static int firstLive(ClusterImage image, List<Integer> order, List<Integer> among) {
        for (int id : order) {
            if (among.contains(id) && isLive(image, id)) {
                return id;
            }
        }
        return ShardState.NO_LEADER;
    }

    static boolean isLive(ClusterImage image, int id) {
        Node node = image.node(id);
        return node != null && !node.fenced();
    }

    private static void change(
            ShardState shard, int leader, List<Integer> inSync, List<MetadataRecord> records) {
        if (leader == shard.leader() && inSync.equals(shard.inSync())) {
            return;
        }
        records.add(new ShardChanged(shard.led(leader, inSync)));
    }
}
