package io.quafka.controller.raft;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.NodeRole;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// When the leader last heard of each node: soft state, lost and regained with leadership.
///
/// A new leader gives every node a full session from the start. So does a leader that was itself
/// stopped for a while: what it did not hear then says nothing about the nodes. [#heard] may be
/// called by any thread, [#sweep] by one.
final class Liveness {
    /// How long a fenced node without data of its own stays registered, in sessions.
    static final int SESSIONS_KEPT = 100;

    /// Sweeps in a session.
    static final int SWEEPS = 4;

    private final long sessionNanos;
    private final ConcurrentMap<Integer, Long> heardNanos = new ConcurrentHashMap<>();
    private boolean swept;
    private long sweptNanos;

    Liveness(Duration session) {
        sessionNanos = session.toNanos();
    }

    Duration sweepInterval() {
        return Duration.ofNanos(Math.max(1, sessionNanos / SWEEPS));
    }

    void heard(int nodeId, long nowNanos) {
        heardNanos.put(nodeId, nowNanos);
    }

    /// Leadership was lost or gained: what was heard before does not count.
    synchronized void reset() {
        swept = false;
        heardNanos.clear();
    }

    /// Nodes to fence and nodes to forget.
    synchronized List<Command<?>> sweep(ClusterImage image, long nowNanos) {
        boolean blind = !swept || nowNanos - sweptNanos > sessionNanos / 2;
        swept = true;
        sweptNanos = nowNanos;
        heardNanos.keySet().removeIf(id -> image.node(id) == null);
        List<Command<?>> overdue = new ArrayList<>();
        for (Node node : image.nodes().values()) {
            Long heard = blind ? null : heardNanos.get(node.id());
            if (heard == null) {
                heardNanos.put(node.id(), nowNanos);
                continue;
            }
            long silentNanos = nowNanos - heard;
            if (!node.fenced() && silentNanos > sessionNanos) {
                overdue.add(new Command.FenceNode(node.id(), true));
            } else if (node.fenced()
                    && !node.plays(NodeRole.STORAGE)
                    && silentNanos > sessionNanos * SESSIONS_KEPT) {
                overdue.add(new Command.UnregisterNode(node.id()));
            }
        }
        return overdue;
    }
}
