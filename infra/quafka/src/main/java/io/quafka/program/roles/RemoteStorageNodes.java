package io.quafka.program.roles;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Endpoint;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.NodeRole;
import io.quafka.gateway.StorageNodes;
import io.quafka.storage.StorageNode;
import io.quafka.storage.remote.AnswerMemory;
import io.quafka.storage.remote.RemoteStorageNode;
import io.quafka.wire.BufferPool;
import io.quafka.wire.KafkaPeer;
import io.quafka.wire.PeerLimits;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/// The storage nodes of the cluster, each over two connections, one of them for fetches: one
/// appears and goes as the image says.
final class RemoteStorageNodes implements StorageNodes, AutoCloseable {
    private record Reached(Endpoint address, RemoteStorageNode node) {}

    private final BufferPool buffers;
    private final AnswerMemory answers;
    private final ConcurrentMap<Integer, Reached> reached = new ConcurrentHashMap<>();
    private final AutoCloseable subscription;

    /// @param buffers where requests lie, and the nodes' answers except those to fetches
    /// @param answers where the answers to fetches lie
    RemoteStorageNodes(Metadata metadata, BufferPool buffers, AnswerMemory answers) {
        this.buffers = buffers;
        this.answers = answers;
        this.subscription = metadata.subscribe((_, image) -> follow(image));
    }

    @Override
    public @Nullable StorageNode node(int id) {
        Reached known = reached.get(id);
        return known == null ? null : known.node();
    }

    /// One call at a time, by the metadata's own thread; connects nowhere, as peers do that with
    /// their first request.
    private void follow(ClusterImage image) {
        for (Node node : image.nodes().values()) {
            Endpoint address = node.storage();
            if (node.plays(NodeRole.STORAGE) && address != null) {
                Reached known = reached.get(node.id());
                if (known == null || !known.address().equals(address)) {
                    replace(node.id(), new Reached(address, connect(address)));
                }
            }
        }
        for (Integer id : reached.keySet()) {
            if (image.node(id) == null) {
                Reached gone = reached.remove(id);
                if (gone != null) {
                    gone.node().close();
                }
            }
        }
    }

    private RemoteStorageNode connect(Endpoint address) {
        return new RemoteStorageNode(
                peer(address, buffers), peer(address, answers.pool()), answers);
    }

    private static KafkaPeer peer(Endpoint address, BufferPool pool) {
        return new KafkaPeer(
                address.host(), address.port(), "quafka-gateway", pool, PeerLimits.defaults());
    }

    private void replace(int id, Reached next) {
        Reached before = reached.put(id, next);
        if (before != null) {
            before.node().close();
        }
    }

    @Override
    public void close() throws Exception {
        subscription.close();
        for (Reached each : reached.values()) {
            each.node().close();
        }
    }
}
