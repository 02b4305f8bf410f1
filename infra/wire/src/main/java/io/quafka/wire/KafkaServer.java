package io.quafka.wire;

import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.ApiKeys;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A port that speaks Kafka, and HTTP where endpoints are given: accepts, frames, parses, bounds,
/// and answers in order.
///
/// Every connection has a virtual thread that reads and calls the [RequestHandler]. What a
/// connection may cost is in [ServerLimits]; the memory of requests in flight is the
/// [BufferPool]'s, which servers and peers of a process share.
public final class KafkaServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaServer.class);
    private static final Duration SWEEP_MAX = Duration.ofSeconds(1);
    private static final Duration SWEEP_MIN = Duration.ofMillis(10);
    private static final Duration DRAIN_CHECK = Duration.ofMillis(10);

    private final String host;
    private final int portAsked;
    private final WebServer web;
    private final ServerContext context;
    private final ConnectionRegistry registry;
    private volatile @Nullable Thread reaper;
    private boolean stopped;

    private KafkaServer(Builder builder) {
        this.host = builder.host;
        this.portAsked = builder.port;
        Set<ApiKeys> apis = EnumSet.of(ApiKeys.API_VERSIONS);
        apis.addAll(builder.handler.apis());
        this.context =
                new ServerContext(
                        builder.handler,
                        new RequestParser(apis, builder.limits.frameValuesMax()),
                        builder.pool,
                        builder.limits,
                        new ServerCounters(),
                        builder.tls);
        this.registry =
                new ConnectionRegistry(
                        builder.limits, context.counters(), builder.scarcity, builder.admission);
        boolean http = !builder.endpoints.isEmpty();
        WebServerConfig.Builder config =
                WebServer.builder()
                        .host(builder.host)
                        .port(builder.port)
                        .shutdownHook(false)
                        .featuresDiscoverServices(false)
                        .protocolsDiscoverServices(false)
                        // Half the heap of an idle connection. TLS is not Helidon's business here.
                        .useNio(false)
                        .maxPayloadSize(HttpPort.BODY_BYTES_MAX)
                        .connectionOptions(new CapturingSocketOptions(registry))
                        .addConnectionSelector(
                                new PortSelector(
                                        context,
                                        registry,
                                        new InputBuffers(),
                                        http ? HttpPort.selector() : null));
        if (http) {
            config.routing(HttpPort.routing(builder.endpoints, builder.guard));
        }
        this.web = config.build();
    }

    /// @param handler answers the requests of all connections
    /// @param pool where requests in flight lie; may be shared with other servers and peers Loads
    ///   ahead of a process's first server what building it takes longest for. Any thread.
    public static void prepare() {
        HttpPort.routing(List.of(), HttpGuard.OPEN);
    }

    public static Builder builder(RequestHandler handler, BufferPool pool) {
        return new Builder(handler, pool);
    }

    /// Binds and accepts.
    ///
    /// @throws UncheckedIOException when the port cannot be bound: the message says which, why, and
    ///   what to do; the server is closed then
    public KafkaServer start() {
        try {
            web.start();
        } catch (RuntimeException e) {
            close();
            throw cannotListen(e);
        }
        if (web.port() < 1) {
            // Helidon logs a bind that failed, and goes on.
            close();
            throw cannotListen(null);
        }
        reaper = Thread.ofVirtual().name("quafka-wire-reaper").start(this::reap);
        LOG.atInfo().addKeyValue("port", port()).log("listening");
        return this;
    }

    private UncheckedIOException cannotListen(@Nullable RuntimeException failure) {
        IOException why = bindFailure();
        String reason =
                why != null
                        ? String.valueOf(why.getMessage())
                        : failure != null ? String.valueOf(failure.getMessage()) : "not told why";
        BindException cannot =
                new BindException(
                        "cannot listen on %s:%d: %s. Stop what listens there, or choose another port or address of this machine"
                                .formatted(host, portAsked, reason));
        cannot.initCause(why != null ? why : failure);
        return new UncheckedIOException(cannot.getMessage(), cannot);
    }

    /// Why the address cannot be bound; null if it can, now.
    private @Nullable IOException bindFailure() {
        InetSocketAddress address = new InetSocketAddress(host, portAsked);
        if (address.isUnresolved()) {
            return new UnknownHostException(host + " is not known");
        }
        try (ServerSocketChannel probe = ServerSocketChannel.open()) {
            probe.bind(address);
            return null;
        } catch (IOException e) {
            return e;
        }
    }

    /// The port bound; the one asked for unless that was 0.
    public int port() {
        return web.port();
    }

    public ServerCounters counters() {
        return context.counters();
    }

    /// Connections open or being set up, of any protocol.
    public int connections() {
        return registry.size();
    }

    /// Refuses new connections, reads no further request, waits until those in flight are answered,
    /// and closes.
    ///
    /// @return false when the time ran out and responses were dropped
    public boolean drain(Duration limit) throws InterruptedException {
        registry.refuse();
        long deadline = System.nanoTime() + limit.toNanos();
        // All of them before the first is closed: who sees another's end has no request taken.
        for (AcceptedChannel accepted : registry.all()) {
            KafkaConnection kafka = accepted.kafka();
            if (kafka != null) {
                kafka.refuseRequests();
            }
        }
        drainAll();
        while (answering() && System.nanoTime() < deadline) {
            TimeUnit.NANOSECONDS.sleep(DRAIN_CHECK.toNanos());
            // Connections that were silent until now are as late as this.
            drainAll();
        }
        boolean drained = !answering();
        close();
        return drained;
    }

    /// Closes every connection and the port at once; what is in flight is dropped as the handler
    /// completes it.
    @Override
    public synchronized void close() {
        if (stopped) {
            return;
        }
        stopped = true;
        registry.refuse();
        registry.all()
                .forEach(
                        accepted -> accepted.close(CloseReason.SERVER_STOPPED, context.counters()));
        Thread sweeping = reaper;
        if (sweeping != null) {
            sweeping.interrupt();
        }
        web.stop();
        LOG.atInfo().log("stopped listening");
    }

    private void drainAll() {
        for (AcceptedChannel accepted : registry.all()) {
            KafkaConnection kafka = accepted.kafka();
            if (kafka != null) {
                kafka.drain();
            }
        }
    }

    private boolean answering() {
        return registry.all().stream()
                .anyMatch(accepted -> accepted.kafka() != null && accepted.isOpen());
    }

    private void reap() {
        Duration period = sweepPeriod(context.limits());
        try {
            while (true) {
                TimeUnit.NANOSECONDS.sleep(period.toNanos());
                sweep();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void sweep() {
        try {
            registry.sweep(System.nanoTime());
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("looking for overdue connections failed");
        }
    }

    private static Duration sweepPeriod(ServerLimits limits) {
        Duration shortest =
                Stream.of(
                                limits.idleTimeout(),
                                limits.frameTimeout(),
                                limits.writeTimeout(),
                                limits.scarceWriteTimeout())
                        .min(Duration::compareTo)
                        .orElse(SWEEP_MAX)
                        .dividedBy(4);
        if (shortest.compareTo(SWEEP_MIN) < 0) {
            return SWEEP_MIN;
        }
        return shortest.compareTo(SWEEP_MAX) > 0 ? SWEEP_MAX : shortest;
    }

    /// Collects what a [KafkaServer] is made of.
    public static final class Builder {
        private final RequestHandler handler;
        private final BufferPool pool;
        private String host = "0.0.0.0";
        private int port;
        private ServerLimits limits = ServerLimits.forClients();
        private List<HttpEndpoint> endpoints = List.of();
        private BooleanSupplier scarcity = () -> false;
        private Predicate<InetAddress> admission = _ -> true;
        private @Nullable PortTls tls;
        private HttpGuard guard = HttpGuard.OPEN;

        private Builder(RequestHandler handler, BufferPool pool) {
            this.handler = handler;
            this.pool = pool;
        }

        /// The address to bind; all of the machine's by default.
        public Builder host(String address) {
            this.host = address;
            return this;
        }

        /// The port to bind; 0, the default, takes any free one.
        public Builder port(int number) {
            this.port = number;
            return this;
        }

        /// [ServerLimits#forClients()] by default.
        public Builder limits(ServerLimits bounds) {
            this.limits = bounds;
            return this;
        }

        /// Serves HTTP on the same port; no endpoints, the default, refuse HTTP.
        public Builder http(List<HttpEndpoint> resources) {
            this.endpoints = List.copyOf(resources);
            return this;
        }

        /// Tells whether somebody waits now for memory that answers to this server's clients lie
        /// in: while that is so, slow readers have [ServerLimits#scarceWriteTimeout()]. Asked once
        /// at each look for overdue connections; must return at once. Never scarce by default.
        public Builder scarcity(BooleanSupplier somebodyWaits) {
            this.scarcity = somebodyWaits;
            return this;
        }

        /// Tells whether an address may open one more connection now; a refused one is closed at
        /// once. Asked by the accepting thread; must return at once. Any may by default.
        public Builder admission(Predicate<InetAddress> mayConnect) {
            this.admission = mayConnect;
            return this;
        }

        /// Serves TLS on the same port; without it, the default, a client that begins with it is
        /// closed.
        public Builder tls(@Nullable PortTls security) {
            this.tls = security;
            return this;
        }

        /// Decides who is answered over HTTP; everybody by default.
        public Builder guard(HttpGuard decides) {
            this.guard = decides;
            return this;
        }

        public KafkaServer build() {
            return new KafkaServer(this);
        }
    }
}
