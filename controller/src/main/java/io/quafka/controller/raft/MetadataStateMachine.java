package io.quafka.controller.raft;

import io.quafka.controller.codec.CommandCodec;
import io.quafka.controller.codec.CommandCodec.Proposal;
import io.quafka.controller.codec.MeasureCodec;
import io.quafka.controller.codec.MetadataFormatException;
import io.quafka.controller.logic.ControllerLogic;
import io.quafka.controller.logic.Decision;
import io.quafka.controller.logic.IdSource;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.MetadataRecord;
import io.quafka.controller.raft.Query.Follow;
import io.quafka.controller.raft.Query.Heartbeat;
import io.quafka.controller.retention.DiskReport;
import io.quafka.controller.retention.NodeMeasure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.LifeCycle;
import org.apache.ratis.util.MD5FileUtil;
import org.jspecify.annotations.Nullable;

/// The controller's rules as Ratis runs them.
///
/// The log holds *commands*, and every member decides them when it applies them. Deciding before
/// the append would want an image of what is appended but not yet applied, and a way to take it
/// back; the price of deciding after it is that a decision must be the same everywhere, so a
/// proposal carries the randomness it needs, and its format version stands for the rules. Applying
/// runs on one thread of Ratis, which alone writes the image; reading it is a volatile read.
final class MetadataStateMachine extends BaseStateMachine {
    /// Remote followers that may wait for a change at once; more are told at once that there is
    /// none, and ask again.
    static final int FOLLOWERS_WAITING_MAX = 10_000;

    /// The longest a follower is let wait.
    static final int WAIT_MAX_MS = 2000;

    /// What the state machine tells its process.
    interface Events {
        void leadershipChanged(boolean leading);

        /// A node's heartbeat reached this member; completes with false where the node is unknown.
        CompletableFuture<Boolean> heartbeat(int nodeId, @Nullable DiskReport disk);

        /// What this member knows of nodes' disks.
        Map<Integer, NodeMeasure> measures();

        void nodeRegistered(int nodeId);
    }

    private final SimpleStateMachineStorage storage = new SimpleStateMachineStorage();
    private final ChangeRing changes = new ChangeRing();
    private final AtomicInteger followersWaiting = new AtomicInteger();
    private final LocalMetadata metadata;
    private final Events events;

    MetadataStateMachine(LocalMetadata metadata, Events events) {
        this.metadata = metadata;
        this.events = events;
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId groupId, RaftStorage raftStorage)
            throws IOException {
        getLifeCycle()
                .startAndTransition(
                        () -> {
                            super.initialize(server, groupId, raftStorage);
                            storage.init(raftStorage);
                            load(storage.getLatestSnapshot());
                        },
                        IOException.class);
    }

    @Override
    public void pause() {
        getLifeCycle().transition(LifeCycle.State.PAUSING);
        getLifeCycle().transition(LifeCycle.State.PAUSED);
    }

    /// The leader sent a snapshot.
    @Override
    public void reinitialize() throws IOException {
        getLifeCycle()
                .startAndTransition(() -> load(storage.loadLatestSnapshot()), IOException.class);
    }

    private void load(@Nullable SingleFileSnapshotInfo snapshot) throws IOException {
        changes.clear();
        if (snapshot == null) {
            return;
        }
        Path file = snapshot.getFile().getPath();
        MD5Hash md5 = snapshot.getFile().getFileDigest();
        if (md5 != null) {
            MD5FileUtil.verifySavedMD5(file.toFile(), md5);
        }
        ClusterImage image = SnapshotFile.read(file);
        setLastAppliedTermIndex(snapshot.getTermIndex());
        metadata.publish(image);
    }

    @Override
    public StateMachineStorage getStateMachineStorage() {
        return storage;
    }

    @Override
    public long takeSnapshot() throws IOException {
        TermIndex applied = getLastAppliedTermIndex();
        if (applied.getIndex() <= RaftLog.INVALID_LOG_INDEX) {
            return RaftLog.INVALID_LOG_INDEX;
        }
        Path file = storage.getSnapshotFile(applied.getTerm(), applied.getIndex()).toPath();
        SnapshotFile.write(file, metadata.image());
        MD5Hash md5 = MD5FileUtil.computeAndSaveMd5ForFile(file.toFile());
        storage.updateLatestSnapshot(
                new SingleFileSnapshotInfo(
                        new FileInfo(file, md5), applied.getTerm(), applied.getIndex()));
        return applied.getIndex();
    }

