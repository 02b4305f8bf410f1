package io.quafka.controller.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.RetentionBudgets;
import io.quafka.controller.model.RetentionBudgets.NodeBudget;
import io.quafka.controller.model.RetentionBudgets.TopicBudget;
import io.quafka.controller.model.RetentionShares;
import io.quafka.controller.retention.Allocator.NodeSupply;
import io.quafka.controller.retention.TopicDemand.OnNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

/// The allocator against models that are plain and slow: a million seeded cases in all.
class AllocatorTest {
    private static final int DIVISIONS = 800_000;
    private static final int ALLOCATIONS = 200_000;
    private static final int GIB = 1 << 30;

    @Test
    void dividesAsIfByteByByte() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < DIVISIONS; i++) {
            int count = random.nextInt(6);
            long[] wanted = new long[count];
            long[] weights = new long[count];
            for (int j = 0; j < count; j++) {
                wanted[j] = random.nextInt(4) == 0 ? 0 : random.nextInt(60);
                weights[j] = 1 + random.nextInt(random.nextBoolean() ? 1 : 9);
            }
            long bytes = random.nextInt(160);
            long[] parts = WaterFill.divide(bytes, wanted, weights);
            if (!close(parts, byteByByte(bytes, wanted, weights))
                    || Arrays.stream(parts).sum() != Math.min(bytes, Arrays.stream(wanted).sum())) {
                throw new AssertionError(
                        "case %d: %d bytes, wanted %s, weights %s: %s"
                                .formatted(
                                        i,
                                        bytes,
                                        Arrays.toString(wanted),
                                        Arrays.toString(weights),
                                        Arrays.toString(parts)));
            }
        }
    }

    /// Each byte goes to whoever has least for his weight and wants more.
    private static long[] byteByByte(long bytes, long[] wanted, long[] weights) {
        long[] parts = new long[wanted.length];
        for (long left = bytes; left > 0; left--) {
            int poorest = -1;
            for (int i = 0; i < parts.length; i++) {
                if (parts[i] < wanted[i]
                        && (poorest < 0
                                || parts[i] * weights[poorest] < parts[poorest] * weights[i])) {
                    poorest = i;
                }
            }
            if (poorest < 0) {
                break;
            }
            parts[poorest]++;
        }
        return parts;
    }

    /// Which of several that are as poor gets the odd byte does not matter.
    private static boolean close(long[] some, long[] others) {
        for (int i = 0; i < some.length; i++) {
            if (Math.abs(some[i] - others[i]) > some.length) {
                return false;
            }
        }
        return true;
    }

    private record Case(List<NodeSupply> nodes, List<TopicDemand> topics) {
        static Case random(SplittableRandom random) {
            List<NodeSupply> nodes = new ArrayList<>();
            int count = 1 + random.nextInt(4);
            for (int i = 0; i < count; i++) {
                nodes.add(
                        new NodeSupply(
                                i,
                                random.nextInt(100) * (long) GIB,
                                random.nextInt(40) * (long) GIB));
            }
            List<TopicDemand> topics = new ArrayList<>();
            int left = RetentionShares.WHOLE;
            for (int i = random.nextInt(6); i > 0 && left > 0; i--) {
                int share = 1 + random.nextInt(left);
                left -= share;
                List<OnNode> places = new ArrayList<>();
                for (int node = 0; node < count; node++) {
                    if (random.nextInt(3) > 0) {
                        places.add(
                                new OnNode(
                                        node,
                                        1 + random.nextInt(20),
                                        random.nextInt(100) * (long) GIB));
                    }
                }
                topics.add(new TopicDemand(new Uuid(1, i), share, random.nextInt(4) > 0, places));
            }
            return new Case(nodes, topics);
        }

        Map<Integer, NodeBudget> allocate() {
            return Allocator.allocate(nodes, topics);
        }

        long capacity() {
            return nodes.stream().mapToLong(NodeSupply::capacityBytes).sum();
        }

        Case withTopic(int index, TopicDemand topic) {
            List<TopicDemand> changed = new ArrayList<>(topics);
            changed.set(index, topic);
            return new Case(nodes, changed);
        }
    }

    @Test
    void sumsAreKeptLoansComeFromWhatIsIdleAndNobodyLosesHisOwn() {
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < ALLOCATIONS; i++) {
            Case given = Case.random(random);
            Map<Integer, NodeBudget> budgets = given.allocate();
            for (NodeSupply node : given.nodes()) {
                check(given, node, Objects.requireNonNull(budgets.get(node.nodeId())), i);
            }
            if (!given.topics().isEmpty()) {
                checkMonotonicAndStable(given, budgets, random, i);
            }
        }
    }

    private static void check(Case given, NodeSupply node, NodeBudget budget, int seed) {
        long own = budget.restBytes();
        long held = Math.min(budget.restBytes(), node.restWantedBytes());
        for (TopicDemand topic : given.topics()) {
            TopicBudget part = budget.topics().get(topic.id());
            if (part == null) {
                continue;
            }
            own += part.shareBytes();
            long wanted = wanted(topic, node.nodeId());
            long loan = part.limitBytes() - part.shareBytes();
            held += Math.min(wanted, part.limitBytes());
            require(loan == 0 || topic.givesBack(), seed, "a loan that nobody gives back");
            require(loan <= Math.max(0, wanted - part.shareBytes()), seed, "an idle loan");
        }
        require(own == node.capacityBytes(), seed, "own bytes sum to the capacity");
        require(held <= node.capacityBytes(), seed, "what may be held fits");
    }

    private static long wanted(TopicDemand topic, int node) {
        return topic.nodes().stream()
                .filter(place -> place.nodeId() == node)
                .mapToLong(OnNode::wantedBytes)
                .sum();
    }

    /// A topic that asks for more gets no less, and its neighbours no more; one that asks for a
    /// hair more moves nobody by more than a hair.
    private static void checkMonotonicAndStable(
            Case given, Map<Integer, NodeBudget> budgets, SplittableRandom random, int seed) {
        int index = random.nextInt(given.topics().size());
        TopicDemand topic = given.topics().get(index);
        long free =
                RetentionShares.WHOLE - given.topics().stream().mapToLong(TopicDemand::share).sum();
        if (free == 0) {
            return;
        }
        int more = random.nextBoolean() ? 1 : 1 + random.nextInt((int) free);
        Case changed =
                given.withTopic(
                        index,
                        new TopicDemand(
                                topic.id(),
                                topic.share() + more,
                                topic.givesBack(),
                                topic.nodes()));
        Map<Integer, NodeBudget> after = changed.allocate();
        require(
                own(after, topic.id()) >= own(budgets, topic.id()) - 4,
                seed,
                "more percent is no fewer bytes");
        long moved = 0;
        for (TopicDemand other : given.topics()) {
            long difference = own(after, other.id()) - own(budgets, other.id());
            if (other != topic) {
                require(difference <= 4, seed, "another's percent is no gain");
            }
            moved += Math.abs(difference);
        }
        double asked = (double) given.capacity() * more / RetentionShares.WHOLE;
        require(moved <= 2 * asked + 32, seed, "a small change moves little");
    }

    private static long own(Map<Integer, NodeBudget> budgets, Uuid topic) {
        long sum = 0;
        for (NodeBudget node : budgets.values()) {
            TopicBudget budget = node.topics().get(topic);
            sum += budget == null ? 0 : budget.shareBytes();
        }
        return sum;
    }

    private static void require(boolean holds, int seed, String what) {
        if (!holds) {
            throw new AssertionError("case " + seed + ": " + what);
        }
    }

    @Test
    void equalTopicsOnEqualNodesAreTreatedAlike() {
        List<NodeSupply> nodes =
                List.of(new NodeSupply(1, 100L * GIB, 0), new NodeSupply(2, 100L * GIB, 0));
        List<OnNode> places = List.of(new OnNode(1, 3, 9L * GIB), new OnNode(2, 3, 9L * GIB));
        var budgets =
                Allocator.allocate(
                        nodes,
                        List.of(
                                new TopicDemand(new Uuid(1, 1), 250_000, true, places),
                                new TopicDemand(new Uuid(1, 2), 250_000, true, places)));
        assertThat(budgets.get(1)).isEqualTo(budgets.get(2));
        assertThat(own(budgets, new Uuid(1, 1))).isEqualTo(50L * GIB);
        assertThat(own(budgets, new Uuid(1, 2))).isEqualTo(50L * GIB);
    }

    @Test
    void whatIsIdleIsLentAndComesBackInSteps() {
        Uuid busy = new Uuid(1, 1);
        Uuid idle = new Uuid(1, 2);
        List<NodeSupply> nodes = List.of(new NodeSupply(1, 160L * GIB, 0));
        var lent =
                Allocator.allocate(
                        nodes, List.of(demand(busy, 250_000, 200), demand(idle, 750_000, 0)));
        var published = new RetentionBudgets(1, Map.of());
        for (int i = 0; i < 20; i++) {
            published = new RetentionBudgets(i, Gradual.step(published, lent));
        }
        assertThat(Gradual.change(published, lent)).isEqualTo(Gradual.Change.NOTHING);
        assertThat(limit(published, busy)).isEqualTo(40L * GIB + 120L * GIB * 15 / 16);
        assertThat(limit(published, idle)).isEqualTo(120L * GIB);
        var back =
                Allocator.allocate(
                        nodes, List.of(demand(busy, 250_000, 200), demand(idle, 750_000, 120)));
        var next = new RetentionBudgets(21, Gradual.step(published, back));
        assertThat(limit(published, busy) - limit(next, busy)).isEqualTo(10L * GIB);
        assertThat(Gradual.change(published, next.nodes())).isEqualTo(Gradual.Change.LOANS);
    }

    private static TopicDemand demand(Uuid id, int share, int wantedGib) {
        return new TopicDemand(id, share, true, List.of(new OnNode(1, 1, wantedGib * (long) GIB)));
    }

    private static long limit(RetentionBudgets budgets, Uuid topic) {
        NodeBudget node = Objects.requireNonNull(budgets.node(1));
        return Objects.requireNonNull(node.topics().get(topic)).limitBytes();
    }
}
