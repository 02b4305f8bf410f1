package io.quafka.program.roles;

import io.quafka.controller.Controller;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Reply;
import io.quafka.controller.retention.DiskReport;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// This process as the controller knows it: registers, then tells the controller at intervals that
/// it is alive, and registers anew where the controller has forgotten it.
final class NodeRegistration implements AutoCloseable {
    /// The controller fences a node that is silent for several of these.
    static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(2);

    private static final Duration LEAVE_MAX = Duration.ofSeconds(2);

    /// Before the first registration.
    static final int NO_ID = -1;

    private static final Logger LOG = LoggerFactory.getLogger(NodeRegistration.class);

    private final Controller controller;
    private final Duration waitMax;
    private volatile int nodeId = NO_ID;
    private volatile Command.@Nullable RegisterNode registered;

    /// When the last word was sent that the controller is known to have heard.
    private volatile long heardNanos;

    /// From the moment before the controller is told: others may lead then.
    private volatile boolean leaving;

    private volatile Supplier<@Nullable DiskReport> disk = () -> null;
    private @Nullable Thread heartbeats;

    /// @param waitMax how long one registration may take, elections included
    NodeRegistration(Controller controller, Duration waitMax) {
        this.controller = controller;
        this.waitMax = waitMax;
    }

    /// The id that the controller gave, or [#NO_ID].
    int nodeId() {
        return nodeId;
    }

    /// Registers and waits until the metadata here shows it.
    ///
    /// @return the image that has this node
    /// @throws StartException if the controller refuses, or does not answer in time
    ClusterImage register(Command.RegisterNode command) throws InterruptedException {
        long sentNanos = System.nanoTime();
        Reply.NodeRegistered reply = await(controller.submit(command));
        if (reply.error() != Errors.NONE) {
            throw new StartException(
                    "the controller refuses this node: " + reply.error() + ", " + reply.message());
        }
        ClusterImage image = await(controller.metadata().awaitVersion(reply.version()));
        nodeId = reply.nodeId();
        registered = command;
        heardNanos = sentNanos;
        LOG.atInfo()
                .addKeyValue("node", nodeId)
                .addKeyValue("roles", command.roles())
                .addKeyValue("cluster", image.clusterId())
                .log("registered");
        return image;
    }

    /// What heartbeats tell of this process' disk from now on.
    NodeRegistration reports(Supplier<@Nullable DiskReport> report) {
        disk = report;
        return this;
    }

    /// Begins to tell the controller, from a thread of its own, that the process is alive.
    void startHeartbeats() {
        heartbeats = Thread.ofVirtual().name("quafka-heartbeats").start(this::beat);
    }

    private void beat() {
        try {
            while (true) {
                beatOnce();
                TimeUnit.NANOSECONDS.sleep(HEARTBEAT_INTERVAL.toNanos());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// Whether the controller cannot have fenced this node, as it does after a session of silence,
    /// and when the node leaves. A tenth is left for clocks that do not run alike.
    BooleanSupplier lease(Duration session) {
        long nanos = session.toNanos() / 10 * 9;
        return () -> !leaving && System.nanoTime() - heardNanos < nanos;
    }

    private void beatOnce() throws InterruptedException {
        Command.RegisterNode command = registered;
        if (command == null) {
            return;
        }
        try {
            long sentNanos = System.nanoTime();
            if (await(controller.heartbeat(nodeId, disk.get()))) {
                heardNanos = sentNanos;
            } else {
                LOG.atWarn()
                        .addKeyValue("node", nodeId)
                        .log("unknown to the controller, registering anew");
                register(command);
            }
        } catch (StartException e) {
            LOG.atWarn().addKeyValue("problem", e.getMessage()).log("heartbeat failed");
        }
    }

    /// Tells the controller that this node goes, so that others lead its shards before it is gone,
    /// and waits until the metadata here show it. Only if it can be told quickly: the controller
    /// would find out by itself.
    void leave() throws InterruptedException {
        registered = null;
        leaving = true;
        stopHeartbeats();
        try {
            controller
                    .submit(new Command.UnregisterNode(nodeId))
                    .thenCompose(done -> controller.metadata().awaitVersion(done.version()))
                    .get(LEAVE_MAX.toMillis(), TimeUnit.MILLISECONDS);
            LOG.atInfo().addKeyValue("node", nodeId).log("left");
        } catch (TimeoutException | ExecutionException e) {
            LOG.atWarn().addKeyValue("node", nodeId).setCause(e).log("left without a word");
        }
    }

    /// One that came after the leave would bring the node back.
    private void stopHeartbeats() throws InterruptedException {
        Thread running = heartbeats;
        if (running != null) {
            running.interrupt();
            running.join(LEAVE_MAX);
        }
    }

    private <T> T await(CompletableFuture<T> answer) throws InterruptedException {
        try {
            return answer.get(waitMax.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            throw new StartException(
                    "the controller did not answer in " + waitMax.toSeconds() + " s");
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new StartException(
                    cause instanceof TimeoutException
                            ? "the controller did not answer in " + waitMax.toSeconds() + " s"
                            : "the controller cannot be asked: " + cause,
                    cause);
        }
    }

    @Override
    public void close() {
        Thread running = heartbeats;
        if (running != null) {
            running.interrupt();
        }
    }
}
