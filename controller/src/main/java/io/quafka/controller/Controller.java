package io.quafka.controller;

import io.quafka.controller.model.Command;
import io.quafka.controller.retention.DiskReport;
import io.quafka.controller.retention.NodeMeasure;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The metadata quorum as the other roles see it, in this process or across the network.
public interface Controller extends AutoCloseable {
    /// Has the leader decide and commit a command.
    ///
    /// Retries elections and lost connections inside, with back-off, until the time limit it was
    /// made with; then completes with [java.util.concurrent.TimeoutException], in which case the
    /// command may or may not have taken effect. What the controller refuses is not an exception:
    /// it is in the reply.
    <R> CompletableFuture<R> submit(Command<R> command);

    /// The image that follows this controller.
    Metadata metadata();

    /// Tells the leader that this node is alive, and how its disk is. Soft state: nothing goes to
    /// the Raft log unless the node was fenced. Completes with false when the controller does not
    /// know the node: register again.
    ///
    /// @param disk null where there is nothing to tell
    CompletableFuture<Boolean> heartbeat(int nodeId, @Nullable DiskReport disk);

    /// What the leader knows of storage nodes' disks, by node id; nodes that it has not heard of
    /// yet are missing.
    CompletableFuture<Map<Integer, NodeMeasure>> measures();

    @Override
    void close();
}
