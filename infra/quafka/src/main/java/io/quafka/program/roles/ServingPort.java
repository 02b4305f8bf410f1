package io.quafka.program.roles;

import io.quafka.controller.model.Endpoint;
import io.quafka.program.config.Address;
import io.quafka.program.roles.HttpResources.Phase;
import io.quafka.storage.node.LocalStorageNode;
import io.quafka.storage.remote.AnswerMemory;
import io.quafka.wire.BufferPool;
import io.quafka.wire.HttpEndpoint;
import io.quafka.wire.KafkaServer;
import io.quafka.wire.RequestHandler;
import io.quafka.wire.ServerLimits;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
    private final HttpResources http;
    private final KafkaServer server;
    private volatile @Nullable LocalStorageNode storage;
    private volatile @Nullable AnswerMemory answers;
    private volatile boolean stopping;

    /// @param drainMax how long closing waits for requests in flight
    /// @param resources served over HTTP beside health and metrics
    /// @param security closed by whoever opened it
    ServingPort(
            RequestHandler handler,
            BufferPool buffers,
            Address listen,
            ServerLimits limits,
            Duration drainMax,
            List<HttpEndpoint> resources,
            PortSecurity security) {
        this.listen = listen;
        this.drainMax = drainMax;
        this.gate = new ReadyGate(handler);
        this.http = new HttpResources(this::phase, buffers);
        this.server =
                KafkaServer.builder(gate, buffers)
                        .host(listen.host().equals("*") ? "0.0.0.0" : listen.host())
                        .port(listen.port())
                        .limits(limits)
                        .tls(security.tls())
                        .guard(security.guard())
                        .admission(security.admission())
                        .scarcity(this::somebodyWaitsForAnswerMemory)
                        .http(Stream.of(http.endpoints(), resources).flatMap(List::stream).toList())
                        .build();
        http.describe(server);
    }

    /// @throws StartException if the address cannot be listened on
    ServingPort bind() {
        try {
            server.start();
        } catch (UncheckedIOException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
        return this;
    }

    /// Tells the storage node's figures too, beside the port's own.
    void describe(LocalStorageNode opened) {
        storage = opened;
        http.describe(opened);
    }

    /// Tells the figures of the memory that storage nodes' answers lie in.
    ServingPort describe(AnswerMemory memory) {
        answers = memory;
        http.describe(memory);
        return this;
    }

    /// Tells the figures of the object store too.
    ServingPort describe(ObjectStores objects) {
        http.describe(objects);
        return this;
    }

    /// What its `/metrics` answers.
    String figures() {
        return http.figures();
    }

    private boolean somebodyWaitsForAnswerMemory() {
        LocalStorageNode node = storage;
        AnswerMemory memory = answers;
        return (node != null && node.isReadMemoryScarce())
                || (memory != null && memory.pool().waiting() > 0);
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

    /// Stops accepting and waits for what is in flight, as long as it may. Once; later calls do
    /// nothing.
    @Override
    public void close() {
        if (stopping) {
            return;
        }
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
