package io.quafka.gateway.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.quafka.controller.model.QuotaKey;
import io.quafka.gateway.quota.Limit.Payer;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.metrics.MetricConfig;
import org.apache.kafka.common.metrics.Quota;
import org.apache.kafka.common.metrics.stats.TokenBucket;
import org.junit.jupiter.api.Test;

/// How changes of topics are counted, over a time that a test decides.
class BucketTest {
    private final AtomicLong millis = new AtomicLong(1_000_000);
    private final Buckets buckets = new Buckets(() -> Instant.ofEpochMilli(millis.get()));

    private static Limit limit(String user, double bound) {
        return new Limit(new Payer(QuotaKey.CONTROLLER_MUTATION_RATE, user, null), bound);
    }

    @Test
    void itHoldsWhatKafkasHolds() {
        for (long seed = 1; seed <= 20; seed++) {
            Random random = new Random(seed);
            double bound = 0.1 + random.nextInt(100);
            var kafka = new TokenBucket();
            var config =
                    new MetricConfig()
                            .quota(Quota.upperBound(bound))
                            .samples(Bucket.BURST_SECONDS)
                            .timeWindow(1, TimeUnit.SECONDS);
            Bucket bucket = Bucket.full(bound, millis.get());
            for (int i = 0; i < 100; i++) {
                millis.addAndGet(random.nextInt(3_000));
                int amount = random.nextInt(300) - 50;
                kafka.record(config, amount, millis.get());
                bucket = bucket.at(bound, millis.get()).less(amount);
                assertThat(bucket.tokens())
                        .as("seed %d", seed)
                        .isCloseTo(kafka.measure(config, millis.get()), within(1e-6));
            }
        }
    }

    @Test
    void whoHasADebtWaitsUntilItIsPaid() {
        Limit limit = limit("alice", 2);
        assertThat(buckets.take(limit, 32, true)).isTrue();
        assertThat(buckets.debtMillis(limit)).isEqualTo(5_000);
        assertThat(buckets.take(limit, 1, true)).isFalse();
        assertThat(buckets.take(limit, 2, false)).isTrue();
        assertThat(buckets.debtMillis(limit)).isEqualTo(6_000);
        buckets.giveBack(limit, 2);
        millis.addAndGet(4_999);
        assertThat(buckets.take(limit, 1, true)).isFalse();
        millis.addAndGet(1);
        assertThat(buckets.take(limit, 1, true)).isTrue();
        assertThat(buckets.debtMillis(limit("bob", 2))).isZero();
    }

    /// However long that takes: a debt is not forgotten before it is paid.
    @Test
    void whoIsFullAgainIsForgotten() {
        Limit limit = limit("alice", 0.01);
        assertThat(buckets.take(limit, 100, true)).isTrue();
        millis.addAndGet(9_000_000);
        assertThat(buckets.debtMillis(limit)).isPositive();
        assertThat(buckets.size()).isOne();
        millis.addAndGet(1_000_002);
        assertThat(buckets.size()).isZero();
    }

    @Test
    void soManyAreRememberedAndNoMore() {
        for (int i = 0; i < Buckets.PAYERS_MAX + 500; i++) {
            assertThat(buckets.take(limit("user-" + i, 1), 20, true)).isTrue();
        }
        assertThat(buckets.size()).isLessThanOrEqualTo(Buckets.PAYERS_MAX);
    }

    @Test
    void theSmallestBoundHasWaitsThatCanBeTold() {
        Limit limit = limit("alice", Double.MIN_VALUE);
        assertThat(buckets.take(limit, 10_000, true)).isTrue();
        assertThat(buckets.debtMillis(limit)).isEqualTo(365L * 24 * 60 * 60 * 1_000);
    }
}
