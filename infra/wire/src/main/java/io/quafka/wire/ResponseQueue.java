package io.quafka.wire;

import io.quafka.wire.ServerLimits.ResponseOrder;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;

/// A connection's requests in the handler's hands, and the writing of their responses in order.
///
/// When nothing is pending and a future is done at once, the reading thread writes the response
/// itself, and where it waits for answers ([#answerPrompt()]) too. Otherwise the thread that
/// completes a future starts a virtual thread to write, unless one is at it; that thread writes
/// whatever is ready, several responses in one call to the socket, and ends. At any time at most
/// one thread writes.
final class ResponseQueue {
    private static final int RESPONSES_PER_WRITE_MAX = 64;

    /// Told once a response ends the connection.
    @FunctionalInterface
    interface Closer {
        void close(CloseReason reason, @Nullable Throwable cause);
    }

    private final ServerLimits limits;
    private final GatheringWriter writer;
    private final ServerCounters counters;
    private final Rest rest;
    private final Closer closer;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /// By request order: all that are in flight. By completion order: those that are done.
    private final ArrayDeque<PendingAnswer> queue = new ArrayDeque<>();

    private volatile int inFlight;
    private volatile int largeInFlight;
    private int promptInFlight;
    private long inFlightBytes;
    private boolean writing;

    /// The reading thread waits to write what is next.
    private boolean readerWaits;

    private boolean closed;

    /// @param rest told of each response that is complete
    ResponseQueue(
            ServerLimits limits,
            GatheringWriter writer,
            ServerCounters counters,
            Rest rest,
            Closer closer) {
        this.limits = limits;
        this.writer = writer;
        this.counters = counters;
        this.rest = rest;
        this.closer = closer;
    }

    /// Requests without a response sent.
    int inFlight() {
        return inFlight;
    }

