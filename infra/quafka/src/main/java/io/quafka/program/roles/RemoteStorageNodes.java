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
import io.quafka.wire.tls.TlsEngines;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The storage nodes of the cluster, each over two connections, one of them for fetches: one
/// appears and goes as the image says.
final class RemoteStorageNodes implements StorageNodes, AutoCloseable {
    /// A request that a node has not answered for so long when it is fenced waits no more. One that
    /// leaves answers what it has in much less, but for fetches that wait for records.
    private static final Duration FENCED_WAIT = Duration.ofSeconds(1);

    private record Reached(Endpoint address, RemoteStorageNode node) {}

    private final BufferPool buffers;
    private final AnswerMemory answers;
    private final PeerLimits fetching;
    private final @Nullable TlsEngines tls;
    private final ConcurrentMap<Integer, Reached> reached = new ConcurrentHashMap<>();
    private final AutoCloseable subscription;

    /// @param buffers where requests lie, and the nodes' answers except those to fetches
    /// @param answers where the answers to fetches lie
    /// @param fetching of the connections for fetches
    /// @param tls how nodes are spoken to
    RemoteStorageNodes(
            Metadata metadata,
            BufferPool buffers,
            AnswerMemory answers,
            PeerLimits fetching,
            NodeTls tls) {
        this.tls = tls.engines();
        this.fetching = fetching;
        this.buffers = buffers;
        this.answers = answers;
        this.subscription = metadata.subscribe(this::follow);
    }

    @Override
    public @Nullable StorageNode node(int id) {
        Reached known = reached.get(id);
        return known == null ? null : known.node();
    }

    /// One call at a time, by the metadata's own thread; connects nowhere, as peers do that with
    /// their first request.
    private void follow(ClusterImage before, ClusterImage image) {
        for (Node node : image.nodes().values()) {
            Endpoint address = node.storage();
            if (node.plays(NodeRole.STORAGE) && address != null) {
                Reached known = reached.get(node.id());
                if (known == null || !known.address().equals(address)) {
                    replace(node.id(), new Reached(address, connect(address)));
                } else if (node.fenced() && !isFenced(before, node.id())) {
                    stopWaiting(known.node());
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

    private static boolean isFenced(ClusterImage image, int id) {
        Node node = image.node(id);
        return node != null && node.fenced();
    }

    /// A process that was stopped, or is cut off, leaves requests without an answer and connections
    /// without an end: whoever waits is to ask the shards' next leaders.
    private static void stopWaiting(RemoteStorageNode fenced) {
        fenced.loseIfWaiting(FENCED_WAIT);
        CompletableFuture.delayedExecutor(
                        FENCED_WAIT.toNanos(),
                        TimeUnit.NANOSECONDS,
                        task -> Thread.startVirtualThread(task))
                .execute(() -> fenced.loseIfWaiting(FENCED_WAIT));
    }

    private RemoteStorageNode connect(Endpoint address) {
        return new RemoteStorageNode(
                peer(address, buffers, PeerLimits.defaults()),
                peer(address, answers.pool(), fetching),
                answers);
    }

    private KafkaPeer peer(Endpoint address, BufferPool pool, PeerLimits limits) {
        return new KafkaPeer(address.host(), address.port(), "quafka-gateway", pool, limits, tls);
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
