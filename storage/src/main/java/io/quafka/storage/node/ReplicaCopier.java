package io.quafka.storage.node;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ShardState;
import io.quafka.storage.StorageNode;
import io.quafka.storage.StoragePeers;
import io.quafka.storage.ThreadEnd;
import io.quafka.storage.shard.ShardCopy;
import io.quafka.storage.shard.SnapshotPlan;
import io.quafka.storage.tier.Pace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/// Makes replicas anew whose logs lack what their leaders have dropped, those that have nothing
/// among them: one at a time, on one thread, and no faster than it may ([ShardCopy] says how).
///
/// A replica is made anew only while it is not in sync and another node leads: nobody counts on
/// what it has. Where anything fails, or another comes to lead, it begins again from the start.
final class ReplicaCopier implements ReplicaPuller.Copies, AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(ReplicaCopier.class);

    /// Until what was in the way may have gone: no memory at the leader, no room on the disk.
    private static final long RETRY_MS = 50;

    /// Between two attempts.
    private static final long FAILED_MS = 1_000;

    /// How often rows of a later moment are asked for before all begins again.
    private static final int MOMENTS_MAX = 20;

    private final int self;
    private final Metadata metadata;
    private final StoragePeers peers;
    private final ShardOpener opener;
    private final Pace pace;
    private final Thread thread;
    private final Deque<Integer> wanted = new ArrayDeque<>();
    private final Set<Integer> known = new HashSet<>();
    private final Set<Integer> made = new HashSet<>();
    private long takenBytes;
    private volatile boolean closed;

    /// @param bytesPerSecond that are taken over at most
    ReplicaCopier(
            int self,
            Metadata metadata,
            StoragePeers peers,
            ShardOpener opener,
            long bytesPerSecond) {
        this.self = self;
        this.metadata = metadata;
        this.peers = peers;
        this.opener = opener;
        this.pace = new Pace(bytesPerSecond, () -> closed);
        this.thread =
                Thread.ofPlatform().daemon().name("quafka-replica-copier").unstarted(this::loop);
    }

    void start() {
        thread.start();
    }

    /// The leader of a shard does not have what the replica here lacks.
    @Override
    public synchronized void want(int shard) {
        if (mayMake(shard) && known.add(shard)) {
            wanted.add(shard);
            notifyAll();
        }
    }

    @Override
    public synchronized boolean isWanted(int shard) {
        return known.contains(shard);
    }

    /// Shards that were opened anew since this was last called: they are to be told whom to follow.
    synchronized Set<Integer> takeMade() {
        Set<Integer> taken = Set.copyOf(made);
        made.clear();
        return taken;
    }

    private boolean mayMake(int shard) {
        ShardState state = metadata.image().shard(shard);
        return state != null
                && state.replicas().contains(self)
                && !state.inSync().contains(self)
                && state.leader() != self;
    }

    private void loop() {
        try {
            while (true) {
                Integer next = awaitWanted();
                if (next == null) {
                    return;
                }
                make(next);
                synchronized (this) {
                    known.remove(next);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized @Nullable Integer awaitWanted() throws InterruptedException {
        while (!closed && wanted.isEmpty()) {
            wait();
        }
        return closed ? null : wanted.remove();
    }

    private synchronized void pause(long millis) throws InterruptedException {
        if (!closed) {
            wait(millis);
        }
        if (closed) {
            throw new InterruptedException();
        }
    }

    private void make(int shard) throws InterruptedException {
        boolean told = false;
        while (!closed && mayMake(shard)) {
            ShardState state = metadata.image().shard(shard);
            StorageNode leader =
                    state == null || state.leader() == ShardState.NO_LEADER
                            ? null
                            : peers.node(state.leader());
            if (state != null && leader != null) {
                try {
                    make(state, new SnapshotClient(self, leader, state));
                    return;
                } catch (IOException | RuntimeException e) {
                    LoggingEventBuilder entry = logger.atLevel(told ? Level.DEBUG : Level.WARN);
                    // The first are told in one line: leaders change, and disks are full.
                    entry =
                            e instanceof IOException
                                    ? entry.addKeyValue("problem", e.getMessage())
                                    : entry.setCause(e);
                    entry.addKeyValue("shard", shard)
                            .addKeyValue("leader", state.leader())
                            .log("replica not made anew: tried again and again");
                    told = true;
                }
            }
            pause(FAILED_MS);
        }
    }

    private void make(ShardState state, SnapshotClient leader)
            throws IOException, InterruptedException {
        int shard = state.id();
        // Before anything is given up, there must be somebody to have it from.
        SnapshotPlan plan = plan(leader);
        logger.atInfo()
                .addKeyValue("shard", shard)
                .addKeyValue("leader", state.leader())
                .addKeyValue("from", plan.start())
                .log("the leader has dropped what this replica lacks: it is made anew");
        opener.giveUp(shard);
        long applied;
        try (ShardCopy copy = opener.beginCopy(shard, plan.start())) {
            takeLog(leader, plan, copy);
            applied = takeRest(leader, copy);
            opener.finishCopy(shard, copy, applied);
        }
        opener.reopen(shard, metadata.image());
        synchronized (this) {
            made.add(shard);
        }
        logger.atInfo()
                .addKeyValue("shard", shard)
                .addKeyValue("position", applied)
                .log("replica made anew: it follows");
    }

    private SnapshotPlan plan(SnapshotClient leader) throws IOException, InterruptedException {
        while (true) {
            try {
                return leader.plan();
            } catch (SnapshotClient.Busy _) {
                pause(RETRY_MS);
            }
        }
    }

    /// Where to go on.
    ///
    /// @param more whether there is anything yet
    private record Step(long position, boolean more) {}

    /// What is planned, and then everything up to what is committed by now.
    private void takeLog(SnapshotClient leader, SnapshotPlan plan, ShardCopy copy)
            throws IOException, InterruptedException {
        Step step = new Step(plan.start(), true);
        while (step.more()) {
            step = take(leader, plan.next(step.position()), Long.MAX_VALUE, copy);
        }
    }

    /// Rows of one moment, and the log up to it.
    ///
    /// @return what the rows include
    private long takeRest(SnapshotClient leader, ShardCopy copy)
            throws IOException, InterruptedException {
        for (int i = 0; i < MOMENTS_MAX; i++) {
            long applied = takeRows(leader, copy);
            Step step = new Step(copy.end(), copy.end() < applied);
            while (step.position() < applied) {
                step = take(leader, step.position(), applied, copy);
                if (!step.more() && step.position() < applied) {
                    throw new IOException("the leader's log ends before what its index includes");
                }
            }
            if (copy.isSteady()) {
                return applied;
            }
        }
        throw new IOException("what was to be copied died while it was, again and again");
    }

    /// @param to the first group that is not taken; where there is one, what the leader has dropped
    ///   meanwhile is passed over
    private Step take(SnapshotClient leader, long from, long to, ShardCopy copy)
            throws IOException, InterruptedException {
        pace.spend(takenBytes);
        takenBytes = 0;
        Step step;
        try {
            step = leader.groups(from, (answer, bytes) -> take(answer, bytes, from, to, copy));
        } catch (SnapshotClient.Busy _) {
            step = new Step(from, true);
        }
        if (step.more() && step.position() == from) {
            pause(RETRY_MS);
        }
        return step;
    }

    private Step take(PartitionData answer, ByteBuffer bytes, long from, long to, ShardCopy copy)
            throws IOException, InterruptedException {
        long position = answer.logStartOffset();
        if (position != from && to == Long.MAX_VALUE) {
            // Dropped meanwhile: what comes there may not be needed.
            return new Step(position, true);
        }
        takenBytes = bytes.remaining();
        boolean all = copy.append(position, answer.lastStableOffset(), bytes, to);
        return new Step(
                Math.max(copy.end(), all ? position : from),
                !all || copy.end() < answer.highWatermark());
    }

    private long takeRows(SnapshotClient leader, ShardCopy copy)
            throws IOException, InterruptedException {
        copy.clearRows();
        long rows = ThreadLocalRandom.current().nextLong();
        long applied = -1;
        boolean[] last = {false};
        for (int chunk = 0; !last[0]; ) {
            pace.spend(takenBytes);
            takenBytes = 0;
            try {
                long includes =
                        leader.rows(
                                rows,
                                chunk,
                                (answer, bytes) -> {
                                    takenBytes = bytes.remaining();
                                    last[0] = copy.restore(bytes);
                                    return answer.highWatermark();
                                });
                if (chunk > 0 && includes != applied) {
                    throw new IOException("the leader told rows of two moments");
                }
                applied = includes;
                chunk++;
            } catch (SnapshotClient.Busy _) {
                pause(RETRY_MS);
            }
        }
        if (applied < copy.end()) {
            throw new IOException("the leader told rows of an earlier moment");
        }
        return applied;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        thread.interrupt();
        ThreadEnd.await(thread);
    }
}
