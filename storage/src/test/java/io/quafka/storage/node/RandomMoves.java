package io.quafka.storage.node;

import io.quafka.controller.model.Command;
import io.quafka.controller.model.Command.ShardMove;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.ShardState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// What operators and faults do to a cluster, one step after the other: which ones, its seed says.
/// What is acknowledged can be had again after each of them, once [#heal] was called.
final class RandomMoves {
    private static final int REPLICAS_MAX = 3;

    private final ReplicatedCluster cluster;
    private final List<CheckedLog> logs;
    private final Path crashes;
    private final Random random;
    private final List<String> done = new ArrayList<>();

    /// What is more often wanted is there more often.
    private enum Step {
        MOVE,
        MOVE_AGAIN,
        MOVE_THEN,
        TAKE_BACK,
        ELECT,
        DRAIN,
        STAY,
        STOP,
        START,
        START_ANOTHER,
        CRASH,
        LOSE_DISK,
        FENCE,
        UNFENCE,
        DELETE_RECORDS,
        DELETE_MORE
    }

    /// @param crashes a folder for what crashes leave; does not exist
    RandomMoves(ReplicatedCluster cluster, List<CheckedLog> logs, Path crashes, long seed) {
        this.cluster = cluster;
        this.logs = logs;
        this.crashes = crashes;
        this.random = new Random(seed);
    }

    /// What was done until now, to be told where something is wrong.
    String told() {
        return String.join("\n", done);
    }

    void step() throws Exception {
        Step step = Step.values()[random.nextInt(Step.values().length)];
        CheckedLog log = logs.get(random.nextInt(logs.size()));
        int shard = cluster.state(log.topic()).id();
        List<Integer> order = new ArrayList<>(cluster.ids());
        Collections.shuffle(order, random);
        int id = order.getFirst();
        int replicas = random.nextInt(1, REPLICAS_MAX + 1);
        boolean known = random.nextBoolean();
        double part = random.nextDouble();
        String what =
                switch (step) {
                    case MOVE, MOVE_AGAIN, MOVE_THEN -> move(shard, order.subList(0, replicas));
                    case TAKE_BACK -> move(shard, null);
                    case ELECT -> decide(new Command.ElectLeaders(List.of(shard)));
                    case DRAIN -> decide(new Command.DrainNode(id, true));
                    case STAY -> decide(new Command.DrainNode(id, false));
                    case STOP -> stop(id, known);
                    case START, START_ANOTHER -> start(order);
                    case CRASH -> crash(id, known);
                    case LOSE_DISK -> loseDisk(id);
                    case FENCE -> fence(id, true);
                    case UNFENCE -> fence(id, false);
                    case DELETE_RECORDS, DELETE_MORE -> deleteRecords(log, part);
                };
        tell(what);
    }

    private void tell(String what) {
        List<String> states = new ArrayList<>();
        for (CheckedLog log : logs) {
            ShardState state = cluster.state(log.topic());
            states.add(
                    "%s in %d: epoch %d, %d leads %s, in sync %s, %s come, %s go"
                            .formatted(
                                    log.topic().name(),
                                    state.id(),
                                    state.epoch(),
                                    state.leader(),
                                    state.replicas(),
                                    state.inSync(),
                                    state.adding(),
                                    state.removing()));
        }
        done.add(what + "\n    " + String.join("\n    ", states));
    }

    private String decide(Command<?> command) {
        cluster.decide(command);
        return command.toString();
    }

    private String move(int shard, @Nullable List<Integer> replicas) {
        return decide(new Command.MoveShards(List.of(new ShardMove(shard, replicas))));
    }

    /// @param known whether the controller is told
    private String stop(int id, boolean known) throws Exception {
        if (!cluster.runs(id)) {
            return "node " + id + " is stopped already";
        }
        if (known) {
            cluster.stop(id);
        } else {
            cluster.vanish(id);
        }
        return "stopped node " + id + ", known: " + known;
    }

    private String start(List<Integer> order) throws Exception {
        for (int id : order) {
            if (!cluster.runs(id)) {
                cluster.start(id);
                return "started node " + id;
            }
        }
        return "all are running";
    }

    /// Ends, and starts again with what was on the disk when it had last been heard of.
    private String crash(int id, boolean known) throws Exception {
        if (!cluster.runs(id)) {
            return "node " + id + " cannot crash";
        }
        cluster.isolate(id);
        Path there = cluster.directoryOf(id);
        Path crash = crashes.resolve("crash-" + done.size());
        boolean copied = DiskImage.copyQuiet(there, crash);
        stop(id, known);
        if (copied) {
            DiskImage.delete(there);
            DiskImage.copy(crash, there);
            DiskImage.delete(crash);
        }
        cluster.start(id);
        return "crashed node %d, known: %s, with its disk as it was: %s"
                .formatted(id, known, copied);
    }

    /// Not if it is the last one that has something.
    private String loseDisk(int id) throws Exception {
        boolean needed =
                cluster.image().shards().values().stream()
                        .anyMatch(state -> needs(state, id, true));
        if (needed || !cluster.runs(id)) {
            return "node " + id + " cannot lose its disk";
        }
        cluster.stop(id);
        // Another in-sync replica may have gone meanwhile.
        boolean lost =
                cluster.image().shards().values().stream()
                        .noneMatch(state -> needs(state, id, false));
        if (lost) {
            DiskImage.delete(cluster.directoryOf(id));
        }
        cluster.start(id);
        return "started node " + id + ", its disk lost: " + lost;
    }

    /// @param live whether it is about to be stopped, so that others take its place
    private boolean needs(ShardState state, int id, boolean live) {
        boolean others =
                state.inSync().stream()
                        .anyMatch(other -> other != id && cluster.runs(other) && !isFenced(other));
        return cluster.image().indexes().partitionsOn(state.id()) > 0
                && state.inSync().contains(id)
                && !(live && others);
    }

    private boolean isFenced(int id) {
        Node node = cluster.image().node(id);
        return node == null || node.fenced();
    }

    /// A node that does not run may be taken for one that does: it was just killed.
    private String fence(int id, boolean fenced) {
        return decide(new Command.FenceNode(id, fenced));
    }

    private String deleteRecords(CheckedLog log, double part) throws Exception {
        long before = (long) (log.acknowledged() * part);
        log.delete(before);
        return "deleted records of " + log.topic().name() + " before " + before;
    }

    /// All run, none is to go, and whatever began can end.
    void heal() throws Exception {
        for (int id : cluster.ids()) {
            if (!cluster.runs(id)) {
                cluster.start(id);
            }
            decide(new Command.FenceNode(id, false));
            decide(new Command.DrainNode(id, false));
        }
        tell("healed");
    }
}
