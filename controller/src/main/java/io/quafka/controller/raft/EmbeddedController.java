package io.quafka.controller.raft;

import io.quafka.controller.Controller;
import io.quafka.controller.Metadata;
import io.quafka.controller.codec.CommandCodec;
import io.quafka.controller.config.ClusterConfigs;
import io.quafka.controller.logic.PreferredLeaders;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.retention.BudgetKeeper;
import io.quafka.controller.retention.DiskReport;
import io.quafka.controller.retention.NodeMeasure;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.apache.kafka.common.Uuid;
import org.apache.ratis.protocol.exceptions.ChecksumException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A member of the controller in this process.
///
/// Commands go to the Raft server by a call; the image is the state machine's own. A lone member's
/// [#start] returns when it leads, has read its log, and the cluster has an identity; one of
/// several returns at once and finds the others in the background.
public final class EmbeddedController implements Controller {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedController.class);

    private final ControllerConfig config;
    private final LongSupplier nanoTime;
    private final DirectoryLock lock;
    private final LocalMetadata metadata;
    private final Liveness liveness;
    private final BudgetKeeper budgets = new BudgetKeeper();
    private final PreferredLeaders leaders = new PreferredLeaders();
    private final @Nullable RaftLink link;
    private final RaftServer server;
    private final LocalSubmitter submitter;
    private final LeadershipProof proof;
    private final Set<Integer> unfencing = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final Thread sweeper;
    private volatile boolean leading;
    private volatile boolean closed;

    /// Opens, or makes, the directory and starts the member.
    ///
    /// @throws IOException where the directory is in use by another process, cannot be written,
    ///   holds a damaged log or another cluster's, or the address cannot be listened on
    public static EmbeddedController start(ControllerConfig config) throws IOException {
        return start(config, null);
    }

    /// @param tls how members are spoken to, and speak to each other; null for in plain
    public static EmbeddedController start(ControllerConfig config, @Nullable RaftTls tls)
            throws IOException {
        return start(config, tls, System::nanoTime, RaftSettings.SNAPSHOT_ENTRIES);
    }

    /// @param nanoTime the clock by which nodes are found silent
    /// @param snapshotEntries log entries between two snapshots
    static EmbeddedController start(
            ControllerConfig config, LongSupplier nanoTime, long snapshotEntries)
            throws IOException {
        return start(config, null, nanoTime, snapshotEntries);
    }

    private static EmbeddedController start(
            ControllerConfig config,
            @Nullable RaftTls tls,
            LongSupplier nanoTime,
            long snapshotEntries)
            throws IOException {
        DirectoryLock lock = DirectoryLock.take(config.directory());
        EmbeddedController controller = null;
        try {
            controller = new EmbeddedController(config, tls, nanoTime, snapshotEntries, lock);
            controller.run();
            return controller;
        } catch (IOException | RuntimeException e) {
            if (controller == null) {
                lock.close();
            } else {
                controller.close();
            }
            throw e;
        }
    }

    private EmbeddedController(
            ControllerConfig config,
            @Nullable RaftTls tls,
            LongSupplier nanoTime,
            long snapshotEntries,
            DirectoryLock lock)
            throws IOException {
        this.config = config;
        this.nanoTime = nanoTime;
        this.lock = lock;
        metadata = new LocalMetadata("controller-" + config.memberId());
        liveness = new Liveness(config.sessionTimeout());
        MetadataStateMachine stateMachine = new MetadataStateMachine(metadata, new NodeEvents());
        server =
                RaftServer.newBuilder()
                        .setServerId(RaftGroups.peerId(config.memberId()))
                        .setGroup(RaftGroups.group(config.joining() ? List.of() : config.members()))
                        .setProperties(RaftSettings.server(config, snapshotEntries))
                        .setParameters(RaftTls.memberParameters(tls))
                        .setOption(RaftStorage.StartupOption.RECOVER)
                        .setStateMachineRegistry(_ -> stateMachine)
                        .build();
        link = config.reachable() ? new RaftLink(MemberSource.of(config.members()), tls) : null;
        proof = new LeadershipProof(server, metadata);
        submitter =
                new LocalSubmitter(
                        server, link == null ? null : link::write, config.commandTimeout());
        sweeper =
                Thread.ofVirtual()
                        .name("controller-sweeper-" + config.memberId())
                        .unstarted(this::sweep);
    }

    private void run() throws IOException {
        startServer();
        sweeper.start();
        if (config.members().size() > 1) {
            return;
        }
        try {
            ready.get(config.commandTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the controller started", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(String.valueOf(cause.getMessage()), cause);
        } catch (TimeoutException e) {
            throw new IOException("the controller did not start within its time limit", e);
        }
    }

    private void startServer() throws IOException {
        try {
            server.start();
        } catch (IOException | RuntimeException e) {
            Throwable root = e;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            throw new IOException(
                    root instanceof ChecksumException
                            ? damaged()
                            : "the controller could not start: " + root.getMessage(),
                    e);
        }
    }

    private String damaged() {
        return "The controller's log under "
                + config.directory().toAbsolutePath()
                + " is damaged: a checksum does not fit. Nothing was changed. "
                + (config.members().size() > 1
                        ? "Move the directory away and start again: the other members send what is in it."
                        : "Bring the directory back from a copy, or look into it before anything is thrown away.");
    }

    @Override
    @SuppressWarnings("unchecked") // every command is decided into the reply that its type names
    public <R> CompletableFuture<R> submit(Command<R> command) {
        byte[] bytes = CommandCodec.encode(new CommandCodec.Proposal(command, Uuid.randomUuid()));
        return (CompletableFuture<R>) submitter.submit(bytes);
    }

    @Override
    public Metadata metadata() {
        return metadata;
    }

    @Override
    public CompletableFuture<Boolean> heartbeat(int nodeId, @Nullable DiskReport disk) {
        RaftLink remote = link;
        if (leading || remote == null) {
            return heard(nodeId, disk);
        }
        return remote.heartbeat(nodeId, disk, config.commandTimeout());
    }

    @Override
    public CompletableFuture<Map<Integer, NodeMeasure>> measures() {
        RaftLink remote = link;
        if (leading || remote == null) {
            return CompletableFuture.completedFuture(budgets.measures(metadata.image()));
        }
        return remote.measures(config.commandTimeout());
    }

    /// True while this member leads the controller.
    public boolean leading() {
        return leading;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        leading = false;
        LockSupport.unpark(sweeper);
        submitter.close();
        closeLogged("raft server", server);
        metadata.close();
        if (link != null) {
            link.close();
        }
        closeLogged("directory lock", lock);
    }

    private CompletableFuture<Boolean> heard(int nodeId, @Nullable DiskReport disk) {
        Node node = metadata.image().node(nodeId);
        if (node == null) {
            return CompletableFuture.completedFuture(false);
        }
        liveness.heard(nodeId, nanoTime.getAsLong());
        if (disk != null && node.plays(NodeRole.STORAGE)) {
            budgets.heard(nodeId, disk);
            LockSupport.unpark(sweeper);
        }
        CompletableFuture<?> unfenced =
                node.fenced() && unfencing.add(nodeId)
                        ? submit(new Command.FenceNode(nodeId, false))
                                .whenComplete((_, _) -> unfencing.remove(nodeId))
                        : CompletableFuture.completedFuture(null);
        // A storage node serves for a while upon the answer, though a follower of this leader may
        // have fenced it, or heard nothing of it.
        return (link == null ? unfenced : unfenced.thenCompose(_ -> proof.require()))
                .thenApply(_ -> true);
    }

    private void sweep() {
        while (!closed) {
            LockSupport.parkNanos(
                    this, liveness.untilSweep(metadata.image(), nanoTime.getAsLong()).toNanos());
            if (!leading) {
                continue;
            }
            publishBudgets();
            giveLeadershipBack();
            for (Command<?> command : liveness.sweep(metadata.image(), nanoTime.getAsLong())) {
                LOG.atWarn().addKeyValue("decision", command).log("node silent");
                submit(command);
            }
        }
    }

    private void publishBudgets() {
        Command.PublishBudgets due = budgets.due(metadata.image(), nanoTime.getAsLong());
        if (due == null) {
            return;
        }
        try {
            submit(due).join();
        } catch (CompletionException e) {
            LOG.atWarn().setCause(e).log("budgets not published: the old ones stay in force");
        }
    }

    private void giveLeadershipBack() {
        Command.ElectLeaders due = leaders.due(metadata.image(), nanoTime.getAsLong());
        if (due != null) {
            LOG.atInfo()
                    .addKeyValue("shards", due.shardIds())
                    .log("preferred leaders are in sync: they lead again");
            submit(due);
        }
    }

    /// Gives a new cluster its identity; checks that of an old one.
    private void formCluster() {
        ClusterImage image = metadata.image();
        String wanted = config.clusterId();
        if (image.clusterId().isEmpty()) {
            String id = wanted == null ? Uuid.randomUuid().toString() : wanted;
            submit(new Command.FormCluster(id, ClusterConfigs.OF_NEW_CLUSTERS))
                    .whenComplete((_, error) -> {
                        if (error == null) {
                            ready.complete(null);
                        } else {
                            ready.completeExceptionally(error);
                        }
                    });
        } else if (wanted != null && !wanted.equals(image.clusterId())) {
            String message =
                    "The directory "
                            + config.directory()
                            + " belongs to cluster "
                            + image.clusterId()
                            + ", not to "
                            + wanted;
            LOG.atError()
                    .addKeyValue("found", image.clusterId())
                    .addKeyValue("wanted", wanted)
                    .log("the directory belongs to another cluster");
            ready.completeExceptionally(new IOException(message));
        } else {
            ready.complete(null);
        }
    }

    private static void closeLogged(String what, AutoCloseable resource) {
        try {
            resource.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.atWarn().addKeyValue("what", what).setCause(e).log("close failed");
        }
    }

    /// What the state machine reports, on Ratis' threads: nothing here blocks.
    private final class NodeEvents implements MetadataStateMachine.Events {
        @Override
        public void leadershipChanged(boolean now) {
            if (leading != now) {
                LOG.atInfo().addKeyValue("leading", now).log("controller leadership changed");
            }
            liveness.reset();
            budgets.reset();
            leaders.reset();
            leading = now && !closed;
            if (now) {
                Thread.startVirtualThread(EmbeddedController.this::formCluster);
            }
        }

        @Override
        public CompletableFuture<Boolean> heartbeat(int nodeId, @Nullable DiskReport disk) {
            return heard(nodeId, disk);
        }

        @Override
        public Map<Integer, NodeMeasure> measures() {
            return budgets.measures(metadata.image());
        }

        @Override
        public void nodeRegistered(int nodeId) {
            liveness.heard(nodeId, nanoTime.getAsLong());
        }
    }
}