    /// Refuses what could not be decided later, before it is in the log.
    @Override
    public TransactionContext startTransaction(RaftClientRequest request) throws IOException {
        TransactionContext transaction = super.startTransaction(request);
        int bytes = request.getMessage().getContent().size();
        if (bytes > RaftSettings.COMMAND_BYTES_MAX) {
            transaction.setException(new IOException(tooLarge(bytes)));
            return transaction;
        }
        try {
            CommandCodec.decode(request.getMessage().getContent().asReadOnlyByteBuffer());
        } catch (MetadataFormatException e) {
            transaction.setException(new IOException(e.getMessage(), e));
        }
        return transaction;
    }

    static String tooLarge(int bytes) {
        return "a command of "
                + bytes
                + " bytes; at most "
                + RaftSettings.COMMAND_BYTES_MAX
                + " are taken: split it";
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        LogEntryProto entry = transaction.getLogEntry();
        Proposal proposal =
                CommandCodec.decode(
                        entry.getStateMachineLogEntry().getLogData().asReadOnlyByteBuffer());
        ClusterImage image = metadata.image();
        Decision decision =
                ControllerLogic.decide(
                        image, proposal.command(), IdSource.from(proposal.entropy()));
        updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
        if (!decision.records().isEmpty()) {
            ClusterImage next = decision.applyTo(image);
            changes.add(next.version(), decision.records());
            metadata.publish(next);
            tellRegistrations(decision.records());
        }
        return CompletableFuture.completedFuture(new ReplyMessage(decision.reply()));
    }

    private void tellRegistrations(List<MetadataRecord> records) {
        for (MetadataRecord record : records) {
            if (record instanceof MetadataRecord.NodeRegistered registered) {
                events.nodeRegistered(registered.node().id());
            }
        }
    }

    @Override
    public CompletableFuture<Message> query(Message request) {
        Query query;
        try {
            query = Query.decode(request.getContent().asReadOnlyByteBuffer());
        } catch (MetadataFormatException e) {
            return CompletableFuture.failedFuture(e);
        }
        return switch (query) {
            case Heartbeat heartbeat ->
                    events.heartbeat(heartbeat.nodeId(), heartbeat.disk())
                            .thenApply(known -> message(new byte[] {(byte) (known ? 1 : 0)}));
            case Query.Disks _ ->
                    CompletableFuture.completedFuture(
                            message(MeasureCodec.encode(events.measures())));
            case Follow follow -> follow(follow).thenApply(update -> message(update.encode()));
        };
    }

    private CompletableFuture<Update> follow(Follow follow) {
        ClusterImage image = metadata.image();
        if (image.version() != follow.since()) {
            return CompletableFuture.completedFuture(updateSince(follow.since(), image));
        }
        if (followersWaiting.incrementAndGet() > FOLLOWERS_WAITING_MAX) {
            followersWaiting.decrementAndGet();
            return CompletableFuture.completedFuture(Update.none(follow.since()));
        }
        return metadata.awaitVersion(follow.since() + 1)
                .completeOnTimeout(
                        image, Math.clamp(follow.waitMs(), 0, WAIT_MAX_MS), TimeUnit.MILLISECONDS)
                .whenComplete((_, _) -> followersWaiting.decrementAndGet())
                .thenApply(now -> updateSince(follow.since(), now));
    }

    /// A follower that is *ahead* saw a leader further on; it is told nothing until this member has
    /// caught up.
    private Update updateSince(long since, ClusterImage image) {
        if (since >= image.version()) {
            return Update.none(since);
        }
        List<MetadataRecord> records = changes.between(since, image.version());
        return records == null ? Update.whole(image) : new Update(false, image.version(), records);
    }

    private static Message message(byte[] bytes) {
        return Message.valueOf(UnsafeByteOperations.unsafeWrap(bytes));
    }

    @Override
    public void notifyLeaderReady() {
        events.leadershipChanged(true);
    }

    @Override
    public void notifyNotLeader(Collection<TransactionContext> pending) {
        events.leadershipChanged(false);
    }
}
