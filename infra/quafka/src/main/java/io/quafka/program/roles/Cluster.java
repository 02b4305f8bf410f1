package io.quafka.program.roles;

import io.quafka.controller.Controller;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.raft.RemoteController;
import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.Configuration;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The way to the controller for a process that is none.
final class Cluster {
    private Cluster() {}

    /// Follows the controller; returns when the first image is here.
    ///
    /// @param tls how members are spoken to
    /// @throws StartException if no member answers in the configured time, in words that name them
    ///   all
    static Controller join(Configuration configuration, NodeTls tls, ClosingStack opened)
            throws InterruptedException {
        Duration waitMax = Settings.commandTimeout(configuration);
        Controller controller =
                opened.add(
                        RemoteController.connect(
                                Settings.memberSource(configuration, tls.raft()),
                                waitMax,
                                tls.raft()));
        CompletableFuture<ClusterImage> first = controller.metadata().awaitVersion(1);
        try {
            first.get(waitMax.toMillis(), TimeUnit.MILLISECONDS);
            return controller;
        } catch (TimeoutException | ExecutionException e) {
            throw new StartException(
                    "no answer from the controller at "
                            + configuration.text(ConfigKeys.CONTROLLER_MEMBERS)
                            + " in "
                            + waitMax.toSeconds()
                            + " s"
                            + (tls.engines() == null
                                    ? ""
                                    : ", over TLS: do its members have node.tls.* too, and certificates of the same authorities?"),
                    e);
        }
    }
}
