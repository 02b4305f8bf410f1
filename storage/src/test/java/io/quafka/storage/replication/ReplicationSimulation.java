package io.quafka.storage.replication;

import io.quafka.controller.config.ClusterConfigs;
import io.quafka.controller.logic.ControllerLogic;
import io.quafka.controller.logic.Decision;
import io.quafka.controller.logic.IdSource;
import io.quafka.controller.logic.ImageBuilder;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Command.AlterInSync;
import io.quafka.controller.model.Command.NewTopic;
import io.quafka.controller.model.Endpoint;
import io.quafka.controller.model.MetadataRecord;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.ShardState;
import io.quafka.storage.replication.EpochTable.EpochEnd;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/// One shard on three of four nodes and a controller, from one seed: messages are lost, doubled and
/// overtake each other; nodes crash at any step, losing what they had not forced, are fenced
/// rightly and wrongly, and know the metadata late; replicas are moved to and fro, and who is none
/// any more forgets everything. The controller's decisions and the replicas' are the real ones.
///
/// Invariants, each checked whenever it could be broken:
///
/// 1. *Acknowledged survives*: who takes over has every acknowledged record, where it was.
/// 2. *Visible stays*: what a reader could see at a position anywhere is what everybody sees there,
///    then and later, and who takes over has it.
/// 3. *One leader*: in an epoch, one node at most leads.
/// 4. *Committed is not cut*: see [SimulatedNode#parted].
/// 5. *It goes on*: once nothing fails any more, all replicas come to be in sync and have the same.
final class ReplicationSimulation {
    static final long LAG_MAX = 40;

    private static final int NODES = 4;
    private static final List<Integer> REPLICAS = List.of(1, 2, 3);
    private static final int STEPS = 220;
    private static final int HEALING_STEPS_MAX = 20_000;
    private static final int MESSAGES_CALM = 8;

    /// What can be planted, to see that it is found.
    enum Fault {
        NONE,
        ACKNOWLEDGES_UNFORCED,
        APPLIES_UNCOMMITTED,
        TRUSTS_EVERY_LOG,
        KEEPS_OLD_PROCESSES_IN_SYNC,
        ADDS_REPLICAS_IN_THE_SAME_EPOCH
    }

    sealed interface Message {
        record Fetch(int from, int to, int epoch, int position, int lastEpoch) implements Message {}

        record Ship(
                int from,
                int to,
                int epoch,
                int position,
                List<SimulatedNode.Group> groups,
                int committed)
                implements Message {}

        /// @param asked the position that the follower asked at
        record Parting(int from, int to, int epoch, int asked, int lastEpoch, EpochEnd told)
                implements Message {}

        record Wish(AlterInSync wish) implements Message {}

        record Decided(AlterInSync wish, long version) implements Message {}
    }

    private final SplittableRandom random;
    private final Fault fault;
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final List<Message> messages = new ArrayList<>();
    private final Map<Integer, Long> acknowledged = new HashMap<>();
    private final Map<Integer, Long> visible = new HashMap<>();
    private final Map<Integer, Integer> leaders = new HashMap<>();
    private ClusterImage image = ClusterImage.EMPTY;
    private final int shard;
    private long now;
    private long records;
    private boolean healing;
    private int moves;

    ReplicationSimulation(long seed, Fault fault) {
        this.random = new SplittableRandom(seed);
        this.fault = fault;
        decide(new Command.FormCluster("simulated", ClusterConfigs.OF_NEW_CLUSTERS));
        for (int id = 1; id <= NODES; id++) {
            nodes.add(new SimulatedNode(id, this, random.split()));
            register(id);
        }
        NewTopic topic = new NewTopic("t", -1, -1, Map.of(0, REPLICAS), Map.of(), false);
        decide(new Command.CreateTopics(List.of(topic), false));
        shard = Objects.requireNonNull(image.topic("t")).partitions().shardOf(0);
    }

    boolean has(Fault planted) {
        return fault == planted;
    }

