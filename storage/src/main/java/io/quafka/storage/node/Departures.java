package io.quafka.storage.node;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.ShardState;
import io.quafka.storage.ThreadEnd;
import io.quafka.storage.shard.Shard;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Shards that this node is no replica of any more: each stops at once to be led or to follow, and
/// is taken off the disk a while later, when most of those who read it have been answered. Those
/// that have not are told that another node leads.
///
/// Belongs to one thread, but for taking them off, which is done by another, one at a time: it
/// waits for the node's housekeeping, which may wait for a writer, which may wait to be told by the
/// one thread that somebody else leads.
final class Departures {
    private static final Logger logger = LoggerFactory.getLogger(Departures.class);

    /// From when a shard stops here until its files go, and between two attempts at that.
    static final Duration KEPT = Duration.ofSeconds(5);

    private final int self;
    private final Shards shards;
    private final Discard discard;
    private final Set<Integer> carried = new HashSet<>();

    /// Shards that are to go, and when.
    private final Map<Integer, Long> dueNanos = new HashMap<>();

    private @Nullable Going going;

    /// Takes a shard off the disk, however long that takes.
    @FunctionalInterface
    interface Discard {
        void shard(int id) throws IOException, InterruptedException;
    }

    /// A shard that is being taken off.
    private static final class Going {
        final int id;
        final Thread thread;
        volatile boolean gone;

        Going(int id, Discard discard) {
            this.id = id;
            this.thread =
                    Thread.ofPlatform()
                            .daemon()
                            .name("quafka-departures")
                            .unstarted(() -> run(discard));
        }

        private void run(Discard discard) {
            try {
                discard.shard(id);
                gone = true;
            } catch (IOException | RuntimeException e) {
                logger.atWarn()
                        .setCause(e)
                        .addKeyValue("shard", id)
                        .log("a shard's files could not be deleted: tried again");
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    Departures(int self, Shards shards, Discard discard) {
        this.self = self;
        this.shards = shards;
        this.discard = discard;
    }

    boolean isEmpty() {
        return dueNanos.isEmpty() && going == null;
    }

    /// Whether a shard is being taken off the disk: it cannot be opened, whoever is to have it now.
    boolean isGoing(int id) {
        Going now = going;
        return now != null && now.id == id;
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
            if (!now.contains(id) && !isGoing(id)) {
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

    /// Begins to take one off the disk whose time has come; not while it is being made anew.
    ///
    /// @return whether one that was being taken off is not any more: it can be opened, if it is to
    ///   be here again
    boolean work(ClusterImage image, ReplicaPuller.Copies copies, long nowNanos) {
        boolean ended = endGoing(image, nowNanos);
        if (going != null) {
            return ended;
        }
        for (Map.Entry<Integer, Long> next : dueNanos.entrySet()) {
            int id = next.getKey();
            if (nowNanos - next.getValue() >= 0
                    && !copies.isWanted(id)
                    && ShardOpener.isElsewhere(image, id, image.shard(id))) {
                dueNanos.remove(id);
                Going leaving = new Going(id, discard);
                going = leaving;
                leaving.thread.start();
                break;
            }
        }
        return ended;
    }

    private boolean endGoing(ClusterImage image, long nowNanos) {
        Going now = going;
        if (now == null || now.thread.isAlive()) {
            return false;
        }
        going = null;
        ShardState state = image.shard(now.id);
        if (!now.gone && !(state != null && state.replicas().contains(self))) {
            dueNanos.put(now.id, nowNanos + KEPT.toNanos());
        }
        return true;
    }

    void close() {
        Going now = going;
        if (now != null) {
            now.thread.interrupt();
            ThreadEnd.await(now.thread);
        }
    }
}
