package io.quafka.testkit.faults;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Command.ShardMove;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.Reply;
import io.quafka.controller.model.Reply.Outcome;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.raft.ControllerConfig.Member;
import io.quafka.controller.raft.RemoteController;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.Errors;

/// All shards that carry partitions go one storage node on, as an operator's tool asks for it;
/// where each node has a replica, another one comes to lead.
///
/// @param members of the controller
record ShardChange(List<Member> members) {
    private static final Duration COMMAND_MAX = Duration.ofSeconds(30);
    private static final Duration DONE_MAX = Duration.ofMinutes(2);
    private static final Duration BETWEEN = Duration.ofMillis(100);

    /// Asks for it.
    ///
    /// @return how many shards are to move
    /// @throws AssertionError if the controller refuses, or does not answer in time
    int begin() throws InterruptedException {
        try (RemoteController controller = RemoteController.connect(members, COMMAND_MAX)) {
            ClusterImage image = image(controller);
            List<Integer> nodes =
                    image.nodes().values().stream()
                            .filter(node -> node.plays(NodeRole.STORAGE) && !node.fenced())
                            .map(Node::id)
                            .sorted()
                            .toList();
            List<ShardMove> moves =
                    carrying(image)
                            .filter(shard -> nodes.containsAll(shard.target()))
                            .map(shard -> new ShardMove(shard.id(), next(shard.target(), nodes)))
                            .toList();
            Reply.Outcomes moved = submit(controller, new Command.MoveShards(moves));
            for (Outcome outcome : moved.outcomes()) {
                if (outcome.error() != Errors.NONE) {
                    throw new AssertionError("a move was refused: " + outcome);
                }
            }
            List<Integer> ids = moves.stream().map(ShardMove::shardId).toList();
            Reply.Outcomes _ = submit(controller, new Command.ElectLeaders(ids));
            return moves.size();
        }
    }

    private static List<Integer> next(List<Integer> replicas, List<Integer> nodes) {
        List<Integer> next = new ArrayList<>();
        for (int id : replicas) {
            next.add(nodes.get((nodes.indexOf(id) + 1) % nodes.size()));
        }
        return next;
    }

    /// Returns once nothing moves any more.
    ///
    /// @throws AssertionError if that takes too long
    void awaitDone() throws InterruptedException {
        try (RemoteController controller = RemoteController.connect(members, COMMAND_MAX)) {
            long deadline = System.nanoTime() + DONE_MAX.toNanos();
            ClusterImage image = image(controller);
            while (carrying(image).anyMatch(ShardState::isMoving)) {
                if (System.nanoTime() > deadline) {
                    List<ShardState> left = carrying(image).filter(ShardState::isMoving).toList();
                    throw new AssertionError("shards still move after " + DONE_MAX + ": " + left);
                }
                Actor.pause(BETWEEN);
                image = controller.metadata().image();
            }
        }
    }

    private static Stream<ShardState> carrying(ClusterImage image) {
        return image.shards().values().stream()
                .filter(shard -> image.indexes().partitionsOn(shard.id()) > 0);
    }

    private static ClusterImage image(RemoteController controller) throws InterruptedException {
        try {
            return controller
                    .metadata()
                    .awaitVersion(1)
                    .get(COMMAND_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("the controller tells no metadata", e);
        }
    }

    private static Reply.Outcomes submit(
            RemoteController controller, Command<Reply.Outcomes> command)
            throws InterruptedException {
        try {
            return controller
                    .submit(command)
                    .get(COMMAND_MAX.toMillis() * 2, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("the controller does not answer", e);
        }
    }
}
