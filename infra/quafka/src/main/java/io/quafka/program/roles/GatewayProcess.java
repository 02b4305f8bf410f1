package io.quafka.program.roles;

import io.quafka.controller.Controller;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.NodeRole;
import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.Configuration;
import java.io.IOException;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A gateway in a process of its own. It keeps nothing, so that it is somebody new at every start.
public final class GatewayProcess implements RunningRole {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayProcess.class);

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
        ObjectStores objects = ObjectStores.open(configuration, null, opened);
        NodeRegistration registration =
                new NodeRegistration(controller, Settings.commandTimeout(configuration));
        GatewayPart gateway =
                GatewayPart.amongOthers(
                        configuration,
                        controller,
                        registration,
                        objects,
                        tls,
                        configuration.get(ConfigKeys.MEMORY_BUFFERS_BYTES),
                        opened);
        registration.register(
                new Command.RegisterNode(
                        Uuid.randomUuid(),
                        Set.of(NodeRole.GATEWAY),
                        gateway.advertised(),
                        null,
                        Settings.rack(configuration),
                        0));
        opened.add(registration).startHeartbeats();
        // The first to be closed: clients hear of it before their connections end.
        opened.add(registration::leave);
        gateway.serve();
        readyLine = "Quafka is ready: Kafka and HTTP on " + gateway.bound() + ", a gateway";
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
