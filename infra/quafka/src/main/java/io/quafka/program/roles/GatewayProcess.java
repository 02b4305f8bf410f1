package io.quafka.program.roles;

import io.quafka.controller.Controller;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.NodeRole;
import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.Configuration;
import java.io.IOException;
import java.util.Set;
import org.apache.kafka.common.Uuid;

/// A gateway in a process of its own. It keeps nothing, so that it is somebody new at every start.
public final class GatewayProcess extends RoleProcess {

    private GatewayProcess(Configuration configuration) {
        super(configuration);
    }

    /// Returns when it serves.
    ///
    /// @throws StartException if it cannot, with everything closed again
    public static GatewayProcess start(Configuration configuration) throws InterruptedException {
        return started(new GatewayProcess(configuration));
    }

    @Override
    String open() throws IOException, InterruptedException {
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
        return "Quafka is ready: Kafka and HTTP on " + gateway.bound() + ", a gateway";
    }
}
