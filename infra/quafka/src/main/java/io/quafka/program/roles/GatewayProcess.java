package io.quafka.program.roles;

import io.quafka.controller.Controller;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.NodeRole;
import io.quafka.gateway.Gateway;
import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.Configuration;
import io.quafka.program.console.ClusterCalls;
import io.quafka.program.console.NodeFigures;
import io.quafka.storage.remote.AnswerMemory;
import io.quafka.wire.BufferPool;
import io.quafka.wire.PeerLimits;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A gateway in a process of its own. It keeps nothing, so that it is somebody new at every start.
public final class GatewayProcess implements RunningRole {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayProcess.class);

    /// This part of the buffers' memory is for storage nodes' answers to fetches, the rest for
    /// requests: clients that do not take their answers keep nobody from producing.
    private static final int ANSWERS_SHARE = 2;

    private final ClosingStack opened = new ClosingStack();
    private String readyLine = "";

    private GatewayProcess() {}

    /// Returns when it serves.
    ///
    /// @throws StartException if it cannot, with everything closed again
    public static GatewayProcess start(Configuration configuration) throws InterruptedException {
        GatewayProcess process = new GatewayProcess();
        try {
            process.open(configuration);
            return process;
        } catch (IOException | RuntimeException | InterruptedException e) {
            process.opened.closeAfter(e);
            throw StartException.of(e);
        }
    }

    private void open(Configuration configuration) throws IOException, InterruptedException {
        NodeTls tls = NodeTls.open(configuration, opened);
        Controller controller = Cluster.join(configuration, tls, opened);
        long memory = configuration.get(ConfigKeys.MEMORY_BUFFERS_BYTES);
        AnswerMemory answers = new AnswerMemory(new BufferPool(memory / ANSWERS_SHARE));
        BufferPool buffers = new BufferPool(memory - answers.pool().capacity());
        RemoteStorageNodes storage =
                opened.add(
                        new RemoteStorageNodes(
                                controller.metadata(),
                                buffers,
                                answers,
                                PeerLimits.defaults(),
                                tls));
        ObjectStores objects = ObjectStores.open(configuration, null, opened);
        NodeRegistration registration =
                new NodeRegistration(controller, Settings.commandTimeout(configuration));
        ClientSecurity security = new ClientSecurity(configuration, controller);
        Gateway gateway =
                new Gateway(
                        registration::nodeId,
                        controller,
                        storage,
                        Settings.gateway(configuration),
                        objects.history(opened),
                        InstantSource.system(),
                        security.access());
        NodeFigures figures = opened.add(new NodeFigures(registration::nodeId));
        ServingPort port =
                opened.add(
                        new ServingPort(
                                        security.inFrontOf(gateway),
                                        buffers,
                                        configuration.get(ConfigKeys.GATEWAY_LISTEN),
                                        Settings.clientLimits(configuration),
                                        configuration.get(ConfigKeys.SHUTDOWN_DRAIN),
                                        ConsoleResources.of(
                                                configuration,
                                                new ClusterCalls(gateway, storage, controller),
                                                figures,
                                                controller,
                                                security),
                                        PortSecurity.forClients(configuration, security, opened))
                                .describe(answers)
                                .describe(objects)
                                .bind());
        figures.own(port::figures);
        registration.register(
                new Command.RegisterNode(
                        Uuid.randomUuid(),
                        Set.of(NodeRole.GATEWAY),
                        port.advertised(configuration.get(ConfigKeys.GATEWAY_ADVERTISED)),
                        null,
                        Settings.rack(configuration),
                        0));
        opened.add(registration).startHeartbeats();
        // The first to be closed: clients hear of it before their connections end.
        opened.add(registration::leave);
        port.open();
        readyLine = "Quafka is ready: Kafka and HTTP on " + port.bound() + ", a gateway";
    }

    @Override
    public String readyLine() {
        return readyLine;
    }

    @Override
    public void close() {
        LOG.atInfo().log("stopping");
        opened.close();
        LOG.atInfo().log("stopped");
    }
}
