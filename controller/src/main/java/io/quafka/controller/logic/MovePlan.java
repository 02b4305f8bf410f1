package io.quafka.controller.logic;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command.ShardMove;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.ShardState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.protocol.Errors;

/// Which shards are to move where: to empty a node, or to spread partitions over all nodes. Counts
/// partitions, for it knows of no bytes. Whole shards move; empty ones need not.
///
/// O(shards x nodes), and for spreading O(shards x moves). Not for several threads.
public final class MovePlan {
    private final ClusterImage image;
    private final List<Node> live;

    /// Partitions of which a node carries a replica, once what is under way and planned is done.
    private final Map<Integer, Integer> carried = new HashMap<>();

    private final List<ShardMove> moves = new ArrayList<>();

    private MovePlan(ClusterImage image) {
        this.image = image;
        this.live = new ShardGroups(image).live();
        for (ShardState shard : image.shards().values()) {
            shard.target().forEach(id -> carried.merge(id, weight(shard), Integer::sum));
        }
    }

    /// Has everything that a storage node carries go to others: other racks than those of the other
    /// replicas first, then who carries fewest partitions.
    ///
    /// @throws Refusal if a shard would have nowhere to go
    static List<ShardMove> drain(ClusterImage image, int nodeId) throws Refusal {
        MovePlan plan = new MovePlan(image);
        for (ShardState shard : plan.shards()) {
            if (!shard.target().contains(nodeId) || plan.weight(shard) == 0) {
                continue;
            }
            Node to =
                    plan.bestFor(shard, nodeId)
                            .orElseThrow(() ->
                                    new Refusal(
                                            Errors.INVALID_REPLICATION_FACTOR,
                                            "shard %d keeps %d copies, and there is no other live storage node for the one on node %d: add a node first"
                                                    .formatted(
                                                            shard.id(),
                                                            shard.target().size(),
                                                            nodeId)));
            plan.move(shard, nodeId, to.id());
        }
        return plan.moves;
    }

    /// What [io.quafka.controller.model.Command.DrainNode] would move; empty where it would be
    /// refused.
    public static Optional<List<ShardMove>> toDrain(ClusterImage image, int nodeId) {
        try {
            return Optional.of(drain(image, nodeId));
        } catch (Refusal _) {
            return Optional.empty();
        }
    }

    /// Takes shards from who carries most to who carries fewest, while that makes the difference
    /// smaller. Each shard moves once at most; those that move already stay as they are.
    public static List<ShardMove> spread(ClusterImage image) {
        MovePlan plan = new MovePlan(image);
        Set<Integer> moved = new HashSet<>();
        for (int left = image.shards().size(); left > 0 && plan.live.size() > 1; left--) {
            Comparator<Node> byLoad =
                    Comparator.<Node>comparingInt(node -> plan.carriedBy(node.id()))
                            .thenComparingInt(Node::id);
            Node most = plan.live.stream().max(byLoad).orElseThrow();
            Node fewest = plan.live.stream().min(byLoad).orElseThrow();
            int difference = plan.carriedBy(most.id()) - plan.carriedBy(fewest.id());
            Optional<ShardState> next =
                    plan.shards().stream()
                            .filter(shard -> !shard.isMoving() && !moved.contains(shard.id()))
                            .filter(shard -> shard.target().contains(most.id()))
                            .filter(shard -> !shard.target().contains(fewest.id()))
                            .filter(shard -> plan.weight(shard) > 0)
                            .filter(shard -> plan.weight(shard) < difference)
                            .filter(shard -> plan.keepsRacks(shard, most, fewest))
                            .min(
                                    Comparator.comparingInt(shard ->
                                            Math.abs(2 * plan.weight(shard) - difference)));
            if (next.isEmpty()) {
                break;
            }
            plan.move(next.get(), most.id(), fewest.id());
            moved.add(next.get().id());
        }
        return plan.moves;
    }

    private List<ShardState> shards() {
        return image.shards().values().stream()
                .sorted(Comparator.comparingInt(ShardState::id))
                .toList();
    }

    private int weight(ShardState shard) {
        return image.indexes().partitionsOn(shard.id());
    }

    private int carriedBy(int nodeId) {
        return carried.getOrDefault(nodeId, 0);
    }

    private Optional<Node> bestFor(ShardState shard, int leaving) {
        Set<Optional<String>> racks = racksBut(shard, leaving);
        return live.stream()
                .filter(node -> node.id() != leaving && !shard.target().contains(node.id()))
                .min(
                        Comparator.<Node>comparingInt(node -> racks.contains(rack(node)) ? 1 : 0)
                                .thenComparingInt(node -> carriedBy(node.id()))
                                .thenComparingInt(Node::id));
    }

    private boolean keepsRacks(ShardState shard, Node from, Node to) {
        return rack(from).equals(rack(to)) || !racksBut(shard, from.id()).contains(rack(to));
    }

    /// Racks of the shard's other replicas.
    private Set<Optional<String>> racksBut(ShardState shard, int leaving) {
        Set<Optional<String>> racks = new HashSet<>();
        shard.target().stream()
                .filter(id -> id != leaving)
                .map(image::node)
                .filter(Objects::nonNull)
                .forEach(node -> racks.add(rack(node)));
        return racks;
    }

    private static Optional<String> rack(Node node) {
        return Optional.ofNullable(node.rack());
    }

    private void move(ShardState shard, int from, int to) {
        List<Integer> replicas = shard.target().stream().map(id -> id == from ? to : id).toList();
        moves.add(new ShardMove(shard.id(), replicas));
        carried.merge(from, -weight(shard), Integer::sum);
        carried.merge(to, weight(shard), Integer::sum);
    }
}
