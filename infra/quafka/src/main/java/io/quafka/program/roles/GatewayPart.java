package io.quafka.program.roles;

import io.quafka.controller.Controller;
import io.quafka.controller.model.Endpoint;
import io.quafka.gateway.Gateway;
import io.quafka.gateway.StorageNodes;
import io.quafka.program.config.Address;
import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.Configuration;
import io.quafka.program.console.ClusterCalls;
import io.quafka.program.console.NodeFigures;
import io.quafka.storage.StorageNode;
import io.quafka.storage.node.LocalStorageNode;
import io.quafka.storage.remote.AnswerMemory;
import io.quafka.wire.BufferPool;
import io.quafka.wire.PeerLimits;
import java.io.IOException;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// The gateway of a process, and the port on which clients reach it, which holds requests back
/// until [#serve].
final class GatewayPart {
    /// This part of the memory is for storage nodes' answers to fetches, the rest for requests:
    /// clients that do not take their answers keep nobody from producing.
    private static final int ANSWERS_SHARE = 2;

    private final Configuration configuration;
    private final ServingPort port;
    private volatile int ownId = NodeRegistration.NO_ID;
    private volatile @Nullable StorageNode own;

    /// Binds the port of a gateway that has other processes beside it.
    ///
    /// @param memory bytes outside the heap for requests and answers
    /// @param opened closes what is opened here
    static GatewayPart amongOthers(
            Configuration configuration,
            Controller controller,
            NodeRegistration registration,
            ObjectStores objects,
            NodeTls tls,
            long memory,
            ClosingStack opened)
            throws IOException {
        AnswerMemory answers = new AnswerMemory(new BufferPool(memory / ANSWERS_SHARE));
        BufferPool buffers = new BufferPool(memory - answers.pool().capacity());
        RemoteStorageNodes others =
                opened.add(
                        new RemoteStorageNodes(
                                controller.metadata(),
                                buffers,
                                answers,
                                PeerLimits.defaults(),
                                tls));
        GatewayPart part =
                new GatewayPart(
                        configuration, controller, registration, objects, others, buffers, opened);
        part.port.describe(answers);
        return part;
    }

    /// Binds the port.
    ///
    /// @param others storage nodes in other processes
    /// @param buffers where requests lie
    /// @param opened closes what is opened here
    GatewayPart(
            Configuration configuration,
            Controller controller,
            NodeRegistration registration,
            ObjectStores objects,
            StorageNodes others,
            BufferPool buffers,
            ClosingStack opened)
            throws IOException {
        this.configuration = configuration;
        StorageNodes nodes = id -> id == ownId ? own : others.node(id);
        ClientSecurity security = new ClientSecurity(configuration, controller);
        Gateway gateway =
                new Gateway(
                        registration::nodeId,
                        controller,
                        nodes,
                        Settings.gateway(configuration),
                        objects.history(opened),
                        InstantSource.system(),
                        security.access());
        NodeFigures figures = opened.add(new NodeFigures(registration::nodeId));
        port =
                opened.add(
                        new ServingPort(
                                        security.inFrontOf(gateway),
                                        buffers,
                                        configuration.get(ConfigKeys.GATEWAY_LISTEN),
                                        Settings.clientLimits(configuration),
                                        configuration.get(ConfigKeys.SHUTDOWN_DRAIN),
                                        ConsoleResources.of(
                                                configuration,
                                                new ClusterCalls(gateway, nodes, controller),
                                                figures,
                                                controller,
                                                security),
                                        PortSecurity.forClients(configuration, security, opened))
                                .describe(objects)
                                .bind());
        figures.own(port::figures);
    }

    /// Where clients are told to reach it.
    Endpoint advertised() {
        return port.advertised(configuration.get(ConfigKeys.GATEWAY_ADVERTISED));
    }

    /// Where it listens, with the port that was bound.
    Address bound() {
        return port.bound();
    }

    /// The storage node of this process is called directly from now on, not over its port.
    ///
    /// @param opened closes the gateway's port before the node, which was opened after it
    void reach(int nodeId, LocalStorageNode node, ClosingStack opened) {
        opened.add(port);
        port.describe(node);
        own = node;
        ownId = nodeId;
    }

    /// Lets requests through.
    void serve() {
        port.open();
    }
}
