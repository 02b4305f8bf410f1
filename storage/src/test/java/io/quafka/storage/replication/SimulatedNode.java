package io.quafka.storage.replication;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.ShardState;
import io.quafka.storage.replication.EpochTable.EpochEnd;
import io.quafka.storage.replication.ReplicationSimulation.Fault;
import io.quafka.storage.replication.ReplicationSimulation.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// A storage node with one replica: what `ShardWriter`, `FollowerWriter`, `Leadership` and
/// `Replicas` do with the real decisions, on a disk that forgets what was not forced. A position is
/// the number of groups before it.
final class SimulatedNode {
    private static final int GROUPS_SHIPPED_MAX = 3;

    /// @param id unique: what the group holds
    record Group(int epoch, long id) {}

    final int id;
    private final ReplicationSimulation world;
    private final SplittableRandom random;
    private final List<Group> log = new ArrayList<>();
    private EpochTable epochs = new EpochTable();

    /// Groups that are on disk, and groups that the index includes: in memory, and after a crash.
    int durable;

    int applied;
    private int appliedDurable;

    boolean up = true;
    int epoch;
    private @Nullable ShardState state;
    private long seenVersion;

    /// Not null while it leads, or takes over.
    @Nullable LeaderProgress progress;

    boolean leading;

    /// The position behind the one group that is on its way, or what is taken over; 0 if none is.
    private int inFlight;

    SimulatedNode(int id, ReplicationSimulation world, SplittableRandom random) {
        this.id = id;
        this.world = world;
        this.random = random;
    }

    int end() {
        return log.size();
    }

    Group group(int position) {
        return log.get(position);
    }

    /// A client's record, if this node takes any now.
    void append(long record) {
        if (up && leading && inFlight == 0) {
            add(new Group(epoch, record));
            inFlight = end();
        }
    }

    private void add(Group group) {
        epochs.note(group.epoch(), end());
        log.add(group);
    }

    void force() {
        LeaderProgress led = progress;
        if (up && led != null) {
            durable = end();
            led.durable(durable);
            commit();
        }
    }

    /// What waited for the in-sync replicas goes on if they have it.
    private void commit() {
        LeaderProgress led = progress;
        if (led == null || led.committed() < Math.max(inFlight, leading ? 0 : end())) {
            return;
        }
        if (!leading) {
            apply(end());
            leading = true;
            world.leads(this);
        } else if (inFlight > 0) {
            apply(inFlight);
            world.acknowledged(inFlight - 1, log.get(inFlight - 1).id());
        }
        inFlight = 0;
    }

    private void apply(int to) {
        for (; applied < to; applied++) {
            world.visible(applied, log.get(applied).id());
        }
        if (random.nextInt(3) == 0) {
            appliedDurable = Math.min(applied, durable);
        }
    }

    /// The metadata as this node comes to know them.
    void imageIs(ClusterImage image, ShardState next) {
        if (!up || image.version() <= seenVersion) {
            return;
        }
        seenVersion = image.version();
        state = next;
        if (!next.replicas().contains(id)) {
            forgetAll(next.epoch());
            return;
        }
        LeaderProgress led = progress;
        if (next.leader() == id) {
            if (led != null && led.epoch() == next.epoch()) {
                led.stateIs(next, image.version());
                commit();
            } else {
                takeOver(next);
            }
        } else if (led != null || epoch != next.epoch()) {
            resign();
            durable = end();
            epoch = next.epoch();
        }
    }

    private void forgetAll(int nextEpoch) {
        resign();
        epoch = nextEpoch;
        log.clear();
        epochs = new EpochTable();
        durable = 0;
        applied = 0;
        appliedDurable = 0;
    }

    private void takeOver(ShardState next) {
        resign();
        epoch = next.epoch();
        durable = end();
        LeaderProgress led =
                new LeaderProgress(
                        id, next, applied, ReplicationSimulation.LAG_MAX, world.nowNanos());
        progress = led;
        led.durable(durable);
        commit();
    }

    private void resign() {
        progress = null;
        leading = false;
        inFlight = 0;
    }

    /// Asks the leader for more.
    void fetch() {
        ShardState known = state;
        if (up
                && progress == null
                && known != null
                && known.replicas().contains(id)
                && known.leader() > 0
                && known.leader() != id) {
            int has = world.has(Fault.ACKNOWLEDGES_UNFORCED) ? end() : durable;
            world.send(new Message.Fetch(id, known.leader(), epoch, has, lastEpochBefore(has)));
        }
    }

    private int lastEpochBefore(int position) {
        return position == 0 ? EpochTable.NO_EPOCH : log.get(position - 1).epoch();
    }

    void fetched(Message.Fetch fetch) {
        LeaderProgress led = progress;
        if (!up || led == null || led.epoch() != fetch.epoch()) {
            return;
        }
        EpochEnd parting =
                fetch.position() == 0 || world.has(Fault.TRUSTS_EVERY_LOG)
                        ? null
                        : Divergence.find(epochs, end(), fetch.lastEpoch(), fetch.position());
        int from = fetch.position();
        if (parting != null || from > end()) {
            EpochEnd told = parting == null ? new EpochEnd(epoch, end()) : parting;
            world.send(new Message.Parting(id, fetch.from(), epoch, from, fetch.lastEpoch(), told));
            return;
        }
        led.fetched(fetch.from(), from, end(), world.nowNanos());
        commit();
        int to = Math.min(end(), from + 1 + random.nextInt(GROUPS_SHIPPED_MAX));
        world.send(
                new Message.Ship(
                        id,
                        fetch.from(),
                        epoch,
                        from,
                        List.copyOf(log.subList(from, Math.max(from, to))),
                        (int) Math.max(0, led.committed())));
    }

    void shipped(Message.Ship ship) {
        if (!up || progress != null || epoch != ship.epoch() || ship.position() != end()) {
            return;
        }
        ship.groups().forEach(this::add);
        if (random.nextInt(20) == 0 && world.crash(this)) {
            return;
        }
        if (!world.has(Fault.ACKNOWLEDGES_UNFORCED) || random.nextInt(3) == 0) {
            durable = end();
        }
        if (world.has(Fault.APPLIES_UNCOMMITTED)) {
            apply(end());
        } else {
            apply(Math.min(ship.committed(), end()));
        }
    }

    void parted(Message.Parting parting) {
        if (!up
                || progress != null
                || epoch != parting.epoch()
                || parting.asked() != end()
                || parting.lastEpoch() != epochs.last()) {
            return;
        }
        int to = (int) Divergence.cut(epochs, end(), parting.told());
        if (to < applied) {
            throw new AssertionError(
                    "node %d would cut at %d what is committed up to %d"
                            .formatted(id, to, applied));
        }
        if (to < end()) {
            log.subList(to, end()).clear();
            epochs.cut(to);
            durable = Math.min(durable, to);
        }
    }

    /// Of what was not forced, any part may be on the disk; up to the first group that is not, it
    /// counts.
    void crash() {
        up = false;
        resign();
        int kept = durable;
        while (kept < end() && random.nextBoolean()) {
            kept++;
        }
        log.subList(kept, end()).clear();
        applied = Math.min(appliedDurable, kept);
    }

    /// A new process on the same disk; the controller has registered it.
    void start() {
        up = true;
        durable = end();
        epoch = 0;
        seenVersion = 0;
        state = null;
        EpochTable known = new EpochTable();
        for (int at = 0; at < end(); at++) {
            known.note(log.get(at).epoch(), at);
        }
        epochs = EpochTable.decode(known.encode(), Long.MAX_VALUE);
    }
}
