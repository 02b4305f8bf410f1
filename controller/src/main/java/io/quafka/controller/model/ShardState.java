package io.quafka.controller.model;

import java.util.List;

/// Who carries a shard, and since when.
///
/// @param id from 1 up, never reused
/// @param epoch raised by the controller whenever the leader changes; a writer with an older one is
///   refused
/// @param leader node id, or [#NO_LEADER]
/// @param replicas node ids, the preferred leader first
/// @param inSync the replicas that hold everything committed; contains the leader while there is
///   one
public record ShardState(
        int id, int epoch, int leader, List<Integer> replicas, List<Integer> inSync) {
    public static final int NO_LEADER = -1;

    public ShardState {
        replicas = List.copyOf(replicas);
        inSync = List.copyOf(inSync);
    }
}
