package io.quafka.gateway.quota;

import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.metrics.MetricConfig;
import org.apache.kafka.common.metrics.stats.Rate;

/// What one payer used lately: Kafka's rate, over as many samples as its brokers keep by default.
/// Thread-safe.
final class Use {
    private static final int SAMPLES = 11;
    private static final long SAMPLE_SECONDS = 1;
    static final long SAMPLE_MILLIS = SAMPLE_SECONDS * 1_000;

    /// Whole samples that a rate is over at least: what a client may use at once after a pause, in
    /// seconds of its bound.
    static final long WINDOW_SECONDS = (SAMPLES - 1) * SAMPLE_SECONDS;

    /// After so long without use nothing of it counts.
    static final long FORGOTTEN_SECONDS = SAMPLES * SAMPLE_SECONDS + 1;

    private static final MetricConfig CONFIG =
            new MetricConfig().samples(SAMPLES).timeWindow(SAMPLE_SECONDS, TimeUnit.SECONDS);

    private final Rate rate = new Rate();

    /// Adds something that was done, and tells how long the payer must wait so that its rate falls
    /// to the bound: milliseconds, 0 where it is not above.
    synchronized long add(double amount, double bound, long nowMillis) {
        rate.record(CONFIG, amount, nowMillis);
        double excess = rate.measure(CONFIG, nowMillis) - bound;
        return excess <= 0 ? 0 : Math.round(excess / bound * rate.windowSize(CONFIG, nowMillis));
    }

    /// Adds something that is about to be done, unless the rate would be above the bound then.
    synchronized boolean addUnlessAbove(double amount, double bound, long nowMillis) {
        rate.record(CONFIG, amount, nowMillis);
        boolean within = rate.measure(CONFIG, nowMillis) <= bound;
        if (!within) {
            rate.record(CONFIG, -amount, nowMillis);
        }
        return within;
    }
}
