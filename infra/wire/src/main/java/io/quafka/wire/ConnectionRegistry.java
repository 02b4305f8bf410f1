package io.quafka.wire;

import io.quafka.wire.AcceptedChannel.Endpoints;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// The open connections of a server, counted in all and by address, and found by their ends.
///
/// Registered when accepted, before anything is read; removed when their thread ends, or by
/// [#sweep(long)] where they never got one.
final class ConnectionRegistry {
    private static final RateLimitedLog REFUSALS =
            new RateLimitedLog(LoggerFactory.getLogger(ConnectionRegistry.class));
    private static final AtomicLong NEXT_ID = new AtomicLong(1);

    private final ServerLimits limits;
    private final Activity.Timeouts timeouts;
    private final ServerCounters counters;
    private final ConcurrentHashMap<Endpoints, AcceptedChannel> open = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<InetAddress, Integer> byAddress = new ConcurrentHashMap<>();
    private final BooleanSupplier scarcity;
    private final Predicate<InetAddress> admission;
    private volatile boolean refusing;

    /// The reaper's own: when it last saw that somebody waits; 0 for never.
    private long scarceAt;

    /// @param scarcity tells whether somebody waits now for the memory that answers lie in
    /// @param admission whether an address may open one more connection now
    ConnectionRegistry(
            ServerLimits limits,
            ServerCounters counters,
            BooleanSupplier scarcity,
            Predicate<InetAddress> admission) {
        this.limits = limits;
        this.admission = admission;
        this.scarcity = scarcity;
        this.counters = counters;
        this.timeouts =
                new Activity.Timeouts(
                        limits.idleTimeout(),
                        limits.frameTimeout(),
                        limits.writeTimeout(),
                        limits.scarceWriteTimeout());
    }

    /// Takes a fresh connection in and sets its socket's options. Called by the accepting thread.
    ///
    /// @throws RefusedConnectionException when a limit is reached or the server is stopping; the
    ///   caller closes the channel
    void accept(SocketChannel channel) throws IOException {
        InetSocketAddress remote = (InetSocketAddress) channel.getRemoteAddress();
        InetSocketAddress local = (InetSocketAddress) channel.getLocalAddress();
        if (remote == null || local == null) {
            throw new RefusedConnectionException(CloseReason.IO_ERROR);
        }
        refuseBeyondLimits(remote.getAddress());
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        AcceptedChannel accepted =
                new AcceptedChannel(
                        channel,
                        new ConnectionInfo(NEXT_ID.getAndIncrement(), remote, local),
                        new Activity(System.nanoTime()));
        byAddress.merge(remote.getAddress(), 1, Integer::sum);
        AcceptedChannel stale = open.put(accepted.endpoints(), accepted);
        if (stale != null) {
            forgetAddress(stale);
        }
    }

    /// The connection with these ends, or null.
    @Nullable AcceptedChannel find(Endpoints endpoints) {
        return open.get(endpoints);
    }

    void remove(AcceptedChannel accepted) {
        if (open.remove(accepted.endpoints(), accepted)) {
            forgetAddress(accepted);
        }
    }

    /// Closes what is overdue, and forgets what was closed before it got a thread.
    void sweep(long nowNanos) {
        boolean scarce = scarce(nowNanos);
        for (AcceptedChannel accepted : open.values()) {
            if (!accepted.isOpen()) {
                remove(accepted);
            } else {
                accepted.reap(nowNanos, scarce, timeouts, counters);
            }
        }
    }

    /// Who waits for memory gives up after a while and comes again: a time in which somebody was
    /// seen to wait is scarce as a whole.
    private boolean scarce(long nowNanos) {
        if (scarcity.getAsBoolean()) {
            scarceAt = nowNanos == 0 ? 1 : nowNanos;
        } else if (scarceAt != 0 && nowNanos - scarceAt > limits.scarceWriteTimeout().toNanos()) {
            scarceAt = 0;
        }
        return scarceAt != 0;
    }

    /// From now on every new connection is refused.
    void refuse() {
        refusing = true;
    }

    Collection<AcceptedChannel> all() {
        return open.values();
    }

    int size() {
        return open.size();
    }

    private void refuseBeyondLimits(InetAddress address) {
        if (refusing) {
            counters.count(CloseReason.SERVER_STOPPED);
            throw new RefusedConnectionException(CloseReason.SERVER_STOPPED);
        }
        if (open.size() >= limits.connectionsMax()
                || byAddress.getOrDefault(address, 0) >= limits.connectionsPerAddressMax()) {
            throw refused(CloseReason.TOO_MANY_CONNECTIONS, address);
        }
        if (!admission.test(address)) {
            throw refused(CloseReason.CONNECTION_RATE, address);
        }
    }

    private RefusedConnectionException refused(CloseReason reason, InetAddress address) {
        counters.count(reason);
        REFUSALS.at(Level.INFO)
                .addKeyValue("reason", reason)
                .addKeyValue("remote", address)
                .addKeyValue("open", open.size())
                .log("connection refused");
        return new RefusedConnectionException(reason);
    }

    private void forgetAddress(AcceptedChannel accepted) {
        byAddress.computeIfPresent(
                accepted.info().remote().getAddress(), (_, count) -> count == 1 ? null : count - 1);
    }

    /// Makes the listener close a channel that it just accepted.
    static final class RefusedConnectionException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        RefusedConnectionException(CloseReason reason) {
            super("connection refused: " + reason, null, false, false);
        }
    }
}
