package io.quafka.controller.model;

import java.util.List;

/// Who carries a shard, since when, and who is to carry it.
///
/// While its replicas are changed (KIP-455), those that come and those that go are all replicas:
/// the ones that come are followers like others until they are in sync, then those that go are none
/// any more.
///
/// @param id from 1 up, never reused
/// @param epoch raised by the controller whenever the leader changes, or is another process than
///   before, and whenever a replica is added; a writer with an older one is refused
/// @param revision raised with every change of this state, so that a change can name what it
///   follows
/// @param leader node id, or [#NO_LEADER]
/// @param replicas node ids, the preferred leader first
/// @param inSync the replicas that hold everything committed; contains the leader while there is
///   one
/// @param adding the replicas that it did not have before the change that is under way
/// @param removing the replicas that it will not have after it
public record ShardState(
        int id,
        int epoch,
        int revision,
        int leader,
        List<Integer> replicas,
        List<Integer> inSync,
        List<Integer> adding,
        List<Integer> removing) {
    public static final int NO_LEADER = -1;

    public ShardState {
        replicas = List.copyOf(replicas);
        inSync = List.copyOf(inSync);
        adding = List.copyOf(adding);
        removing = List.copyOf(removing);
    }

    /// Whose replicas stay.
    public ShardState(
            int id,
            int epoch,
            int revision,
            int leader,
            List<Integer> replicas,
            List<Integer> inSync) {
        this(id, epoch, revision, leader, replicas, inSync, List.of(), List.of());
    }

    /// As it is first.
    public ShardState(int id, int epoch, int leader, List<Integer> replicas, List<Integer> inSync) {
        this(id, epoch, 0, leader, replicas, inSync);
    }

    /// Whether it has more than one replica: then what is committed follows the in-sync set.
    public boolean isReplicated() {
        return replicas.size() > 1;
    }

    /// Whether its replicas are being changed.
    public boolean isMoving() {
        return !adding.isEmpty() || !removing.isEmpty();
    }

    /// The replicas that it will have, the preferred leader first.
    public List<Integer> target() {
        return without(removing);
    }

    /// The replicas that it had before the change that is under way.
    public List<Integer> original() {
        return without(adding);
    }

    private List<Integer> without(List<Integer> some) {
        return some.isEmpty()
                ? replicas
                : replicas.stream().filter(id -> !some.contains(id)).toList();
    }

    /// With another leader, or none, and another in-sync set: an epoch later if another node leads.
    public ShardState led(int newLeader, List<Integer> newInSync) {
        boolean another = newLeader != leader && newLeader != NO_LEADER;
        return new ShardState(
                id,
                epoch + (another ? 1 : 0),
                revision + 1,
                newLeader,
                replicas,
                newInSync,
                adding,
                removing);
    }

    /// Led in a new epoch by the same node, which is another process.
    public ShardState ledAnew() {
        return new ShardState(
                id, epoch + 1, revision + 1, leader, replicas, inSync, adding, removing);
    }

    public ShardState withInSync(List<Integer> next) {
        return led(leader, next);
    }
}
