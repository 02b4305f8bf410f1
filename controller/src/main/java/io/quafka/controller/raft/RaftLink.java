package io.quafka.controller.raft;

import io.quafka.controller.codec.MeasureCodec;
import io.quafka.controller.raft.ControllerConfig.Member;
import io.quafka.controller.retention.DiskReport;
import io.quafka.controller.retention.NodeMeasure;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.exceptions.StateMachineException;
import org.apache.ratis.retry.ExponentialBackoffRetry;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.TimeDuration;
import org.jspecify.annotations.Nullable;

/// A connection to the controller's members over the network: finds the leader, moves on when it
/// changes. Calls block; make them from virtual threads.
final class RaftLink implements AutoCloseable {
    private static final TimeDuration BACK_OFF_MIN =
            TimeDuration.valueOf(50, TimeUnit.MILLISECONDS);

    /// While there is no leader, members that do not lead are asked one after the other: what a
    /// call still waits once one leads is some of these.
    private static final TimeDuration BACK_OFF_MAX =
            TimeDuration.valueOf(200, TimeUnit.MILLISECONDS);

    /// With the back-off above about a minute; callers give up sooner.
    private static final int ATTEMPTS_MAX = 300;

    /// Calls under way at once; one more is refused.
    static final int CALLS_MAX = 4096;

    /// A client and the members that it began with; it learns of others while one of them is up.
    private record Connected(List<Member> members, RaftClient client) {}

    private final Semaphore calls = new Semaphore(CALLS_MAX);
    private final MemberSource source;
    private final @Nullable RaftTls tls;
    private final ReentrantLock connecting = new ReentrantLock();
    private volatile @Nullable Connected connected;
    private volatile boolean closed;

    /// @param source is asked at the first call
    RaftLink(MemberSource source, @Nullable RaftTls tls) {
        this.source = source;
        this.tls = tls;
    }

    private Connected connect(List<Member> members) {
        RaftClient client =
                RaftClient.newBuilder()
                        .setProperties(RaftSettings.client())
                        .setParameters(RaftTls.parameters(tls))
                        .setRaftGroup(RaftGroups.group(members))
                        .setRetryPolicy(
                                ExponentialBackoffRetry.newBuilder()
                                        .setBaseSleepTime(BACK_OFF_MIN)
                                        .setMaxSleepTime(BACK_OFF_MAX)
                                        .setMaxAttempts(ATTEMPTS_MAX)
                                        .build())
                        .build();
        return new Connected(members, client);
    }

    private RaftClient client() throws IOException {
        Connected open = connected;
        if (open != null) {
            return open.client();
        }
        lock();
        try {
            open = connected;
            if (open == null) {
                open = connect(source.members());
                connected = open;
                if (closed) {
                    close();
                    throw new IOException("closed");
                }
            }
            return open.client();
        } finally {
            connecting.unlock();
        }
    }

    private void lock() throws InterruptedIOException {
        try {
            connecting.lockInterruptibly();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the controller's members are still looked for");
        }
    }

    /// No known member leads any more: asks once more who the members are. If they are others,
    /// calls under way fail, and later ones go to those.
    ///
    /// @throws IOException if nobody knows; all stays as it is
    void findMembers() throws IOException {
        lock();
        try {
            Connected before = connected;
            if (before != null && !source.members().equals(before.members())) {
                connected = null;
                before.client().close();
            }
        } finally {
            connecting.unlock();
        }
    }

    /// Commits a command; retries under one call id, which a leader answers once.
    Message write(byte[] command) throws IOException {
        return answer(client().io().send(message(command)));
    }

    /// Asks the leader's state machine.
    Message ask(Query query) throws IOException {
        return answer(client().io().sendReadOnlyNonLinearizable(message(Query.encode(query))));
    }

    /// Tells the leader that a node is alive, from a thread of its own.
    ///
    /// @return false where the controller does not know the node; fails with a [TimeoutException]
    ///   where no leader answers in time
    CompletableFuture<Boolean> heartbeat(int nodeId, @Nullable DiskReport disk, Duration timeout) {
        return call(
                () -> ask(new Query.Heartbeat(nodeId, disk)).getContent().byteAt(0) == 1, timeout);
    }

    /// What the leader knows of nodes' disks.
    CompletableFuture<Map<Integer, NodeMeasure>> measures(Duration timeout) {
        return call(
                () ->
                        MeasureCodec.decodeMeasures(
                                ask(new Query.Disks()).getContent().asReadOnlyByteBuffer()),
                timeout);
    }

    /// Runs a blocking call on a virtual thread of its own.
    <T> CompletableFuture<T> call(Callable<T> call, Duration timeout) {
        if (!calls.tryAcquire()) {
            return CompletableFuture.failedFuture(
                    new IllegalStateException(CALLS_MAX + " calls are under way already"));
        }
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread caller =
                Thread.startVirtualThread(() -> {
                    try {
                        result.complete(call.call());
                    } catch (Exception e) {
                        result.completeExceptionally(failure(e));
                    } finally {
                        calls.release();
                    }
                });
        result.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((_, error) -> {
                    if (error != null) {
                        caller.interrupt();
                    }
                });
        return result;
    }

    private static Throwable failure(Exception error) {
        if (error instanceof StateMachineException refused && refused.getCause() != null) {
            return refused.getCause();
        }
        if (error instanceof IOException) {
            TimeoutException timeout = new TimeoutException("no leader answered: " + error);
            timeout.initCause(error);
            return timeout;
        }
        return error;
    }

    private static Message answer(RaftClientReply reply) throws IOException {
        if (reply.isSuccess()) {
            return reply.getMessage();
        }
        IOException cause = reply.getException();
        throw cause == null ? new IOException("the controller refused: " + reply) : cause;
    }

    private static Message message(byte[] bytes) {
        return Message.valueOf(UnsafeByteOperations.unsafeWrap(bytes));
    }

    @Override
    public void close() {
        closed = true;
        Connected open = connected;
        if (open == null) {
            return;
        }
        try {
            open.client().close();
        } catch (IOException _) {
            // Nothing is left to save: the peer sees the connection go either way.
        }
    }
}
