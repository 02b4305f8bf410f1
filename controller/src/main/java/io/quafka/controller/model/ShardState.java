package io.quafka.controller.model;

import java.util.List;

/// Who carries a shard, and since when.
///
/// @param id from 1 up, never reused
/// @param epoch raised by the controller whenever the leader changes, or is another process than
///   before; a writer with an older one is refused
/// @param revision raised with every change of this state, so that a change can name what it
///   follows
/// @param leader node id, or [#NO_LEADER]
/// @param replicas node ids, the preferred leader first
/// @param inSync the replicas that hold everything committed; contains the leader while there is
///   one
public record ShardState(
        int id, int epoch, int revision, int leader, List<Integer> replicas, List<Integer> inSync) {
    public static final int NO_LEADER = -1;

    public ShardState {
        replicas = List.copyOf(replicas);
        inSync = List.copyOf(inSync);
    }

    /// As it is first.
    public ShardState(int id, int epoch, int leader, List<Integer> replicas, List<Integer> inSync) {
        this(id, epoch, 0, leader, replicas, inSync);
    }

    /// Whether it has more than one replica: then what is committed follows the in-sync set.
    public boolean isReplicated() {
        return replicas.size() > 1;
    }

    public ShardState withInSync(List<Integer> next) {
        return new ShardState(id, epoch, revision + 1, leader, replicas, next);
    }
}
