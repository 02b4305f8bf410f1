package io.quafka.testkit.faults;

import io.quafka.testkit.Site;
import io.quafka.testkit.faults.Fault.Link;
import io.quafka.testkit.faults.FaultRun.Strikes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// Which fault comes next, and for how long: by its seed alone, given the cluster's size and what
/// can be done on the machine.
final class FaultChooser {
    private static final int HOLD_MS_MIN = 300;

    /// Fewer have no majority without one of them.
    private static final int CONTROLLERS_REPLACEABLE = 3;

    /// Either way. Less than anything is kept for.
    private static final int JUMP_S_MAX = 7_200;

    /// What can go wrong.
    enum Kind {
        KILL,
        KILL_ALL,
        PAUSE,
        ROLLING_RESTART,
        REPLACE_GATEWAY,
        REPLACE_CONTROLLER,
        MOVE_SHARDS,
        CUT,
        CUT_ONE_WAY,
        ISOLATE,
        SLOW,
        STORE_OUTAGE,
        FULL_DISK,
        CLOCK_JUMP
    }

    /// @param hold between strike and heal
    record Choice(Fault fault, Duration hold) {}

    private final Cluster cluster;
    private final Network network;
    private final Random random;
    private final List<Kind> kinds;
    private final int holdMsMax;
    private List<Kind> round = new ArrayList<>();
    private int gatewaysMade;

    FaultChooser(Cluster cluster, Network network, Strikes strikes, long seed) {
        this.cluster = cluster;
        this.network = network;
        this.random = new Random(seed);
        this.gatewaysMade = cluster.gateways().size();
        this.holdMsMax = Math.toIntExact(strikes.holdMax().toMillis());
        Set<Kind> possible = EnumSet.copyOf(strikes.kinds());
        if (!network.cuts()) {
            possible.removeAll(EnumSet.of(Kind.CUT, Kind.CUT_ONE_WAY, Kind.ISOLATE, Kind.SLOW));
        }
        if (cluster.storageNodes().stream().anyMatch(node -> node.volume() == null)) {
            possible.remove(Kind.FULL_DISK);
        }
        if (!Clock.canJump()) {
            possible.remove(Kind.CLOCK_JUMP);
        }
        if (cluster.controllers().size() < CONTROLLERS_REPLACEABLE) {
            possible.remove(Kind.REPLACE_CONTROLLER);
        }
        if (cluster.storageNodes().size() < 2) {
            possible.remove(Kind.MOVE_SHARDS);
        }
        this.kinds = List.copyOf(possible);
    }

    /// Each kind once in a round, in an order of its own.
    Choice next() {
        if (round.isEmpty()) {
            round = new ArrayList<>(kinds);
            java.util.Collections.shuffle(round, random);
        }
        Fault fault = of(round.removeLast());
        return new Choice(fault, Duration.ofMillis(random.nextInt(HOLD_MS_MIN, holdMsMax)));
    }

    private Fault of(Kind kind) {
        return switch (kind) {
            case KILL -> new Fault.Kill(any(cluster.parts()));
            case KILL_ALL -> new Fault.KillAll(anyRole());
            case PAUSE -> new Fault.Pause(any(cluster.parts()));
            case ROLLING_RESTART -> new Fault.RollingRestart(anyRole());
            case REPLACE_GATEWAY ->
                    new Fault.ReplaceGateway(cluster, any(cluster.gateways()), ++gatewaysMade);
            case REPLACE_CONTROLLER ->
                    new Fault.ReplaceController(cluster, any(cluster.controllers()));
            case MOVE_SHARDS -> new Fault.MoveShards(cluster, any(cluster.storageNodes()));
            case CUT -> new Fault.Cut(network, anyLink());
            case CUT_ONE_WAY -> new Fault.Cut(network, List.of(any(anyLink())));
            case ISOLATE -> {
                Site site = any(cluster.parts()).site();
                yield new Fault.Cut(network, Fault.between(site, sites()));
            }
            case SLOW -> new Fault.Slow(network, anyLink());
            case STORE_OUTAGE -> new Fault.StoreOutage(cluster.store());
            case CLOCK_JUMP -> {
                int seconds = random.nextInt(-JUMP_S_MAX, JUMP_S_MAX);
                yield new Fault.ClockJump(any(cluster.parts()), Duration.ofSeconds(seconds));
            }
            case FULL_DISK -> {
                Part part = any(cluster.storageNodes());
                Volume volume = part.volume();
                if (volume == null) {
                    throw new IllegalStateException(part + " has no volume of its own");
                }
                yield new Fault.FullDisk(part, volume);
            }
        };
    }

    private List<Part> anyRole() {
        return any(List.of(cluster.controllers(), cluster.storageNodes(), cluster.gateways()));
    }

    private List<Site> sites() {
        List<Site> sites = new ArrayList<>();
        cluster.parts().forEach(part -> sites.add(part.site()));
        sites.add(cluster.store().site());
        return sites;
    }

    private List<Link> anyLink() {
        Site one = any(cluster.parts()).site();
        List<Site> others = sites();
        others.remove(one);
        return Fault.between(one, List.of(any(others)));
    }

    private <T> T any(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
