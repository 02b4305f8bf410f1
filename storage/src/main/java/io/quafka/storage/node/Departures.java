package io.quafka.storage.node;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.ShardState;
import io.quafka.storage.shard.Shard;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Shards that this node is no replica of any more: each stops at once to be led or to follow, and
/// is taken off the disk a while later, when most of those who read it have been answered. Those
/// that have not are told that another node leads.
///
/// Belongs to one thread.
final class Departures {
    private static final Logger logger = LoggerFactory.getLogger(Departures.class);

    /// From when a shard stops here until its files go, and between two attempts at that.
    static final Duration KEPT = Duration.ofSeconds(5);

    private final int self;
    private final Shards shards;
    private final ShardOpener opener;
    private final Set<Integer> carried = new HashSet<>();

    /// Shards that are to go, and when.
    private final Map<Integer, Long> dueNanos = new HashMap<>();

    Departures(int self, Shards shards, ShardOpener opener) {
        this.self = self;
        this.shards = shards;
        this.opener = opener;
    }

    boolean isEmpty() {
        return dueNanos.isEmpty();
    }

    void imageIs(ClusterImage image, long nowNanos) {
        Set<Integer> now = new HashSet<>();
        for (ShardState state : image.shards().values()) {
            if (state.replicas().contains(self)) {
                now.add(state.id());
                dueNanos.remove(state.id());
            }
        }
        for (int id : carried) {
            if (!now.contains(id)) {
                stop(id, image.shard(id));
                dueNanos.put(id, nowNanos + KEPT.toNanos());
            }
        }
        carried.clear();
        carried.addAll(now);
    }

    private void stop(int id, @Nullable ShardState state) {
        Shard shard = shards.get(id);
        if (shard != null) {
            var _ = shard.follow(state == null ? shard.epoch() : state.epoch());
        }
        logger.atInfo().addKeyValue("shard", id).log("this node is to carry the shard no more");
    }

    /// Takes one off the disk whose time has come; not while it is being made anew.
    void work(ClusterImage image, ReplicaPuller.Copies copies, long nowNanos)
            throws InterruptedException {
        for (Iterator<Map.Entry<Integer, Long>> all = dueNanos.entrySet().iterator();
                all.hasNext(); ) {
            Map.Entry<Integer, Long> next = all.next();
            int id = next.getKey();
            if (nowNanos - next.getValue() < 0
                    || copies.isWanted(id)
                    || !ShardOpener.isElsewhere(image, id, image.shard(id))) {
                continue;
            }
            try {
                opener.discard(id);
                all.remove();
            } catch (IOException e) {
                logger.atWarn()
                        .setCause(e)
                        .addKeyValue("shard", id)
                        .log("a shard's files could not be deleted: tried again");
                next.setValue(nowNanos + KEPT.toNanos());
            }
            return;
        }
    }
}
