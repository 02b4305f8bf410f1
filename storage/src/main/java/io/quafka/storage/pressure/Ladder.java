package io.quafka.storage.pressure;

import io.quafka.controller.retention.WaterFill;
import io.quafka.storage.pressure.Orders.Step;
import io.quafka.storage.pressure.Orders.TopicOrder;
import io.quafka.storage.pressure.TopicLoad.Policy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;

/// The rungs by which pressure rises, topic by topic before the node: what was lent is taken back,
/// segments are sealed early and made hollow, records beyond the budget expire, producers of a
/// topic over its budget are told to wait, then refused. A pure function of the moment; called
/// again as that changes.
///
/// A budget counts everything on the disk: what is no topic's own (unfilled and prepared segments,
/// dead bytes, the index, and a segment per shard to move in) is borne by all in proportion to
/// their budgets.
public final class Ladder {
    /// Lending ends within this part of the capacity below it.
    private static final int LEND_BACK_PART = 32;

    /// Topics without a percentage are held back this part below what they may have.
    private static final int NEARLY_PART = 16;

    /// A topic is trimmed to this part below its budget, from half of that on, ...
    private static final int BAND_PART = 8;

    /// ... or by so many times the node's slack, whichever is less: its producers come to its
    /// budget only where trimming does not keep up with them.
    private static final int BAND_SLACKS = 4;

    /// However much of the disk is no topic's own, topics have this part of their budgets.
    private static final double SCALE_MIN = 0.25;

    /// Dead bytes that are let lie, as part of the capacity.
    private static final int DEAD_PART = 32;

    private static final double HOLLOW_CALM = 0.5;
    private static final double HOLLOW_PRESSED = 0.75;
    private static final double HOLLOW_HARD = 0.9;

    private final NodeLoad node;
    private final double scale;
    private final double lending;
    private final Map<Uuid, TopicOrder> orders = new HashMap<>();
    private Step step;

    private Ladder(NodeLoad node, long live) {
        this.node = node;
        double overhead = Math.max(0, node.used() - live);
        double usable = (double) node.capacity() - node.slack();
        scale = Math.max(SCALE_MIN, (usable - overhead) / Math.max(1, node.capacity()));
        double room = usable - node.used();
        lending = Math.clamp(room * LEND_BACK_PART / Math.max(1, node.capacity()), 0.0, 1.0);
        step = lending < 1 ? Step.LEND_BACK : Step.NONE;
    }

    public static Orders decide(NodeLoad node, List<TopicLoad> topics) {
        long live = 0;
        for (TopicLoad topic : topics) {
            live += topic.live();
        }
        return new Ladder(node, live).decide(topics);
    }

    private Orders decide(List<TopicLoad> topics) {
        boolean deadIsMuch = node.dead() > node.capacity() / DEAD_PART;
        if (deadIsMuch) {
            raise(Step.SEAL_EARLY);
        }
        for (TopicLoad topic : topics) {
            if (topic.policy() != Policy.SHARES_REST) {
                put(topic, ownBudget(topic));
            }
        }
        rest(topics);
        boolean hard = node.dead() > node.capacity() / DEAD_PART * 2;
        double hollowBelow = HOLLOW_CALM;
        if (deadIsMuch) {
            hollowBelow = hard ? HOLLOW_HARD : HOLLOW_PRESSED;
        }
        return new Orders(step, orders, deadIsMuch, hollowBelow, !hard && lending >= 1);
    }

    private long ownBudget(TopicLoad topic) {
        return (long) ((topic.share() + (topic.limit() - topic.share()) * lending) * scale);
    }

    private void put(TopicLoad topic, long budget) {
        boolean expires = topic.policy() == Policy.EXPIRES;
        long band = Math.min(budget / BAND_PART, BAND_SLACKS * node.slack());
        double part = Math.min(1, (double) budget / Math.max(1, node.capacity()));
        long trimFrom = budget - band / 2;
        long throttleFrom = expires ? budget : budget - band;
        long refuseFrom = expires ? budget + (long) (node.slack() * part) : budget;
        Step reached = Step.NONE;
        if (topic.live() >= refuseFrom) {
            reached = Step.REFUSE;
        } else if (topic.live() > throttleFrom) {
            reached = Step.THROTTLE;
        } else if (expires && topic.live() > trimFrom) {
            reached = Step.EXPIRE;
        }
        long trimTo = expires && topic.live() > trimFrom ? budget - band : TopicOrder.KEEP;
        raise(reached);
        orders.put(topic.id(), new TopicOrder(reached, budget, trimTo, throttleFrom, refuseFrom));
    }

    /// Topics without a percentage: the largest are held back first, down to the level that all
    /// could have.
    private void rest(List<TopicLoad> topics) {
        List<TopicLoad> sharing =
                topics.stream().filter(t -> t.policy() == Policy.SHARES_REST).toList();
        long limit = (long) (node.rest() * scale);
        long[] live = sharing.stream().mapToLong(TopicLoad::live).toArray();
        long[] weights = new long[live.length];
        long held = 0;
        for (int i = 0; i < live.length; i++) {
            weights[i] = 1;
            held += live[i];
        }
        long fair = level(limit, live, weights);
        boolean full = held >= limit;
        boolean nearly = held > limit - limit / NEARLY_PART;
        for (int i = 0; i < live.length; i++) {
            boolean above = live[i] >= fair;
            Step reached = Step.NONE;
            if (full && above) {
                reached = Step.REFUSE;
            } else if (nearly && above) {
                reached = Step.THROTTLE;
            }
            raise(reached);
            long room = Math.max(0, limit - held) + (above ? 0 : node.slack() / 4);
            boolean hard = held >= limit + node.slack() / 4;
            orders.put(
                    sharing.get(i).id(),
                    new TopicOrder(
                            reached,
                            live[i] + room / 4,
                            TopicOrder.KEEP,
                            reached == Step.NONE ? Long.MAX_VALUE : live[i] - 1,
                            hard ? live[i] : live[i] + room));
        }
    }

    /// What the largest would have if the limit were divided anew.
    private static long level(long limit, long[] live, long[] weights) {
        long most = 0;
        for (long part : WaterFill.divideAll(limit, live, weights)) {
            most = Math.max(most, part);
        }
        return most;
    }

    private void raise(Step reached) {
        step = reached.compareTo(step) > 0 ? reached : step;
    }
}
