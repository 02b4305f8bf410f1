package io.quafka.gateway;

import io.quafka.controller.Controller;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Reply;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Sends commands to the controller and waits until this gateway's image has caught up with their
/// effect, so that a client reads its own writes.
final class Commands {
    /// A reply and the image that shows its effect, or the newest one there is where that took
    /// longer than the limit.
    record Effect<R>(R reply, ClusterImage image) {}

    private final Controller controller;
    private final Duration wait;

    Commands(Controller controller, Duration wait) {
        this.controller = controller;
        this.wait = wait;
    }

    /// Fails only as [Controller#submit] does; a command that took effect is told as done even if
    /// the image lags.
    <R extends Reply> CompletableFuture<Effect<R>> submit(Command<R> command) {
        return controller
                .submit(command)
                .thenCompose(reply ->
                        caughtUp(reply.version()).thenApply(image -> new Effect<>(reply, image)));
    }

    private CompletableFuture<ClusterImage> caughtUp(long version) {
        ClusterImage now = controller.metadata().image();
        if (now.version() >= version) {
            return CompletableFuture.completedFuture(now);
        }
        return controller
                .metadata()
                .awaitVersion(version)
                .copy()
                .orTimeout(wait.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(_ -> controller.metadata().image());
    }
}
