package io.quafka.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A connection from its accept to its end.
final class AcceptedChannel {
    private static final Logger LOG = LoggerFactory.getLogger(AcceptedChannel.class);

    private final SocketChannel channel;
    private final ConnectionInfo info;
    private final Activity activity;
    private volatile @Nullable KafkaConnection kafka;

    AcceptedChannel(SocketChannel channel, ConnectionInfo info, Activity activity) {
        this.channel = channel;
        this.info = info;
        this.activity = activity;
    }

    SocketChannel channel() {
        return channel;
    }

    ConnectionInfo info() {
        return info;
    }

    Activity activity() {
        return activity;
    }

    Endpoints endpoints() {
        return new Endpoints(info.remote(), info.local());
    }

    @Nullable KafkaConnection kafka() {
        return kafka;
    }

    void speaks(KafkaConnection connection) {
        kafka = connection;
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    /// Closes the connection when it is overdue. True when it was.
    ///
    /// @param scarce whether others wait for the memory that answers lie in
    boolean reap(
            long nowNanos, boolean scarce, Activity.Timeouts timeouts, ServerCounters counters) {
        KafkaConnection connection = kafka;
        boolean waits = connection != null && connection.keepsClientWaiting();
        CloseReason reason =
                activity.holdsScarceMemory(nowNanos, scarce, timeouts)
                        ? CloseReason.SLOW_READER
                        : activity.expired(nowNanos, waits, timeouts);
        if (reason != null) {
            close(reason, counters);
        }
        return reason != null;
    }

    void close(CloseReason reason, ServerCounters counters) {
        KafkaConnection connection = kafka;
        if (connection != null) {
            connection.close(reason, null);
            return;
        }
        if (!channel.isOpen()) {
            return;
        }
        counters.count(reason);
        try {
            channel.close();
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("closing a connection failed");
        }
    }

    /// Both ends of a connection: unique among the open ones.
    record Endpoints(InetSocketAddress remote, InetSocketAddress local) {}
}
