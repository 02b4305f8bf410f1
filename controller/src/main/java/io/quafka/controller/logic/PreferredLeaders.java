package io.quafka.controller.logic;

import io.quafka.controller.config.ClusterConfigs;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command.ElectLeaders;
import io.quafka.controller.model.ShardState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// Says, at the controller's leader, when shards are due to be led by their preferred leaders
/// again, as Kafka's `auto.leader.rebalance.enable` has it. A preferred leader must have been alive
/// and in sync for [#AFTER] on end, so that a node that comes and goes does not have leaders change
/// with it. Soft state: a new leader begins to wait anew. Any thread.
public final class PreferredLeaders {
    /// Kafka's default of `leader.imbalance.check.interval.seconds`.
    static final Duration AFTER = Duration.ofMinutes(5);

    /// Since when shards could be led by another than now, by shard; no other shards are here.
    private final Map<Integer, Long> sinceNanos = new HashMap<>();

    /// Leadership was gained or lost.
    public synchronized void reset() {
        sinceNanos.clear();
    }

    /// @param nowNanos monotonic
    /// @return what is to be decided; null where nothing is. It is not said again before as long a
    ///   wait.
    public synchronized @Nullable ElectLeaders due(ClusterImage image, long nowNanos) {
        if (!ClusterConfigs.autoLeaderRebalance(image)) {
            sinceNanos.clear();
            return null;
        }
        Map<Integer, Long> before = Map.copyOf(sinceNanos);
        sinceNanos.clear();
        List<Integer> due = new ArrayList<>();
        for (ShardState shard : image.shards().values()) {
            if (!couldChange(image, shard)) {
                continue;
            }
            long since = before.getOrDefault(shard.id(), nowNanos);
            if (nowNanos - since >= AFTER.toNanos()) {
                due.add(shard.id());
            } else {
                sinceNanos.put(shard.id(), since);
            }
        }
        return due.isEmpty() ? null : new ElectLeaders(due);
    }

    /// A move decides by itself who leads when it ends.
    private static boolean couldChange(ClusterImage image, ShardState shard) {
        return shard.replicas().size() > 1
                && !shard.isMoving()
                && LeaderElections.outcome(image, shard).error() == Errors.NONE;
    }
}
