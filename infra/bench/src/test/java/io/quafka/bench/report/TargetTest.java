package io.quafka.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.quafka.bench.report.Target.AtMost;
import io.quafka.bench.report.Target.ExcessAtMost;
import io.quafka.bench.report.Target.RatioAtLeast;
import io.quafka.bench.report.Target.RatioAtMost;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TargetTest {
    private static final Series NONE = series(Metric.THROUGHPUT);

    @Test
    void ratioIsTheMedianOverRoundsAndNotTheRatioOfMedians() {
        Series baseline = series(Metric.THROUGHPUT, 100, 50, 10);
        Series candidate = series(Metric.THROUGHPUT, 100, 100, 40);

        assertThat(Series.ratio(baseline, candidate, Metric.THROUGHPUT).getAsDouble())
                .isCloseTo(2, within(1e-9));
    }

    @Test
    void aRoundThatOneSideLacksDoesNotCount() {
        Series baseline = series(Metric.THROUGHPUT, 100, 100);
        Series candidate = series(Metric.THROUGHPUT, 300);

        assertThat(Series.ratio(baseline, candidate, Metric.THROUGHPUT)).hasValue(3);
    }

    @Test
    void ratiosAreMetAtTheLimit() {
        Series baseline = series(Metric.THROUGHPUT, 100);
        Series candidate = series(Metric.THROUGHPUT, 50);

        assertThat(new RatioAtLeast(Metric.THROUGHPUT, 0.5).judge(baseline, candidate))
                .isEqualTo(Verdict.MET);
        assertThat(new RatioAtLeast(Metric.THROUGHPUT, 0.51).judge(baseline, candidate))
                .isEqualTo(Verdict.MISSED);
        assertThat(new RatioAtMost(Metric.THROUGHPUT, 0.5).judge(baseline, candidate))
                .isEqualTo(Verdict.MET);
        assertThat(new RatioAtMost(Metric.THROUGHPUT, 0.49).judge(baseline, candidate))
                .isEqualTo(Verdict.MISSED);
    }

    @Test
    void anAbsoluteTargetNeedsNoBaseline() {
        Series candidate = series(Metric.START_METADATA, 1.4, 1.6, 1.5);

        assertThat(new AtMost(Metric.START_METADATA, 1.5).judge(NONE, candidate))
                .isEqualTo(Verdict.MET);
        assertThat(new AtMost(Metric.START_METADATA, 1.49).judge(NONE, candidate))
                .isEqualTo(Verdict.MISSED);
    }

    @Test
    void anExcessIsJudgedByTheAllowanceThatWasMeasured() {
        Target target = new ExcessAtMost(Metric.LATENCY_P50, Metric.FDATASYNC_P50);
        Series baseline = series(Metric.LATENCY_P50, 0.2);

        assertThat(target.judge(baseline, withAllowance(0.6))).isEqualTo(Verdict.MET);
        assertThat(target.judge(baseline, withAllowance(0.7))).isEqualTo(Verdict.MISSED);
    }

    @Test
    void withoutFiguresNothingIsKnown() {
        assertThat(new RatioAtLeast(Metric.THROUGHPUT, 1).judge(NONE, series(Metric.THROUGHPUT, 5)))
                .isEqualTo(Verdict.UNKNOWN);
        assertThat(new AtMost(Metric.HEAP_USED, 1).judge(NONE, NONE)).isEqualTo(Verdict.UNKNOWN);
    }

    static Series series(Metric metric, double... values) {
        TreeMap<Integer, Measurement> rounds = new TreeMap<>();
        for (double value : values) {
            rounds.put(rounds.size() + 1, new Measurement(Map.of(metric, value), 0, false));
        }
        return new Series("side", rounds);
    }

    private static Series withAllowance(double latencyMilliseconds) {
        Map<Metric, Double> figures =
                Map.of(Metric.LATENCY_P50, latencyMilliseconds, Metric.FDATASYNC_P50, 0.4375);
        return new Series("side", new TreeMap<>(Map.of(1, new Measurement(figures, 0, false))));
    }
}
