package io.quafka.controller;

import io.quafka.controller.model.Command;
import java.util.concurrent.CompletableFuture;

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

    /// Tells the leader that this node is alive. Soft state: nothing goes to the Raft log unless
    /// the node was fenced. Completes with false when the controller does not know the node:
    /// register again.
    CompletableFuture<Boolean> heartbeat(int nodeId);

    @Override
    void close();
}
