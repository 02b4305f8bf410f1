package io.quafka.storage.node;

import io.quafka.controller.model.ShardState;
import io.quafka.storage.FetchReply;
import io.quafka.storage.StorageNode;
import io.quafka.storage.StoragePeers;
import io.quafka.storage.replication.EpochTable.EpochEnd;
import io.quafka.storage.shard.DeposedException;
import io.quafka.storage.shard.Shard;
import io.quafka.wire.PeerUnavailableException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/// Pulls the logs of all shards that this node follows and one other node leads: one request at a
/// time, which also says what is on this disk of what came before.
final class ReplicaPuller implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(ReplicaPuller.class);

    /// Between two requests after one that failed.
    private static final long RETRY_MS = 50;

    /// Has replicas made anew. Any thread.
    interface Copies {
        void want(int shard);

        /// Whether it is to be, or is being made anew: it follows nobody.
        boolean isWanted(int shard);
    }

    private final int self;
    private final int leader;
    private final StoragePeers peers;
    private final Shards shards;
    private final Copies copies;
    private final Thread thread;
    private List<ShardState> followed = List.of();
    private int rounds;
    private boolean failing;
    private boolean closed;

    /// @param copies told of shards whose leader has dropped what the replica here lacks
    ReplicaPuller(int self, int leader, StoragePeers peers, Shards shards, Copies copies) {
        this.copies = copies;
        this.self = self;
        this.leader = leader;
        this.peers = peers;
        this.shards = shards;
        this.thread = Thread.ofVirtual().name("quafka-replicas-of-" + leader).unstarted(this::loop);
    }

    void start() {
        thread.start();
    }

    /// What is to be pulled from now on.
    synchronized void follow(List<ShardState> states) {
        if (!states.equals(followed)) {
            followed = states;
            notifyAll();
        }
    }

    private void loop() {
        try {
            while (true) {
                List<ShardState> states = awaitFollowed();
                if (states.isEmpty()) {
                    return;
                }
                if (!pull(states)) {
                    pause();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// @return empty once this is closed
    private synchronized List<ShardState> awaitFollowed() throws InterruptedException {
        while (!closed && followed.isEmpty()) {
            wait();
        }
        return closed ? List.of() : followed;
    }

    private synchronized void pause() throws InterruptedException {
        if (!closed) {
            wait(RETRY_MS);
        }
    }

    /// @return false if something did not work: to be tried again a little later
    private boolean pull(List<ShardState> states) throws InterruptedException {
        List<ShardState> order = new ArrayList<>(states);
        // A busy shard must not take all of each answer.
        Collections.rotate(order, rounds++);
        List<FetchPartition> asked = new ArrayList<>();
        for (ShardState state : order) {
            Shard shard = shards.get(state.id());
            if (shard != null
                    && shard.isWritable()
                    && !shard.isIncomplete()
                    && !copies.isWanted(state.id())) {
                asked.add(ReplicaMessages.ask(state, shard));
            }
        }
        StorageNode node = peers.node(leader);
        if (node == null || asked.isEmpty()) {
            return false;
        }
        try {
            FetchReply reply = node.fetch(ReplicaMessages.request(self, asked)).get();
            try {
                return take(asked, reply);
            } finally {
                reply.release().run();
            }
        } catch (ExecutionException | RuntimeException e) {
            failed(e);
            return false;
        }
    }

    private boolean take(List<FetchPartition> asked, FetchReply reply) throws InterruptedException {
        List<PartitionData> answers = answers(asked, reply);
        List<CompletableFuture<Long>> pending = new ArrayList<>();
        boolean sound = true;
        for (int i = 0; i < asked.size(); i++) {
            CompletableFuture<Long> taken = take(asked.get(i), answers.get(i));
            if (taken == null) {
                sound = false;
            } else {
                pending.add(taken);
            }
        }
        // All of them, whatever fails: the answer's memory is theirs until then.
        for (CompletableFuture<Long> each : pending) {
            try {
                each.get();
            } catch (ExecutionException e) {
                sound = false;
                if (!(e.getCause() instanceof DeposedException)) {
                    failed(e);
                }
            }
        }
        if (sound && failing) {
            failing = false;
            logger.atInfo().addKeyValue("leader", leader).log("replicas follow again");
        }
        return sound;
    }

    /// Checked before any of them is handed on: from then on the answer's memory is in use.
    private static List<PartitionData> answers(List<FetchPartition> asked, FetchReply reply) {
        List<PartitionData> answers = reply.data().responses().getFirst().partitions();
        boolean fits = answers.size() == asked.size();
        for (int i = 0; fits && i < asked.size(); i++) {
            fits =
                    answers.get(i).partitionIndex() == asked.get(i).partition()
                            && answers.get(i).records() instanceof MemoryRecords;
        }
        if (!fits) {
            throw new IllegalStateException("the leader's answer is not one to what was asked");
        }
        return answers;
    }

    private @Nullable CompletableFuture<Long> take(FetchPartition asked, PartitionData answer) {
        Shard shard = shards.get(asked.partition());
        Errors error = Errors.forCode(answer.errorCode());
        if (shard == null || error != Errors.NONE) {
            if (error == Errors.OFFSET_OUT_OF_RANGE) {
                copies.want(asked.partition());
            }
            return null;
        }
        EpochEnd parting = ReplicaMessages.diverging(answer);
        if (parting != null) {
            logger.atInfo()
                    .addKeyValue("shard", shard.id())
                    .addKeyValue("end", asked.fetchOffset())
                    .addKeyValue("parting", parting)
                    .log("the log is cut: its leader has gone another way");
            return shard.cut(
                    asked.currentLeaderEpoch(),
                    asked.fetchOffset(),
                    asked.lastFetchedEpoch(),
                    parting);
        }
        ByteBuffer groups = ((MemoryRecords) answer.records()).buffer();
        return shard.ship(
                asked.currentLeaderEpoch(),
                asked.fetchOffset(),
                answer.lastStableOffset(),
                groups,
                answer.highWatermark());
    }

    /// A leader that cannot be reached is told in one line: it was killed, or is not up yet.
    private void failed(Exception e) {
        if (failing) {
            return;
        }
        failing = true;
        LoggingEventBuilder warning = logger.atWarn().addKeyValue("leader", leader);
        warning =
                e.getCause() instanceof PeerUnavailableException away
                        ? warning.addKeyValue("problem", away.getMessage())
                        : warning.setCause(e);
        warning.log("replicas do not follow: tried again and again");
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        thread.interrupt();
    }
}
