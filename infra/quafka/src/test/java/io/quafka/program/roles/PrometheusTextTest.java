package io.quafka.program.roles;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.wire.LatencyHistogram;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PrometheusTextTest {
    private static LatencyHistogram.Figures twoAndAnHour() {
        LatencyHistogram histogram = new LatencyHistogram();
        histogram.record(Duration.ofMillis(1).toNanos());
        histogram.record(Duration.ofNanos(2_000_001).toNanos());
        histogram.record(Duration.ofHours(1).toNanos());
        return histogram.figures();
    }

    @Test
    void bucketsCountWhatIsBelowTheirBoundsAndTheLastCountsAll() {
        String text =
                new PrometheusText().histogram("quafka_x_seconds", "X.", twoAndAnHour()).toString();
        assertThat(text.lines())
                .containsSubsequence(
                        "# HELP quafka_x_seconds X.",
                        "# TYPE quafka_x_seconds histogram",
                        "quafka_x_seconds_bucket{le=\"0.0005\"} 0",
                        "quafka_x_seconds_bucket{le=\"0.001\"} 1",
                        "quafka_x_seconds_bucket{le=\"0.002\"} 1",
                        "quafka_x_seconds_bucket{le=\"0.005\"} 2",
                        "quafka_x_seconds_bucket{le=\"10\"} 2",
                        "quafka_x_seconds_bucket{le=\"+Inf\"} 3",
                        "quafka_x_seconds_sum 3600.003000001",
                        "quafka_x_seconds_count 3")
                .hasSize(2 + LatencyHistogram.boundsNanos().size() + 1 + 2);
    }

    @Test
    void aLabelStandsBeforeTheBound() {
        String text =
                new PrometheusText()
                        .histograms("x", "X.")
                        .histogram("x", "class", "produce", twoAndAnHour())
                        .histogram("x", "class", "fetch", LatencyHistogram.Figures.NONE)
                        .toString();
        assertThat(text.lines())
                .containsOnlyOnce("# TYPE x histogram")
                .contains("x_bucket{class=\"produce\",le=\"0.001\"} 1")
                .contains("x_count{class=\"produce\"} 3")
                .contains("x_sum{class=\"fetch\"} 0")
                .contains("x_bucket{class=\"fetch\",le=\"+Inf\"} 0");
    }
}
