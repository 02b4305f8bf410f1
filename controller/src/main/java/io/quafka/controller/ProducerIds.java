package io.quafka.controller;

import io.quafka.controller.model.Command;
import io.quafka.controller.model.Reply;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Hands out producer ids from blocks that the controller gives. A next block is asked for when a
/// tenth of the last one is left, so that as a rule nobody waits. Ids of a block that this process
/// did not hand out are lost with it: there are 2^63.
public final class ProducerIds {
    private final Controller controller;
    private final int block;

    private long next;
    private long end;
    private long followingNext;
    private long followingEnd;
    private @Nullable CompletableFuture<Void> refill;

    /// @param block ids asked for at once, from 1 up
    public ProducerIds(Controller controller, int block) {
        this.controller = controller;
        this.block = block;
    }

    /// An id that nobody else was or is given. Completes at once while there are any; otherwise
    /// with the next block, or as the controller fails to give one.
    public CompletableFuture<Long> next() {
        CompletableFuture<Long> answer;
        boolean start;
        CompletableFuture<Void> running;
        synchronized (this) {
            if (next == end && followingNext < followingEnd) {
                next = followingNext;
                end = followingEnd;
                followingNext = followingEnd;
            }
            boolean any = next < end;
            answer = any ? CompletableFuture.completedFuture(next++) : null;
            boolean low = end - next <= block / 10 && followingNext == followingEnd;
            start = low && refill == null;
            if (start) {
                refill = new CompletableFuture<>();
            }
            running = refill;
        }
        if (start && running != null) {
            fill(running);
        }
        if (answer != null) {
            return answer;
        }
        return running == null ? next() : running.thenCompose(_ -> next());
    }

    private void fill(CompletableFuture<Void> running) {
        controller
                .submit(new Command.AllocateProducerIds(block))
                .whenComplete((reply, failure) -> {
                    take(reply);
                    if (failure == null) {
                        running.complete(null);
                    } else {
                        running.completeExceptionally(failure);
                    }
                });
    }

    private synchronized void take(Reply.@Nullable ProducerIds reply) {
        refill = null;
        if (reply != null) {
            followingNext = reply.first();
            followingEnd = reply.first() + reply.count();
        }
    }
}
