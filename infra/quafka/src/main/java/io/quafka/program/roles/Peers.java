package io.quafka.program.roles;

import io.quafka.controller.Controller;
import io.quafka.controller.ProducerIds;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Reply;
import io.quafka.gateway.StorageNodes;
import io.quafka.storage.StorageNode;
import io.quafka.storage.StoragePeers;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// What a storage node sees of the cluster: the other storage nodes, and the controller.
final class Peers implements StoragePeers {
    /// Producer ids asked for at once: transactional ids need one each, now and then another.
    private static final int ID_BLOCK = 100;

    private final StorageNodes nodes;
    private final ProducerIds ids;
    private final Controller controller;

    Peers(StorageNodes nodes, Controller controller) {
        this.nodes = nodes;
        this.controller = controller;
        this.ids = new ProducerIds(controller, ID_BLOCK);
    }

    @Override
    public @Nullable StorageNode node(int id) {
        return nodes.node(id);
    }

    @Override
    public CompletableFuture<Long> alterInSync(Command.AlterInSync wish) {
        return controller.submit(wish).thenApply(Reply.Done::version);
    }

    @Override
    public CompletableFuture<Long> newProducerId() {
        return ids.next();
    }
}