    long nowNanos() {
        return now;
    }

    /// What happened in one run.
    ///
    /// @param acknowledged records
    /// @param moves changes of replicas that came to their end
    record Outcome(int acknowledged, int moves) {}

    Outcome run() {
        for (int step = 0; step < STEPS; step++) {
            now += random.nextInt(4);
            step();
        }
        heal();
        return new Outcome(acknowledged.size(), moves);
    }

    private void step() {
        SimulatedNode node = nodes.get(random.nextInt(NODES));
        switch (random.nextInt(healing ? 24 : 29)) {
            case 0, 1, 2 -> append(node);
            case 3, 4, 5 -> node.force();
            case 6, 7, 8, 9 -> fetch(node);
            case 10, 11 -> node.imageIs(image, state());
            case 12, 13 -> wish(node);
            case 24 -> crash(node);
            case 25, 26 -> fence(node);
            case 27 -> lose();
            case 28 -> move();
            default -> deliver();
        }
        if (!node.up && random.nextInt(4) == 0) {
            restart(node);
        }
    }

    private void append(SimulatedNode node) {
        if (!healing || random.nextInt(8) == 0) {
            node.append(++records);
        }
    }

    /// A follower waits for an answer before it asks again, if not for ever.
    private void fetch(SimulatedNode node) {
        if (messages.size() < MESSAGES_CALM || (!healing && random.nextInt(4) == 0)) {
            node.fetch();
        }
    }

    private ShardState state() {
        return Objects.requireNonNull(image.shard(shard));
    }

    void send(Message message) {
        messages.add(message);
        if (!healing && random.nextInt(20) == 0) {
            messages.add(message);
        }
    }

    private void lose() {
        if (!messages.isEmpty()) {
            messages.remove(random.nextInt(messages.size()));
        }
    }

    private void deliver() {
        if (messages.isEmpty()) {
            return;
        }
        switch (messages.remove(random.nextInt(messages.size()))) {
            case Message.Fetch fetch -> nodes.get(fetch.to() - 1).fetched(fetch);
            case Message.Ship ship -> nodes.get(ship.to() - 1).shipped(ship);
            case Message.Parting parting -> nodes.get(parting.to() - 1).parted(parting);
            case Message.Wish(AlterInSync wish) -> {
                boolean moving = state().isMoving();
                decide(wish);
                moves += moving && !state().isMoving() ? 1 : 0;
                send(new Message.Decided(wish, image.version()));
            }
            case Message.Decided(AlterInSync wish, long version) -> {
                LeaderProgress progress = nodes.get(wish.leader() - 1).progress;
                if (progress != null) {
                    progress.decided(wish, version);
                }
            }
        }
    }

    private void wish(SimulatedNode node) {
        LeaderProgress progress = node.progress;
        if (progress != null) {
            AlterInSync wish =
                    progress.wish(
                            id -> !Objects.requireNonNull(image.node(id)).fenced(),
                            node.end(),
                            now);
            if (wish != null) {
                send(new Message.Wish(wish));
            }
        }
    }

    /// @return false if nothing fails any more
    boolean crash(SimulatedNode node) {
        if (!healing) {
            node.crash();
        }
        return !healing;
    }

    private void restart(SimulatedNode node) {
        if (has(Fault.KEEPS_OLD_PROCESSES_IN_SYNC)) {
            decide(new Command.FenceNode(node.id, false));
        } else {
            register(node.id);
        }
        node.start();
    }

    private void fence(SimulatedNode node) {
        boolean fenced = Objects.requireNonNull(image.node(node.id)).fenced();
        if (!fenced && (!node.up || random.nextInt(3) == 0)) {
            decide(new Command.FenceNode(node.id, true));
        } else if (fenced && node.up) {
            decide(new Command.FenceNode(node.id, false));
        }
    }

