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

    /// Sweeps in a session, at least; there is one more whenever a session may have ended.
    static final int SWEEPS = 4;

    private static final long SWEEP_NANOS_MIN = 1_000_000;

    private final long sessionNanos;
    private final ConcurrentMap<Integer, Long> heardNanos = new ConcurrentHashMap<>();
    private boolean swept;
    private long sweptNanos;

    Liveness(Duration session) {
        sessionNanos = session.toNanos();
    }

    /// How long until the next sweep: until the session ends that ends next if no more is heard,
    /// but no longer than a [#SWEEPS]th of a session.
    synchronized Duration untilSweep(ClusterImage image, long nowNanos) {
        long wait = sessionNanos / SWEEPS;
        for (Node node : image.nodes().values()) {
            Long heard = node.fenced() ? null : heardNanos.get(node.id());
            long left = heard == null ? 0 : heard + sessionNanos - nowNanos;
            if (left > 0) {
                wait = Math.min(wait, left);
            }
        }
        return Duration.ofNanos(Math.max(SWEEP_NANOS_MIN, wait));
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
            if (!node.fenced() && silentNanos >= sessionNanos) {
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
