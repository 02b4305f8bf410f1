package io.quafka.storage.node;

import io.quafka.controller.Metadata;
import io.quafka.controller.logic.ControllerLogic;
import io.quafka.controller.logic.Decision;
import io.quafka.controller.logic.IdSource;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.apache.kafka.common.Uuid;

/// As the controller's leader has it, all changes seen at once by everybody.
final class DecidedMetadata implements Metadata {
    private final List<BiConsumer<ClusterImage, ClusterImage>> listeners =
            new CopyOnWriteArrayList<>();
    private volatile ClusterImage image = ClusterImage.EMPTY;

    /// @return the version after it
    synchronized long decide(Command<?> command) {
        ClusterImage before = image;
        Decision decision =
                ControllerLogic.decide(
                        before, command, IdSource.from(new Uuid(7, before.version())));
        image = decision.applyTo(before);
        listeners.forEach(listener -> listener.accept(before, image));
        return image.version();
    }

    @Override
    public ClusterImage image() {
        return image;
    }

    @Override
    public CompletableFuture<ClusterImage> awaitVersion(long version) {
        return CompletableFuture.completedFuture(image);
    }

    @Override
    public AutoCloseable subscribe(BiConsumer<ClusterImage, ClusterImage> listener) {
        listeners.add(listener);
        listener.accept(ClusterImage.EMPTY, image);
        return () -> listeners.remove(listener);
    }
}
