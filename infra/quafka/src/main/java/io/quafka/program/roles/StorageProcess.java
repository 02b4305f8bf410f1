package io.quafka.program.roles;

import io.quafka.controller.Controller;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.NodeRole;
import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.Configuration;
import java.io.IOException;
import java.util.Set;

/// A storage node in a process of its own.
public final class StorageProcess extends RoleProcess {

    private StorageProcess(Configuration configuration) {
        super(configuration);
    }

    /// Returns when it serves.
    ///
    /// @throws StartException if it cannot, with everything closed again
    public static StorageProcess start(Configuration configuration) throws InterruptedException {
        return started(new StorageProcess(configuration));
    }

    @Override
    String open() throws IOException, InterruptedException {
        DataDirectory data =
                opened.add(DataDirectory.open(configuration.get(ConfigKeys.NODE_DATA_DIR)));
        NodeTls tls = NodeTls.open(configuration, opened);
        Controller controller = Cluster.join(configuration, tls, opened);
        data.requireCluster(controller.metadata().image().clusterId());

        ObjectStores objects = ObjectStores.open(configuration, null, opened);
        StoragePart storage =
                new StoragePart(
                        configuration,
                        controller,
                        data,
                        objects,
                        tls,
                        configuration.get(ConfigKeys.MEMORY_BUFFERS_BYTES),
                        opened);
        NodeRegistration registration =
                new NodeRegistration(controller, Settings.commandTimeout(configuration));
        storage.open(
                registration,
                new Command.RegisterNode(
                        data.incarnation(),
                        Set.of(NodeRole.STORAGE),
                        null,
                        storage.advertised(),
                        Settings.rack(configuration),
                        configuration.get(ConfigKeys.STORAGE_SHARDS)),
                opened);
        opened.add(registration).startHeartbeats();
        // The first to be closed: others lead its shards, where they can, before it stops serving.
        opened.add(registration::leave);
        storage.serve();
        return "Quafka is ready: storage node "
                + registration.nodeId()
                + " on "
                + storage.bound()
                + ", data in "
                + data.path();
    }
}
