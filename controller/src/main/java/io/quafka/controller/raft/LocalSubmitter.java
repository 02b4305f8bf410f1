package io.quafka.controller.raft;

import io.quafka.controller.model.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.protocol.exceptions.StateMachineException;
import org.apache.ratis.server.RaftServer;
import org.jspecify.annotations.Nullable;

/// Hands commands to the Raft server in this process and tries again while there is no leader.
/// Where another member leads, the command goes to it over the network.
final class LocalSubmitter {
    /// Commands under way at once; one more is refused.
    static final int PENDING_MAX = 4096;

    private static final long BACK_OFF_MIN_MS = 5;
    private static final long BACK_OFF_MAX_MS = 200;

    /// Sends a command to whichever member leads.
    interface Forward {
        Message write(byte[] command) throws IOException;
    }

    private final RaftServer server;
    private final @Nullable Forward forward;
    private final long timeoutMs;
    private final LocalRequests requests;
    private final AtomicInteger pending = new AtomicInteger();
    private volatile boolean closed;

    /// @param forward null for a lone member
    LocalSubmitter(RaftServer server, @Nullable Forward forward, Duration timeout) {
        this.server = server;
        this.requests = new LocalRequests(server.getId());
        this.forward = forward;
        timeoutMs = timeout.toMillis();
    }

    CompletableFuture<Reply> submit(byte[] command) {
        if (command.length > RaftSettings.COMMAND_BYTES_MAX) {
            return CompletableFuture.failedFuture(
                    new IllegalArgumentException(MetadataStateMachine.tooLarge(command.length)));
        }
        if (pending.incrementAndGet() > PENDING_MAX) {
            pending.decrementAndGet();
            return CompletableFuture.failedFuture(
                    new IllegalStateException(PENDING_MAX + " commands are under way already"));
        }
        CompletableFuture<Reply> result = new CompletableFuture<>();
        result.orTimeout(timeoutMs, TimeUnit.MILLISECONDS)
                .whenComplete((_, _) -> pending.decrementAndGet());
        attempt(
                command,
                requests.of(command, RaftClientRequest.writeRequestType()),
                result,
                BACK_OFF_MIN_MS);
        return result;
    }

    /// Commands under way fail at their next attempt.
    void close() {
        closed = true;
    }

    private void attempt(
            byte[] command,
            RaftClientRequest request,
            CompletableFuture<Reply> result,
            long backOffMs) {
        if (result.isDone()) {
            return;
        }
        if (closed) {
            result.completeExceptionally(new IllegalStateException("the controller is closed"));
            return;
        }
        CompletableFuture<RaftClientReply> sent;
        try {
            sent = server.submitClientRequestAsync(request);
        } catch (IOException e) {
            sent = CompletableFuture.failedFuture(e);
        }
        // Ratis completes replies on the thread that applies the log: callers must not run there.
        sent.whenCompleteAsync(
                (reply, error) -> {
                    Throwable problem = error != null ? unwrap(error) : reply.getException();
                    if (problem == null) {
                        result.complete(ReplyMessage.replyOf(reply.getMessage()));
                    } else if (problem instanceof StateMachineException refused) {
                        result.completeExceptionally(
                                refused.getCause() == null ? refused : refused.getCause());
                    } else if (problem instanceof NotLeaderException && forward != null) {
                        forward(forward, command, result);
                    } else {
                        long nextMs = Math.min(BACK_OFF_MAX_MS, backOffMs * 2);
                        CompletableFuture.delayedExecutor(
                                        backOffMs,
                                        TimeUnit.MILLISECONDS,
                                        Thread::startVirtualThread)
                                .execute(() -> attempt(command, request, result, nextMs));
                    }
                },
                Thread::startVirtualThread);
    }

    private static void forward(Forward forward, byte[] command, CompletableFuture<Reply> result) {
        try {
            result.complete(ReplyMessage.replyOf(forward.write(command)));
        } catch (IOException e) {
            TimeoutException failed = new TimeoutException("no leader took the command: " + e);
            failed.initCause(e);
            result.completeExceptionally(failed);
        }
    }

    private static Throwable unwrap(Throwable error) {
        return error instanceof CompletionException && error.getCause() != null
                ? error.getCause()
                : error;
    }
}
