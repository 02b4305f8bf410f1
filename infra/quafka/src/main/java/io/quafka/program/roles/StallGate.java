package io.quafka.program.roles;

import io.quafka.wire.ConnectionInfo;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import io.quafka.wire.RequestHandler;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.kafka.common.protocol.ApiKeys;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Drops what clients may have given up. A gateway whose process stood still finds requests in its
/// sockets which their clients have meanwhile sent to another gateway, and followed by others. Done
/// that late they would undo those: a group's committed offset would go back. So it closes the
/// connections from before instead, once it stood still for longer than a limit; clients connect
/// again. Who waits for answers for a shorter time than that is not protected.
final class StallGate implements RequestHandler, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StallGate.class);

    /// Looks at the clock within the limit.
    private static final int TICKS = 10;

    private final RequestHandler handler;
    private final Duration max;
    private final LongSupplier nanoTime;

    /// The highest number of a connection that sent anything.
    private final AtomicLong newest = new AtomicLong();

    /// Connections up to this number are from before the process stood still. Written before
    /// [#tickedNanos], and read after it.
    private volatile long stalled;

    private volatile long tickedNanos;
    private @Nullable Thread ticks;

    /// @param max for how long the process may stand still
    StallGate(RequestHandler handler, Duration max) {
        this(handler, max, System::nanoTime);
    }

    StallGate(RequestHandler handler, Duration max, LongSupplier nanoTime) {
        this.handler = handler;
        this.max = max;
        this.nanoTime = nanoTime;
        tickedNanos = nanoTime.getAsLong();
    }

    /// Begins to look at the clock, on a thread of its own.
    StallGate start() {
        ticks = Thread.ofVirtual().name("quafka-stall-gate").start(this::run);
        return this;
    }

    private void run() {
        try {
            while (true) {
                tick();
                TimeUnit.NANOSECONDS.sleep(max.toNanos() / TICKS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// By one thread.
    void tick() {
        long now = nanoTime.getAsLong();
        if (now - tickedNanos > max.toNanos()) {
            stalled = newest.get();
            LOG.atWarn()
                    .addKeyValue("millis", TimeUnit.NANOSECONDS.toMillis(now - tickedNanos))
                    .log("this process stood still: connections from before are closed");
        }
        tickedNanos = now;
    }

    @Override
    public Set<ApiKeys> apis() {
        return handler.apis();
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        long connection = request.connection().id();
        if (connection > newest.get()) {
            newest.accumulateAndGet(connection, Math::max);
        }
        boolean late = nanoTime.getAsLong() - tickedNanos > max.toNanos();
        if (late || connection <= stalled) {
            return CompletableFuture.completedFuture(KafkaResponse.close());
        }
        return handler.handle(request);
    }

    @Override
    public int frameBytesMax(ConnectionInfo connection) {
        return handler.frameBytesMax(connection);
    }

    @Override
    public void closed(ConnectionInfo connection) {
        handler.closed(connection);
    }

    @Override
    public void close() {
        Thread running = ticks;
        if (running != null) {
            running.interrupt();
        }
    }
}
