package io.quafka.storage.pressure;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.storage.pressure.Orders.Step;
import io.quafka.storage.pressure.Orders.TopicOrder;
import io.quafka.storage.pressure.TopicLoad.Policy;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class LadderTest {
    private static final long MIB = 1 << 20;
    private static final Uuid SMALL = new Uuid(1, 1);
    private static final Uuid LARGE = new Uuid(1, 2);
    private static final Uuid PLAIN = new Uuid(1, 3);

    private static Orders decide(long used, TopicLoad... topics) {
        return Ladder.decide(
                new NodeLoad(1000 * MIB, used * MIB, 0, 350 * MIB, 40 * MIB), List.of(topics));
    }

    private static TopicLoad expiring(Uuid id, long live, long share, long limit) {
        return new TopicLoad(id, live * MIB, share * MIB, limit * MIB, Policy.EXPIRES);
    }

    private static TopicOrder order(Orders orders, Uuid id) {
        return Objects.requireNonNull(orders.topics().get(id));
    }

    @Test
    void aCalmNodeHoldsNobodyBack() {
        Orders orders = decide(250, expiring(SMALL, 50, 50, 250), expiring(LARGE, 200, 600, 600));
        assertThat(orders.step()).isEqualTo(Step.NONE);
        assertThat(order(orders, SMALL).budget()).isBetween(230 * MIB, 250 * MIB);
        assertThat(order(orders, SMALL).trimTo()).isEqualTo(TopicOrder.KEEP);
    }

    @Test
    void whatWasLentComesBackAsTheDiskFills() {
        Orders half = decide(944, expiring(SMALL, 250, 50, 250), expiring(LARGE, 694, 600, 800));
        assertThat(half.step()).isGreaterThanOrEqualTo(Step.LEND_BACK);
        assertThat(order(half, SMALL).budget()).isBetween(130 * MIB, 160 * MIB);
        Orders full = decide(1000, expiring(SMALL, 250, 50, 250), expiring(LARGE, 600, 600, 600));
        assertThat(order(full, SMALL).budget()).isLessThanOrEqualTo(50 * MIB);
        assertThat(order(full, SMALL).trimTo()).isBetween(25 * MIB, 50 * MIB);
    }

    @Test
    void aTopicOverItsBudgetExpiresThenWaitsThenIsRefusedAndItsNeighbourDoesNotNotice() {
        Step last = Step.NONE;
        int waits = 0;
        for (long live = 40; live <= 60; live++) {
            Orders orders =
                    decide(
                            live + 300,
                            expiring(SMALL, live, 50, 50),
                            expiring(LARGE, 300, 600, 600));
            TopicOrder small = order(orders, SMALL);
            assertThat(small.step()).isGreaterThanOrEqualTo(last);
            assertThat(small.throttleMs(live * MIB)).isGreaterThanOrEqualTo(waits);
            last = small.step();
            waits = small.throttleMs(live * MIB);
            assertThat(order(orders, LARGE).step()).isEqualTo(Step.NONE);
            assertThat(order(orders, LARGE).throttleMs(300 * MIB)).isZero();
            assertThat(small.refuseFrom()).isGreaterThan(small.budget());
        }
        assertThat(last).isEqualTo(Step.REFUSE);
        assertThat(waits).isEqualTo(TopicOrder.THROTTLE_MS_MAX);
    }

    @Test
    void topicsWithoutAPercentageLoseNothingAndTheLargestIsHeldBackFirst() {
        TopicLoad big = new TopicLoad(PLAIN, 318 * MIB, 0, 0, Policy.SHARES_REST);
        TopicLoad little = new TopicLoad(SMALL, 20 * MIB, 0, 0, Policy.SHARES_REST);
        Orders orders = decide(338, big, little);
        assertThat(order(orders, PLAIN).step()).isEqualTo(Step.REFUSE);
        assertThat(order(orders, PLAIN).trimTo()).isEqualTo(TopicOrder.KEEP);
        assertThat(order(orders, PLAIN).refuseFrom()).isLessThanOrEqualTo(318 * MIB);
        assertThat(order(orders, SMALL).step()).isEqualTo(Step.NONE);
        assertThat(order(orders, SMALL).refuseFrom()).isGreaterThan(20 * MIB);
    }

    @Test
    void deadBytesAreMadeRoomOfEarlyAndMoreEagerlyTheMoreThereAre() {
        NodeLoad some = new NodeLoad(1000 * MIB, 500 * MIB, 50 * MIB, 0, 40 * MIB);
        NodeLoad many = new NodeLoad(1000 * MIB, 500 * MIB, 200 * MIB, 0, 40 * MIB);
        assertThat(Ladder.decide(some, List.of()).sealEarly()).isTrue();
        assertThat(Ladder.decide(many, List.of()).hollowBelow())
                .isGreaterThan(Ladder.decide(some, List.of()).hollowBelow());
    }

    /// Whatever the moment: budgets fit beside what is no topic's own, nobody within his own share
    /// loses anything, and only topics with a percentage ever lose something.
    @Test
    void holdsForAnyMoment() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 100_000; i++) {
            long capacity = 100 + random.nextInt(1000);
            long left = capacity;
            long live = 0;
            List<TopicLoad> topics = new ArrayList<>();
            for (int t = random.nextInt(5); t >= 0; t--) {
                long share = random.nextLong(left + 1);
                left -= share;
                long lent = random.nextInt(3) == 0 ? random.nextLong(100) : 0;
                long held = random.nextLong(2 * share + 10);
                live += held;
                Policy policy = Policy.values()[random.nextInt(3)];
                topics.add(
                        new TopicLoad(
                                new Uuid(2, t),
                                held * MIB,
                                share * MIB,
                                (share + lent) * MIB,
                                policy));
            }
            long overhead = random.nextLong(capacity / 2);
            NodeLoad node =
                    new NodeLoad(
                            capacity * MIB,
                            (live + overhead) * MIB,
                            random.nextLong(overhead + 1) * MIB,
                            left * MIB,
                            random.nextInt(50) * MIB);
            Orders orders = Ladder.decide(node, topics);
            long budgets = 0;
            for (TopicLoad topic : topics) {
                TopicOrder order = order(orders, topic.id());
                if (topic.policy() != Policy.EXPIRES) {
                    assertThat(order.trimTo()).isEqualTo(TopicOrder.KEEP);
                }
                if (topic.policy() != Policy.SHARES_REST) {
                    budgets += order.budget();
                    double scale =
                            (1 - ((double) overhead * MIB + node.slack()) / node.capacity())
                                    * 15
                                    / 16;
                    if (topic.live() <= topic.share() * scale - 1) {
                        assertThat(order.trimTo()).isEqualTo(TopicOrder.KEEP);
                        assertThat(order.step()).isLessThan(Step.REFUSE);
                    }
                }
            }
            if (node.used() >= node.capacity()) {
                assertThat(budgets).isLessThanOrEqualTo((capacity - overhead) * MIB + 5);
            }
        }
    }
}