    private void move() {
        List<Integer> wanted = new ArrayList<>();
        for (int i = 0; i < REPLICAS.size(); i++) {
            int id = 1 + random.nextInt(NODES);
            if (!wanted.contains(id)) {
                wanted.add(id);
            }
        }
        move(random.nextInt(5) == 0 ? null : wanted);
    }

    private void move(@Nullable List<Integer> wanted) {
        ShardState before = state();
        decide(new Command.MoveShards(List.of(new Command.ShardMove(shard, wanted))));
        ShardState next = state();
        if (has(Fault.ADDS_REPLICAS_IN_THE_SAME_EPOCH) && next.leader() == before.leader()) {
            ShardState same =
                    new ShardState(
                            shard,
                            before.epoch(),
                            next.revision(),
                            next.leader(),
                            next.replicas(),
                            next.inSync(),
                            next.adding(),
                            next.removing());
            image = ImageBuilder.apply(image, List.of(new MetadataRecord.ShardChanged(same)));
        }
    }

    private void register(int id) {
        decide(
                new Command.RegisterNode(
                        new Uuid(1, id),
                        Set.of(NodeRole.STORAGE),
                        null,
                        new Endpoint("node-" + id, 1),
                        null,
                        1));
    }

    private void decide(Command<?> command) {
        Decision decision =
                ControllerLogic.decide(image, command, IdSource.from(new Uuid(7, image.version())));
        image = decision.applyTo(image);
    }

    void acknowledged(int position, long record) {
        acknowledged.put(position, record);
    }

    void visible(int position, long record) {
        Long before = visible.putIfAbsent(position, record);
        require(
                before == null || before == record,
                "visible stays: position %d showed %s, now %d",
                position,
                before,
                record);
    }

    void leads(SimulatedNode node) {
        Integer before = leaders.putIfAbsent(node.epoch, node.id);
        require(
                before == null || before == node.id,
                "one leader: %s and %d lead in epoch %d",
                before,
                node.id,
                node.epoch);
        requireAll(node, acknowledged, "acknowledged survives");
        requireAll(node, visible, "visible stays");
    }

    private static void requireAll(
            SimulatedNode node, Map<Integer, Long> records, String invariant) {
        records.forEach((position, record) ->
                require(
                        position < node.end() && node.group(position).id() == record,
                        invariant
                                + ": record %d at position %d is not at node %d, which leads in epoch %d",
                        record,
                        position,
                        node.id,
                        node.epoch));
    }

    private static void require(boolean holds, String message, Object... values) {
        if (!holds) {
            throw new AssertionError(message.formatted(values));
        }
    }

    /// Nothing fails any more.
    private void heal() {
        healing = true;
        for (SimulatedNode node : nodes) {
            if (!node.up) {
                restart(node);
            }
            decide(new Command.FenceNode(node.id, false));
        }
        for (int step = 0; step < HEALING_STEPS_MAX; step++) {
            now += random.nextInt(2);
            if (!state().target().equals(REPLICAS)) {
                move(REPLICAS);
            }
            step();
            if (step % 50 == 0 && isWhole()) {
                return;
            }
        }
        throw new AssertionError("it goes on: not all replicas came to be in sync: " + state());
    }

    private boolean isWhole() {
        ShardState state = state();
        if (state.leader() == ShardState.NO_LEADER
                || state.isMoving()
                || state.inSync().size() < REPLICAS.size()) {
            return false;
        }
        SimulatedNode leader = nodes.get(state.leader() - 1);
        if (!leader.leading || leader.epoch != state.epoch()) {
            return false;
        }
        requireAll(leader, acknowledged, "acknowledged survives");
        for (int id : REPLICAS) {
            SimulatedNode node = nodes.get(id - 1);
            for (int at = 0; at < Math.min(node.durable, leader.applied); at++) {
                require(
                        node.epoch != leader.epoch || node.group(at).equals(leader.group(at)),
                        "visible stays: node %d and its leader differ at position %d",
                        node.id,
                        at);
            }
        }
        return true;
    }
}
