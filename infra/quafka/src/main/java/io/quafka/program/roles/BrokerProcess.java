package io.quafka.program.roles;

import io.quafka.controller.Controller;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Endpoint;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.raft.EmbeddedController;
import io.quafka.program.config.Address;
import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.Configuration;
import io.quafka.storage.node.LocalStorageNode;
import io.quafka.wire.BufferPool;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All roles in one process, which call each other directly.
///
/// The start: take the data directory, start the controller, bind the port, register under the
/// address that was bound, open the storage node as the registered one, and only then let requests
/// through. The stop goes backwards: nothing is closed before what stands on it.
public final class BrokerProcess extends RoleProcess {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerProcess.class);

    private Address address = new Address("none", 0);

    private BrokerProcess(Configuration configuration) {
        super(configuration);
    }

    /// Returns when it serves.
    ///
    /// @throws StartException if it cannot, with everything closed again
    public static BrokerProcess start(Configuration configuration) throws InterruptedException {
        return started(new BrokerProcess(configuration));
    }

    @Override
    String open() throws IOException, InterruptedException {
        DataDirectory data =
                opened.add(DataDirectory.open(configuration.get(ConfigKeys.NODE_DATA_DIR)));
        Path directory = data.resolve("storage");
        Preparation.begin(directory);
        Controller controller =
                opened.add(
                        EmbeddedController.start(
                                Settings.loneController(
                                        configuration, data.resolve("controller"))));
        data.requireCluster(controller.metadata().image().clusterId());

        BufferPool buffers = new BufferPool(configuration.get(ConfigKeys.MEMORY_BUFFERS_BYTES));
        ObjectStores objects = ObjectStores.open(configuration, data.resolve("objects"), opened);
        NodeRegistration registration =
                new NodeRegistration(controller, Settings.commandTimeout(configuration));
        GatewayPart gateway =
                new GatewayPart(
                        configuration,
                        controller,
                        registration,
                        objects,
                        _ -> null,
                        buffers,
                        opened);
        ClusterImage image = registration.register(registration(data, gateway));
        LOG.atDebug().addKeyValue("version", image.version()).log("image caught up");
        LocalStorageNode node =
                opened.add(
                        LocalStorageNode.open(
                                Settings.storage(
                                        configuration,
                                        directory,
                                        objects.tiering(),
                                        List.of(data.resolve("controller"))),
                                registration.nodeId(),
                                controller.metadata(),
                                new Peers(_ -> null, controller),
                                InstantSource.system()));
        gateway.reach(registration.nodeId(), node, opened);
        ClusterDefaults.apply(controller, configuration).join();
        opened.add(registration.reports(node::diskReport)).startHeartbeats();
        gateway.serve();
        address = gateway.bound();
        return "Quafka is ready: Kafka and HTTP on " + address + ", data in " + data.path();
    }

    /// Other processes reach the storage node through the gateway's port, if at all: it speaks the
    /// same messages.
    private Command.RegisterNode registration(DataDirectory data, GatewayPart gateway) {
        Endpoint address = gateway.advertised();
        return new Command.RegisterNode(
                data.incarnation(),
                EnumSet.allOf(NodeRole.class),
                address,
                address,
                Settings.rack(configuration),
                configuration.get(ConfigKeys.STORAGE_SHARDS));
    }

    /// Where it listens, with the port that was bound.
    public Address address() {
        return address;
    }
}
