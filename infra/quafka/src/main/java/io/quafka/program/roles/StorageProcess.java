package io.quafka.program.roles;

import io.quafka.controller.Controller;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.NodeRole;
import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.Configuration;
import io.quafka.storage.node.LocalStorageNode;
import io.quafka.storage.remote.AnswerMemory;
import io.quafka.storage.remote.StorageRequestHandler;
import io.quafka.wire.BufferPool;
import io.quafka.wire.ServerLimits;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A storage node in a process of its own.
///
/// The node cannot be opened before it has registered, nor register before its port is bound: so
/// the port holds requests back until both are done.
public final class StorageProcess implements RunningRole {
    private static final Logger LOG = LoggerFactory.getLogger(StorageProcess.class);

    private final ClosingStack opened = new ClosingStack();
    private @Nullable NodeRegistration joined;
    private String readyLine = "";

    private StorageProcess() {}

    /// Returns when it serves.
    ///
    /// @throws StartException if it cannot, with everything closed again
    public static StorageProcess start(Configuration configuration) throws InterruptedException {
        StorageProcess process = new StorageProcess();
        try {
            process.open(configuration);
            return process;
        } catch (IOException | RuntimeException | InterruptedException e) {
            process.opened.closeAfter(e);
            throw StartException.of(e);
        }
    }

    private void open(Configuration configuration) throws IOException, InterruptedException {
        DataDirectory data =
                opened.add(DataDirectory.open(configuration.get(ConfigKeys.NODE_DATA_DIR)));
        Controller controller = Cluster.join(configuration, opened);
        data.requireCluster(controller.metadata().image().clusterId());

        BufferPool buffers = new BufferPool(configuration.get(ConfigKeys.MEMORY_BUFFERS_BYTES));
        RemoteStorageNodes others =
                opened.add(
                        new RemoteStorageNodes(
                                controller.metadata(), buffers, new AnswerMemory(buffers)));
        ObjectStores objects = ObjectStores.open(configuration, null, opened);
        LateStorageNode node = new LateStorageNode();
        ServingPort port =
                new ServingPort(
                                new StorageRequestHandler(node),
                                buffers,
                                configuration.get(ConfigKeys.STORAGE_LISTEN),
                                ServerLimits.forPeers(),
                                configuration.get(ConfigKeys.SHUTDOWN_DRAIN),
                                List.of(),
                                PortSecurity.NONE)
                        .describe(objects)
                        .bind();
        NodeRegistration registration =
                new NodeRegistration(controller, Settings.commandTimeout(configuration));
        try {
            registration.register(
                    new Command.RegisterNode(
                            data.incarnation(),
                            Set.of(NodeRole.STORAGE),
                            null,
                            port.advertised(configuration.get(ConfigKeys.STORAGE_ADVERTISED)),
                            Settings.rack(configuration),
                            configuration.get(ConfigKeys.STORAGE_SHARDS)));
            LocalStorageNode storage =
                    opened.add(
                            LocalStorageNode.open(
                                    Settings.storage(
                                            configuration,
                                            data.resolve("storage"),
                                            objects.tiering(),
                                            List.of()),
                                    registration.nodeId(),
                                    controller.metadata(),
                                    new Peers(others, controller),
                                    InstantSource.system()));
            registration.reports(storage::diskReport);
            storage.leaseBy(
                    registration.lease(configuration.get(ConfigKeys.CONTROLLER_SESSION_TIMEOUT)));
            port.describe(storage);
            node.become(storage);
        } finally {
            // Closed before the storage node, though it was bound before that was opened.
            opened.add(port);
        }
        opened.add(registration).startHeartbeats();
        joined = registration;
        port.open();
        readyLine =
                "Quafka is ready: storage node "
                        + registration.nodeId()
                        + " on "
                        + port.bound()
                        + ", data in "
                        + data.path();
    }

    @Override
    public String readyLine() {
        return readyLine;
    }

    /// Others lead its shards, where they can, before it stops serving.
    @Override
    public void close() {
        LOG.atInfo().log("stopping");
        NodeRegistration registration = joined;
        if (registration != null) {
            try {
                registration.leave();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
        opened.close();
        LOG.atInfo().log("stopped");
    }
}
