package io.quafka.program.roles;

import io.quafka.controller.model.Endpoint;
import io.quafka.program.config.Address;
import io.quafka.program.roles.HttpResources.Phase;
import io.quafka.wire.BufferPool;
import io.quafka.wire.KafkaServer;
import io.quafka.wire.RequestHandler;
import io.quafka.wire.ServerLimits;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A port of this process that serves Kafka frames and HTTP, from binding to draining.
///
/// Kafka requests wait until [#open] is called; HTTP answers from the start.
final class ServingPort implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServingPort.class);

    private final Address listen;
    private final Duration drainMax;
    private final ReadyGate gate;
    private final KafkaServer server;
    private volatile boolean stopping;

    /// @param drainMax how long closing waits for requests in flight
    ServingPort(
            RequestHandler handler,
            BufferPool buffers,
            Address listen,
            ServerLimits limits,
            Duration drainMax) {
        this.listen = listen;
        this.drainMax = drainMax;
        this.gate = new ReadyGate(handler);
        HttpResources http = new HttpResources(this::phase, buffers);
        this.server =
                KafkaServer.builder(gate, buffers)
                        .host(listen.host().equals("*") ? "0.0.0.0" : listen.host())
                        .port(listen.port())
                        .limits(limits)
                        .http(http.endpoints())
                        .build();
        http.describe(server);
    }

    /// @throws StartException if the address cannot be listened on
    ServingPort bind() {
        try {
            server.start();
        } catch (RuntimeException e) {
            throw new StartException("cannot listen on " + listen + ": " + e.getMessage(), e);
        }
        if (server.port() < 1) {
            // Helidon does not say why.
            server.close();
            throw new StartException(
                    "cannot listen on "
                            + listen
                            + ": another process does, or the address is not this machine's");
        }
        return this;
    }

    /// Lets requests through: the process is ready.
    void open() {
        gate.open();
    }

    /// Where it listens, with the port that was bound.
    Address bound() {
        return new Address(listen.host(), server.port());
    }

    /// What others are told to connect to: what was configured, or where it listens.
    Endpoint advertised(Optional<Address> configured) {
        Address bound = bound();
        Address told = configured.orElse(bound);
        String host = told.isWildcard() ? machineName() : told.host();
        return new Endpoint(host, told.port() == 0 ? bound.port() : told.port());
    }

    private static String machineName() {
        try {
            return InetAddress.getLocalHost().getCanonicalHostName();
        } catch (UnknownHostException _) {
            throw new StartException(
                    "this machine's name is not known: say which address to advertise");
        }
    }

    private Phase phase() {
        if (stopping) {
            return Phase.STOPPING;
        }
        return gate.isOpen() ? Phase.READY : Phase.STARTING;
    }

    /// Stops accepting and waits for what is in flight, as long as it may.
    @Override
    public void close() {
        stopping = true;
        gate.open();
        try {
            if (!server.drain(drainMax)) {
                LOG.atWarn()
                        .addKeyValue("waited", drainMax)
                        .log("requests in flight were dropped at stopping");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            server.close();
        }
    }
}
