package io.quafka.program.roles;

import io.quafka.controller.Controller;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.raft.ControllerConfig;
import io.quafka.controller.raft.EmbeddedController;
import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.Configuration;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A member of the controller in a process of its own.
public final class ControllerProcess extends RoleProcess {
    private static final Logger LOG = LoggerFactory.getLogger(ControllerProcess.class);

    private ControllerProcess(Configuration configuration) {
        super(configuration);
    }

    /// Returns when a lone member leads, and when one of several listens.
    ///
    /// @throws StartException if it cannot, with everything closed again
    public static ControllerProcess start(Configuration configuration) throws InterruptedException {
        return started(new ControllerProcess(configuration));
    }

    @Override
    String open() throws IOException {
        DataDirectory data =
                opened.add(DataDirectory.open(configuration.get(ConfigKeys.NODE_DATA_DIR)));
        NodeTls tls = NodeTls.open(configuration, opened);
        ControllerConfig config = Settings.controller(configuration, data.resolve("controller"));
        Controller controller = opened.add(EmbeddedController.start(config, tls.raft()));
        CompletableFuture<Void> settled =
                controller
                        .metadata()
                        .awaitVersion(1)
                        .thenAcceptAsync(
                                image -> settle(data, controller, image, configuration),
                                Thread::startVirtualThread);
        if (controller.metadata().image().version() > 0) {
            requireSettled(settled);
        } else {
            settled.whenComplete((_, failure) -> endIfForeign(failure));
        }
        String address =
                config.members().stream()
                        .filter(member -> member.id() == config.memberId())
                        .map(member -> String.valueOf(member.endpoint()))
                        .findFirst()
                        .orElseThrow();
        return "Quafka is ready: controller member "
                + config.memberId()
                + " on "
                + address
                + ", data in "
                + data.path();
    }

    /// Once there is a cluster: the directory must be one of its own.
    private static void settle(
            DataDirectory data,
            Controller controller,
            ClusterImage image,
            Configuration configuration) {
        data.requireCluster(image.clusterId());
        ClusterDefaults.apply(controller, configuration).join();
    }

    private static void requireSettled(CompletableFuture<Void> settled) {
        try {
            settled.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StartException refused
                    ? refused
                    : new StartException("the controller could not start: " + e.getCause(), e);
        }
    }

    /// The start is over, so that nobody is left to tell but the log.
    private static void endIfForeign(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof StartException foreign) {
            LOG.atError().addKeyValue("problem", foreign.getMessage()).log("ending");
            System.exit(1);
        }
    }
}
