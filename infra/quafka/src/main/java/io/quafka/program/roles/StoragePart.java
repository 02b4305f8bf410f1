package io.quafka.program.roles;

import io.quafka.controller.Controller;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Endpoint;
import io.quafka.program.config.Address;
import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.Configuration;
import io.quafka.storage.node.LocalStorageNode;
import io.quafka.storage.remote.AnswerMemory;
import io.quafka.storage.remote.StorageRequestHandler;
import io.quafka.wire.BufferPool;
import io.quafka.wire.PeerLimits;
import io.quafka.wire.ServerLimits;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/// The storage node of a process that has others beside it: the port on which gateways and other
/// storage nodes reach it, and the node.
///
/// The node cannot be opened before it has registered, nor register before its port is bound: so
/// the port holds requests back until both are done.
final class StoragePart {
    /// One part in so many of the memory for requests and answers is for what leaders ship.
    private static final int SHIPPED_SHARE = 2;

    /// A leader answers a follower's fetch within half a second, if it has anything or not. One
    /// that did not for so long is asked over another connection: this one leads nowhere.
    private static final Duration FOLLOWERS_PATIENCE = Duration.ofSeconds(10);

    private final Configuration configuration;
    private final Controller controller;
    private final DataDirectory data;
    private final ObjectStores objects;
    private final RemoteStorageNodes others;
    private final LateStorageNode served = new LateStorageNode();
    private final ServingPort port;

    /// Binds the port.
    ///
    /// @param memory bytes outside the heap for requests, answers, and what leaders ship
    /// @param opened closes what is opened here
    StoragePart(
            Configuration configuration,
            Controller controller,
            DataDirectory data,
            ObjectStores objects,
            NodeTls tls,
            long memory,
            ClosingStack opened) {
        this.configuration = configuration;
        this.controller = controller;
        this.data = data;
        this.objects = objects;
        // What leaders ship has memory of its own: batches that wait for the other replicas here
        // must not keep this one from having what they wait for there.
        BufferPool shipped = new BufferPool(memory / SHIPPED_SHARE);
        BufferPool buffers = new BufferPool(memory - shipped.capacity());
        others =
                opened.add(
                        new RemoteStorageNodes(
                                controller.metadata(),
                                buffers,
                                new AnswerMemory(shipped),
                                PeerLimits.defaults().withRequestTimeout(FOLLOWERS_PATIENCE),
                                tls));
        port =
                opened.add(
                        new ServingPort(
                                        new StorageRequestHandler(served),
                                        buffers,
                                        configuration.get(ConfigKeys.STORAGE_LISTEN),
                                        ServerLimits.forPeers(),
                                        configuration.get(ConfigKeys.SHUTDOWN_DRAIN),
                                        List.of(),
                                        tls.port())
                                .describe(objects)
                                .bind());
    }

    /// Where others are told to reach the node.
    Endpoint advertised() {
        return port.advertised(configuration.get(ConfigKeys.STORAGE_ADVERTISED));
    }

    /// Where it listens, with the port that was bound.
    Address bound() {
        return port.bound();
    }

    /// Registers the process and opens its node.
    LocalStorageNode open(
            NodeRegistration registration, Command.RegisterNode process, ClosingStack opened)
            throws IOException, InterruptedException {
        registration.register(process);
        LocalStorageNode node =
                opened.add(
                        LocalStorageNode.open(
                                Settings.storage(
                                        configuration,
                                        data.resolve("storage"),
                                        objects.tiering(),
                                        List.of(data.resolve("controller"))),
                                registration.nodeId(),
                                controller.metadata(),
                                new Peers(others, controller),
                                InstantSource.system()));
        registration.reports(node::diskReport);
        node.leaseBy(registration.lease(configuration.get(ConfigKeys.CONTROLLER_SESSION_TIMEOUT)));
        port.describe(node);
        served.become(node);
        // To be closed before the node, though it was bound before that was opened.
        opened.add(port);
        return node;
    }

    /// Lets requests through.
    void serve() {
        port.open();
    }
}
