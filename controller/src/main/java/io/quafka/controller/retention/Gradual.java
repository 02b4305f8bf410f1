package io.quafka.controller.retention;

import io.quafka.controller.model.RetentionBudgets;
import io.quafka.controller.model.RetentionBudgets.NodeBudget;
import io.quafka.controller.model.RetentionBudgets.TopicBudget;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/// When a newly computed set of budgets is worth publishing, and how far it may go at once. Topics'
/// own bytes change at once; loans grow and shrink in steps, so that whoever borrowed has time to
/// give back, and a topic whose rate swings does not swing the others.
public final class Gradual {
    /// A loan changes by this part of the node's capacity at a time.
    private static final int STEP = 16;

    /// Own bytes that differ by less than this part are as good as the same.
    private static final int OWN_PART = 100;

    /// A loan that differs by less than this part of the node's capacity is as good as the same.
    private static final int LOAN_PART = 64;

    private Gradual() {}

    public enum Change {
        NOTHING,
        /// Loans only: need not be published often.
        LOANS,
        /// Somebody's own bytes, a topic or a node: to be published soon.
        SHARES
    }

    /// The computed budgets, with loans one step from the published ones.
    public static Map<Integer, NodeBudget> step(
            RetentionBudgets published, Map<Integer, NodeBudget> computed) {
        Map<Integer, NodeBudget> next = HashMap.newHashMap(computed.size());
        computed.forEach((id, node) -> next.put(id, step(published.node(id), node)));
        return next;
    }

    private static NodeBudget step(@Nullable NodeBudget before, NodeBudget node) {
        long most = node.capacityBytes() / STEP;
        Map<Uuid, TopicBudget> topics = HashMap.newHashMap(node.topics().size());
        node.topics()
                .forEach((id, topic) -> {
                    TopicBudget old = before == null ? null : before.topics().get(id);
                    long lent = old == null ? 0 : old.limitBytes() - old.shareBytes();
                    long wanted = topic.limitBytes() - topic.shareBytes();
                    long loan = Math.clamp(wanted, Math.max(0, lent - most), lent + most);
                    topics.put(id, new TopicBudget(topic.shareBytes(), topic.shareBytes() + loan));
                });
        return new NodeBudget(node.capacityBytes(), node.restBytes(), topics);
    }

    public static Change change(RetentionBudgets published, Map<Integer, NodeBudget> next) {
        if (!published.nodes().keySet().equals(next.keySet())) {
            return Change.SHARES;
        }
        Change most = Change.NOTHING;
        for (var entry : next.entrySet()) {
            NodeBudget before = published.node(entry.getKey());
            Change change = before == null ? Change.SHARES : change(before, entry.getValue());
            most = change.compareTo(most) > 0 ? change : most;
        }
        return most;
    }

    private static Change change(NodeBudget before, NodeBudget next) {
        if (!before.topics().keySet().equals(next.topics().keySet())
                || differ(before.capacityBytes(), next.capacityBytes())
                || differ(before.restBytes(), next.restBytes())) {
            return Change.SHARES;
        }
        Change most = Change.NOTHING;
        for (var entry : next.topics().entrySet()) {
            TopicBudget old = before.topics().get(entry.getKey());
            TopicBudget topic = entry.getValue();
            if (old == null || differ(old.shareBytes(), topic.shareBytes())) {
                return Change.SHARES;
            }
            long loans =
                    Math.abs(
                            (old.limitBytes() - old.shareBytes())
                                    - (topic.limitBytes() - topic.shareBytes()));
            if (loans > next.capacityBytes() / LOAN_PART) {
                most = Change.LOANS;
            }
        }
        return most;
    }

    private static boolean differ(long a, long b) {
        return Math.abs(a - b) > Math.max(a, b) / OWN_PART;
    }
}
