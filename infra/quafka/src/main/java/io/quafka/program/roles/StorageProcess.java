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
import io.quafka.wire.PeerLimits;
import io.quafka.wire.ServerLimits;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A storage node in a process of its own.
///
/// The node cannot be opened before it has registered, nor register before its port is bound: so
/// the port holds requests back until both are done.
public final class StorageProcess implements RunningRole {
    private static final Logger LOG = LoggerFactory.getLogger(StorageProcess.class);

    /// One part in so many of the memory for requests and answers is for what leaders ship.
    private static final int SHIPPED_SHARE = 2;

    /// A leader answers a follower's fetch within half a second, if it has anything or not. One
    /// that did not for so long is asked over another connection: this one leads nowhere.
    private static final Duration FOLLOWERS_PATIENCE = Duration.ofSeconds(10);

    private final ClosingStack opened = new ClosingStack();
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
        NodeTls tls = NodeTls.open(configuration, opened);
        Controller controller = Cluster.join(configuration, tls, opened);
        data.requireCluster(controller.metadata().image().clusterId());

        long memory = configuration.get(ConfigKeys.MEMORY_BUFFERS_BYTES);
        // What leaders ship has memory of its own: batches that wait for the other replicas here
        // must not keep this one from having what they wait for there.
        BufferPool shipped = new BufferPool(memory / SHIPPED_SHARE);
        BufferPool buffers = new BufferPool(memory - shipped.capacity());
        RemoteStorageNodes others =
                opened.add(
                        new RemoteStorageNodes(
                                controller.metadata(),
                                buffers,
                                new AnswerMemory(shipped),
                                PeerLimits.defaults().withRequestTimeout(FOLLOWERS_PATIENCE),
                                tls));
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
                                tls.port())
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
        // The first to be closed: others lead its shards, where they can, before it stops serving.
        opened.add(registration::leave);
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

    @Override
    public void close() {
        LOG.atInfo().log("stopping");
        opened.close();
        LOG.atInfo().log("stopped");
    }
}