    /// Waits until another request may be read. False when the connection is closed.
    boolean awaitRoom() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed
                    && (inFlight >= limits.inFlightRequestsMax()
                            || inFlightBytes >= limits.inFlightBytesMax())) {
                changed.await();
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /// Waits until another request whose answer may be large can be handed on: only the reading
    /// thread adds to them. False when the connection is closed.
    boolean awaitLargeRoom() throws InterruptedException {
        if (largeInFlight < limits.largeAnswersMax()) {
            return true;
        }
        lock.lockInterruptibly();
        try {
            while (!closed && largeInFlight >= limits.largeAnswersMax()) {
                changed.await();
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /// To be called before the socket is asked for more, with nothing of a next request read: where
    /// all that is in flight is answered soon, waits for the next answers and writes them. What the
    /// client sends meanwhile is read then at once. So neither a thread has to be started for the
    /// answers, nor the socket to be polled for each request of a client that sends several ahead.
    void answerPrompt() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (limits.responseOrder() != ResponseOrder.AS_REQUESTED
                    || writing
                    || queue.isEmpty()
                    || promptInFlight < inFlight) {
                return;
            }
            readerWaits = true;
            try {
                while (!closed && !isHeadDone()) {
                    changed.await();
                }
            } finally {
                readerWaits = false;
            }
            if (closed) {
                return;
            }
            writing = true;
        } finally {
            lock.unlock();
        }
        writeReady();
    }

    /// Under the lock.
    private boolean isHeadDone() {
        PendingAnswer head = queue.peek();
        return head != null && head.done;
    }

    /// Waits until every response is written, or the connection closed.
    void awaitEmpty() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed && (inFlight > 0 || writing)) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Takes over a request that the handler was given. Called by the reading thread alone.
    void submit(PendingAnswer pending, CompletableFuture<KafkaResponse> future) {
        counters.inFlight.add(pending.bytes);
        boolean inline = false;
        lock.lock();
        try {
            inFlight++;
            inFlightBytes += pending.bytes;
            switch (pending.answer) {
                case LARGE -> largeInFlight++;
                case PROMPT -> promptInFlight++;
                case OTHER -> {}
            }
            if (!closed) {
                inline = future.isDone() && queue.isEmpty() && !writing;
                if (inline) {
                    writing = true;
                } else if (limits.responseOrder() == ResponseOrder.AS_REQUESTED) {
                    queue.add(pending);
                }
            }
        } finally {
            lock.unlock();
        }
        if (inline) {
            writeInline(pending, future);
        } else {
            future.whenComplete((response, error) -> completed(pending, response, error));
        }
    }

    /// Drops what is ready; what completes later is dropped then.
    void close() {
        List<PendingAnswer> dropped = new ArrayList<>();
        lock.lock();
        try {
            closed = true;
            for (PendingAnswer pending : queue) {
                if (pending.done) {
                    dropped.add(pending);
                }
            }
            queue.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        dropped.forEach(PendingAnswer::sent);
    }

    private void writeInline(PendingAnswer pending, CompletableFuture<KafkaResponse> future) {
        switch (future.state()) {
            case SUCCESS -> pending.complete(future.resultNow(), null);
            case FAILED -> pending.complete(null, future.exceptionNow());
            case CANCELLED, RUNNING -> pending.complete(null, new CancellationException());
        }
        pending.releaseFrame(counters);
        rest.after(pending.response);
        write(List.of(pending));
        lock.lock();
        try {
            inFlightBytes -= pending.bytes;
            answered(pending);
            writing = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void completed(
            PendingAnswer pending, @Nullable KafkaResponse response, @Nullable Throwable error) {
        pending.releaseFrame(counters);
        rest.after(response);
        boolean dropped;
        boolean start = false;
        lock.lock();
        try {
            pending.complete(response, error);
            inFlightBytes -= pending.bytes;
            dropped = closed;
            if (!closed) {
                if (limits.responseOrder() == ResponseOrder.AS_COMPLETED) {
                    queue.add(pending);
                }
                start = !writing && !readerWaits && isHeadDone();
                writing |= start;
            }
            if (!readerWaits || closed || isHeadDone()) {
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (dropped) {
            pending.sent();
        }
        if (start) {
            Thread.startVirtualThread(this::writeReady);
        }
    }

    private void writeReady() {
        List<PendingAnswer> batch = new ArrayList<>();
        while (true) {
            lock.lock();
            try {
                batch.forEach(this::answered);
                batch.clear();
                for (PendingAnswer head = queue.peek();
                        head != null && head.done && batch.size() < RESPONSES_PER_WRITE_MAX;
                        head = queue.peek()) {
                    batch.add(queue.remove());
                }
                changed.signalAll();
                if (batch.isEmpty()) {
                    writing = false;
                    return;
                }
            } finally {
                lock.unlock();
            }
            write(batch);
        }
    }

    /// Under the lock.
    private void answered(PendingAnswer pending) {
        inFlight--;
        switch (pending.answer) {
            case LARGE -> largeInFlight--;
            case PROMPT -> promptInFlight--;
            case OTHER -> {}
        }
    }

    private void write(List<PendingAnswer> batch) {
        CloseReason reason = null;
        Throwable cause = null;
        int responses = 0;
        int taken = 0;
        try {
            for (PendingAnswer pending : batch) {
                KafkaResponse response = pending.response;
                if (response == null) {
                    reason = CloseReason.HANDLER_FAILED;
                    cause = pending.error;
                    break;
                }
                ApiMessage body = response.body();
                if (body != null) {
                    writer.add(pending.toSend(body));
                    responses++;
                }
                taken++;
                if (response.closeAfter()) {
                    reason = CloseReason.HANDLER_CLOSED;
                    break;
                }
            }
            counters.sent.add(writer.flush());
            counters.responseCount.add(responses);
            measure(batch, taken);
        } catch (IOException e) {
            reason = CloseReason.IO_ERROR;
            cause = e;
        } catch (RuntimeException e) {
            writer.discard();
            reason = CloseReason.HANDLER_FAILED;
            cause = e;
        } finally {
            batch.forEach(PendingAnswer::sent);
        }
        if (reason != null) {
            closer.close(reason, cause);
        }
    }

    private static void measure(List<PendingAnswer> batch, int taken) {
        long now = System.nanoTime();
        for (int i = 0; i < taken; i++) {
            batch.get(i).written(now);
        }
    }
}
