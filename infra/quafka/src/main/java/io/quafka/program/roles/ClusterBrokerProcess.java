package io.quafka.program.roles;

import io.quafka.controller.Controller;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.raft.EmbeddedController;
import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.Configuration;
import io.quafka.storage.node.LocalStorageNode;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A broker of several: gateway and storage node in one process, and a member of the controller
/// where it is told which.
///
/// Its gateway calls its storage node directly, and clients are told of it as the leader of what
/// that node leads, so that what they produce passes no other process but those of replicas. The
/// other brokers reach the node over a port of its own.
public final class ClusterBrokerProcess extends RoleProcess {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterBrokerProcess.class);

    private static final Duration TELL_WAITING = Duration.ofSeconds(10);

    private final CompletableFuture<Void> toldToStop;

    private ClusterBrokerProcess(Configuration configuration, CompletableFuture<Void> toldToStop) {
        super(configuration);
        this.toldToStop = toldToStop;
    }

    /// Whether a broker that is so configured is one of several: it was told of a controller.
    public static boolean isConfigured(Configuration configuration) {
        return !configuration
                .source(ConfigKeys.CONTROLLER_MEMBERS)
                .equals(Configuration.DEFAULT_SOURCE);
    }

    /// Returns when it serves: not before most members of the controller are up.
    ///
    /// @param toldToStop gives up waiting for them once it is complete
    /// @throws StartException if it cannot, with everything closed again
    public static ClusterBrokerProcess start(
            Configuration configuration, CompletableFuture<Void> toldToStop)
            throws InterruptedException {
        return started(new ClusterBrokerProcess(configuration, toldToStop));
    }

    @Override
    String open() throws IOException, InterruptedException {
        DataDirectory data =
                opened.add(DataDirectory.open(configuration.get(ConfigKeys.NODE_DATA_DIR)));
        Preparation.begin(data.resolve("storage"));
        NodeTls tls = NodeTls.open(configuration, opened);
        Controller controller =
                isMember() ? member(data, tls) : Cluster.join(configuration, tls, opened);
        data.requireCluster(controller.metadata().image().clusterId());

        ObjectStores objects = ObjectStores.open(configuration, null, opened);
        // For each port by itself: with one memory, brokers whose clients hold all of it would wait
        // for each other.
        long memory = configuration.get(ConfigKeys.MEMORY_BUFFERS_BYTES);
        NodeRegistration registration =
                new NodeRegistration(controller, Settings.commandTimeout(configuration));
        StoragePart storage =
                new StoragePart(configuration, controller, data, objects, tls, memory, opened);
        GatewayPart gateway =
                GatewayPart.amongOthers(
                        configuration, controller, registration, objects, tls, memory, opened);
        LocalStorageNode node =
                storage.open(registration, registered(data, storage, gateway), opened);
        gateway.reach(registration.nodeId(), node, opened);
        if (isMember()) {
            ClusterDefaults.apply(controller, configuration).join();
        }
        opened.add(registration).startHeartbeats();
        // The first to be closed: others lead its shards, where they can, before it stops serving.
        opened.add(registration::leave);
        storage.serve();
        gateway.serve();
        return "Quafka is ready: broker %d, Kafka and HTTP on %s, other brokers on %s%s, data in %s"
                .formatted(
                        registration.nodeId(),
                        gateway.bound(),
                        storage.bound(),
                        isMember() ? ", controller member " + memberId() : "",
                        data.path());
    }

    private boolean isMember() {
        return !configuration
                .source(ConfigKeys.CONTROLLER_MEMBER_ID)
                .equals(Configuration.DEFAULT_SOURCE);
    }

    private int memberId() {
        return configuration.get(ConfigKeys.CONTROLLER_MEMBER_ID);
    }

    /// Starts this process' member, and waits until there is a cluster. To end and be started again
    /// meanwhile would only keep the other members from electing one.
    private Controller member(DataDirectory data, NodeTls tls)
            throws IOException, InterruptedException {
        Controller member =
                opened.add(
                        EmbeddedController.start(
                                Settings.controller(configuration, data.resolve("controller")),
                                tls.raft()));
        CompletableFuture<?> formed = member.metadata().awaitVersion(1);
        CompletableFuture<?> either = CompletableFuture.anyOf(formed, toldToStop);
        while (true) {
            try {
                either.get(TELL_WAITING.toSeconds(), TimeUnit.SECONDS);
                if (!formed.isDone()) {
                    throw new StartException("told to stop before the controller had formed");
                }
                return member;
            } catch (TimeoutException _) {
                LOG.atInfo()
                        .addKeyValue("member", memberId())
                        .addKeyValue("members", configuration.text(ConfigKeys.CONTROLLER_MEMBERS))
                        .log("waiting for most members of the controller to be up");
            } catch (ExecutionException e) {
                throw new StartException("the controller could not start: " + e.getCause(), e);
            }
        }
    }

    private Command.RegisterNode registered(
            DataDirectory data, StoragePart storage, GatewayPart gateway) {
        Set<NodeRole> roles = EnumSet.of(NodeRole.GATEWAY, NodeRole.STORAGE);
        if (isMember()) {
            roles.add(NodeRole.CONTROLLER);
        }
        return new Command.RegisterNode(
                data.incarnation(),
                roles,
                gateway.advertised(),
                storage.advertised(),
                Settings.rack(configuration),
                configuration.get(ConfigKeys.STORAGE_SHARDS));
    }
}
