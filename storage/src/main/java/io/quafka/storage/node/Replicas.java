package io.quafka.storage.node;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command.AlterInSync;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.ShardState;
import io.quafka.storage.StoragePeers;
import io.quafka.storage.ThreadEnd;
import io.quafka.storage.replication.LeaderProgress;
import io.quafka.storage.shard.Leadership;
import io.quafka.storage.shard.Shard;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// This node's replicas: one thread that follows the metadata. It opens the shards that the node is
/// given, has each lead or follow as the controller says, gives up those that went elsewhere, and
/// brings leaders' wishes about their in-sync sets to the controller. Sleeps while the node has no
/// shard with other replicas.
final class Replicas implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(Replicas.class);

    /// A follower that has not had all there was for so long leaves the in-sync set.
    static final Duration LAG_MAX = Duration.ofSeconds(10);

    private static final long TICK_MS = 100;

    private final int self;
    private final Metadata metadata;
    private final StoragePeers peers;
    private final Shards shards;
    private final ShardOpener opener;
    private final Runnable elected;
    private final ReplicaCopier copier;
    private final Departures departures;
    private final Map<Integer, Part> parts = new HashMap<>();
    private final Map<Integer, ReplicaPuller> pullers = new HashMap<>();
    private final Set<Integer> asked = ConcurrentHashMap.newKeySet();
    private final Thread thread;
    private long seenVersion = -1;
    private boolean closed;

    /// What this node does for a shard in an epoch.
    private record Part(int epoch, boolean leads) {}

    /// @param copier makes replicas anew; started and closed here
    /// @param elected run when a shard takes appends after it was won or opened
    Replicas(
            int self,
            Metadata metadata,
            StoragePeers peers,
            Shards shards,
            ShardOpener opener,
            ReplicaCopier copier,
            Runnable elected) {
        this.copier = copier;
        this.self = self;
        this.metadata = metadata;
        this.peers = peers;
        this.shards = shards;
        this.opener = opener;
        this.departures = new Departures(self, shards, opener::discard);
        this.elected = elected;
        this.thread = Thread.ofPlatform().daemon().name("quafka-replicas").unstarted(this::loop);
    }

    void start() {
        copier.start();
        thread.start();
    }

    synchronized void imageChanged() {
        notifyAll();
    }

    private void loop() {
        try {
            while (awaitTick()) {
                try {
                    work();
                } catch (IOException | RuntimeException e) {
                    logger.atError().setCause(e).log("replicas do not follow the metadata");
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean awaitTick() throws InterruptedException {
        while (!closed && metadata.image().version() == seenVersion) {
            if (!parts.isEmpty() || !departures.isEmpty()) {
                wait(TICK_MS);
                break;
            }
            wait();
        }
        return !closed;
    }

    private void work() throws IOException, InterruptedException {
        ClusterImage image = metadata.image();
        Set<Integer> made = copier.takeMade();
        parts.keySet().removeAll(made);
        boolean ended = departures.work(image, copier, System.nanoTime());
        if (image.version() != seenVersion || !made.isEmpty() || ended) {
            departures.imageIs(image, System.nanoTime());
            parts.keySet().removeIf(id -> !isCarried(image, id));
            follow(image);
            seenVersion = image.version();
        }
        for (Integer id : parts.keySet()) {
            Shard shard = shards.get(id);
            Leadership leadership = shard == null ? null : shard.leadership();
            if (leadership != null) {
                wish(id, leadership, image);
            }
        }
    }

    private void follow(ClusterImage image) throws IOException, InterruptedException {
        Map<Integer, List<ShardState>> byLeader = new HashMap<>();
        boolean opened = false;
        for (ShardState state : image.shards().values()) {
            if (!isCarried(image, state.id()) || departures.isGoing(state.id())) {
                continue;
            }
            if (!opened && isLacking(state)) {
                opener.openShards(image);
                opened = true;
            }
            Shard shard = shards.get(state.id());
            if (shard == null) {
                // Not whole: nothing is opened before it was made anew.
                copier.want(state.id());
                continue;
            }
            if (!state.isReplicated() && shard.isAlone()) {
                if (state.leader() == self) {
                    shard.lead(state.epoch());
                }
                continue;
            }
            if (state.leader() == self) {
                lead(shard, state, image.version());
            } else {
                follow(shard, state);
                if (state.leader() != ShardState.NO_LEADER) {
                    byLeader.computeIfAbsent(state.leader(), _ -> new ArrayList<>()).add(state);
                }
            }
        }
        if (opened) {
            elected.run();
        }
        byLeader.keySet().forEach(this::puller);
        pullers.forEach(
                (leader, puller) -> puller.follow(byLeader.getOrDefault(leader, List.of())));
    }

    private boolean isCarried(ClusterImage image, int shard) {
        ShardState state = image.shard(shard);
        return state != null && state.replicas().contains(self);
    }

    /// Whether a shard is not open and should be: one that was given to this node since it started,
    /// or that nobody led then, because the controller took this node for silent.
    private boolean isLacking(ShardState state) {
        return shards.get(state.id()) == null && (state.isReplicated() || state.leader() == self);
    }

    private void lead(Shard shard, ShardState state, long version) {
        Leadership known = shard.leadership();
        if (known != null && known.epoch() == state.epoch()) {
            known.stateIs(state, version);
            return;
        }
        if (known != null) {
            known.depose();
        }
        parts.put(state.id(), new Part(state.epoch(), true));
        LeaderProgress progress =
                new LeaderProgress(
                        self, state, shard.appliedPosition(), LAG_MAX.toNanos(), System.nanoTime());
        logger.atInfo()
                .addKeyValue("shard", state.id())
                .addKeyValue("epoch", state.epoch())
                .addKeyValue("inSync", state.inSync())
                .log("takes over");
        shard.lead(new Leadership(state.id(), progress))
                .whenComplete((_, failure) -> {
                    if (failure == null) {
                        logger.atInfo()
                                .addKeyValue("shard", state.id())
                                .addKeyValue("epoch", state.epoch())
                                .log("leads");
                        elected.run();
                    }
                });
    }

    private void follow(Shard shard, ShardState state) {
        Part part = new Part(state.epoch(), false);
        if (!part.equals(parts.put(state.id(), part))) {
            var _ = shard.follow(state.epoch());
        }
        if (shard.isIncomplete()) {
            copier.want(shard.id());
        }
    }

    private void puller(int leader) {
        pullers.computeIfAbsent(
                leader,
                _ -> {
                    ReplicaPuller puller = new ReplicaPuller(self, leader, peers, shards, copier);
                    puller.start();
                    return puller;
                });
    }

    private void wish(int shard, Leadership leadership, ClusterImage image) {
        AlterInSync wish = leadership.wish(id -> isLive(image, id), System.nanoTime());
        if (wish == null || !asked.add(shard)) {
            return;
        }
        logger.atInfo()
                .addKeyValue("shard", shard)
                .addKeyValue("inSync", wish.inSync())
                .log("asks for another in-sync set");
        peers.alterInSync(wish)
                .whenComplete((version, failure) -> {
                    asked.remove(shard);
                    if (failure == null) {
                        leadership.decided(wish, version);
                    }
                });
    }

    private static boolean isLive(ClusterImage image, int id) {
        Node node = image.node(id);
        return node != null && !node.fenced();
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        ThreadEnd.await(thread);
        copier.close();
        departures.close();
        pullers.values().forEach(ReplicaPuller::close);
    }
}
