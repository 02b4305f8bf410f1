package io.quafka.controller.logic;

import io.quafka.controller.config.ClusterConfigs;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.MetadataRecord;
import io.quafka.controller.model.MetadataRecord.ShardCreated;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.ShardState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The shards that partitions may be given, by how many replicas they have; makes those that are
/// lacking.
///
/// A node comes with shards of its own alone. Shards of several replicas are made when the first
/// partition asks for that many: each live storage node is the preferred leader of as many of them
/// as it has shards alone. Their other replicas go to other racks first, then to the nodes that
/// carry fewest.
///
/// Not for several threads.
final class ShardGroups {
    private static final int FIRST_EPOCH = 1;

    private final ClusterImage image;
    private final List<ShardState> created = new ArrayList<>();
    private final Map<Integer, Integer> carried = new HashMap<>();

    /// Shards by their preferred leader.
    private final Map<Integer, Integer> led = new HashMap<>();

    private int taken;

    ShardGroups(ClusterImage image) {
        this.image = image;
        image.shards().values().forEach(this::count);
    }

    private void count(ShardState shard) {
        shard.target().forEach(id -> carried.merge(id, 1, Integer::sum));
        led.merge(shard.target().getFirst(), 1, Integer::sum);
    }

    /// The most replicas that a shard may have.
    int replicationFactorMax() {
        return ClusterConfigs.replicationFactorMax(image);
    }

    /// Live storage nodes that are to stay, by id.
    List<Node> live() {
        return image.nodes().values().stream()
                .filter(node -> !node.fenced() && node.plays(NodeRole.STORAGE))
                .filter(node -> !node.draining())
                .sorted(Comparator.comparingInt(Node::id))
                .toList();
    }

    /// Shards with so many replicas that have a leader, by id; made where there are not as many as
    /// there should be.
    List<ShardState> of(int replicationFactor) {
        if (replicationFactor > 1) {
            createLacking(replicationFactor);
        }
        return all().stream()
                .filter(shard -> shard.target().size() == replicationFactor)
                .filter(shard -> shard.leader() != ShardState.NO_LEADER)
                .filter(shard -> shard.target().stream().noneMatch(this::isDraining))
                .toList();
    }

    /// Shards of just these replicas whose preferred leader is the first of them and leads them;
    /// one is made where there is none and the node may lead another.
    List<ShardState> on(List<Integer> replicas) {
        int leader = replicas.getFirst();
        Set<Integer> wanted = Set.copyOf(replicas);
        List<ShardState> fitting =
                all().stream()
                        .filter(shard -> shard.leader() == leader)
                        .filter(shard -> shard.target().size() == wanted.size())
                        .filter(shard -> wanted.containsAll(shard.target()))
                        .toList();
        if (!fitting.isEmpty()
                || replicas.size() == 1
                || replicas.size() > replicationFactorMax()
                || !mayLeadAnother(leader)) {
            return fitting;
        }
        return List.of(create(replicas));
    }

    /// What was made since the last call.
    List<MetadataRecord> takeCreated() {
        List<MetadataRecord> records = new ArrayList<>();
        for (; taken < created.size(); taken++) {
            records.add(new ShardCreated(created.get(taken)));
        }
        return records;
    }

    private List<ShardState> all() {
        List<ShardState> all = new ArrayList<>(image.shards().values());
        all.addAll(created);
        all.sort(Comparator.comparingInt(ShardState::id));
        return all;
    }

    private boolean isDraining(int nodeId) {
        Node node = image.node(nodeId);
        return node != null && node.draining();
    }

    private boolean mayLeadAnother(int nodeId) {
        return led.getOrDefault(nodeId, 0) < Limits.NODE_SHARDS_MAX;
    }

    private void createLacking(int replicationFactor) {
        List<Node> live = live();
        if (live.size() < replicationFactor || replicationFactor > replicationFactorMax()) {
            return;
        }
        Map<Integer, Integer> lacking = new HashMap<>();
        for (ShardState shard : all()) {
            int leader = shard.target().getFirst();
            if (shard.target().size() == 1) {
                lacking.merge(leader, 1, Integer::sum);
            } else if (shard.target().size() == replicationFactor) {
                lacking.merge(leader, -1, Integer::sum);
            }
        }
        for (Node node : live) {
            for (int i = lacking.getOrDefault(node.id(), 0); i > 0; i--) {
                if (mayLeadAnother(node.id())) {
                    create(replicas(node, live, replicationFactor));
                }
            }
        }
    }

    private List<Integer> replicas(Node leader, List<Node> live, int replicationFactor) {
        List<Integer> chosen = new ArrayList<>(List.of(leader.id()));
        Set<@Nullable String> racks = new HashSet<>();
        racks.add(leader.rack());
        while (chosen.size() < replicationFactor) {
            Node next =
                    live.stream()
                            .filter(node -> !chosen.contains(node.id()))
                            .min(
                                    Comparator.<Node>comparingInt(
                                                    node -> racks.contains(node.rack()) ? 1 : 0)
                                            .thenComparingInt(
                                                    node -> carried.getOrDefault(node.id(), 0))
                                            .thenComparingInt(
                                                    node -> node.id() > leader.id() ? 0 : 1)
                                            .thenComparingInt(Node::id))
                            .orElseThrow();
            chosen.add(next.id());
            racks.add(next.rack());
        }
        return chosen;
    }

    private ShardState create(List<Integer> replicas) {
        ShardState shard =
                new ShardState(
                        image.nextShardId() + created.size(),
                        FIRST_EPOCH,
                        replicas.getFirst(),
                        replicas,
                        replicas);
        created.add(shard);
        count(shard);
        return shard;
    }
}
