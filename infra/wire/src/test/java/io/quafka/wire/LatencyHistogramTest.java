package io.quafka.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LatencyHistogramTest {
    private static final List<Long> BOUNDS = LatencyHistogram.boundsNanos();

    private final LatencyHistogram histogram = new LatencyHistogram();

    private long upTo(Duration bound) {
        int bucket = BOUNDS.indexOf(bound.toNanos());
        assertThat(bucket).isNotNegative();
        return histogram.figures().upTo().get(bucket);
    }

    @Test
    void boundsAscendFromHalfAMillisecondToTenSeconds() {
        assertThat(BOUNDS).isSorted().doesNotHaveDuplicates().hasSizeLessThan(20);
        assertThat(BOUNDS.getFirst()).isEqualTo(Duration.ofNanos(500_000).toNanos());
        assertThat(BOUNDS.getLast()).isEqualTo(Duration.ofSeconds(10).toNanos());
    }

    @Test
    void aBoundIsInItsBucketAndWhatIsLongerIsNot() {
        long bound = Duration.ofMillis(5).toNanos();
        histogram.record(bound);
        assertThat(upTo(Duration.ofMillis(5))).isOne();
        assertThat(upTo(Duration.ofMillis(2))).isZero();
        histogram.record(bound + 1);
        assertThat(upTo(Duration.ofMillis(5))).isOne();
        assertThat(upTo(Duration.ofMillis(10))).isEqualTo(2);
    }

    @Test
    void whatIsBeyondAllBoundsIsCountedAndSummed() {
        histogram.record(-1);
        histogram.record(0);
        histogram.record(Duration.ofHours(1).toNanos());
        LatencyHistogram.Figures figures = histogram.figures();
        assertThat(figures.upTo()).hasSize(BOUNDS.size() + 1).isSorted();
        assertThat(figures.upTo().getFirst()).isEqualTo(2);
        assertThat(figures.upTo().get(BOUNDS.size() - 1)).isEqualTo(2);
        assertThat(figures.count()).isEqualTo(3);
        assertThat(figures.sumNanos()).isEqualTo(Duration.ofHours(1).toNanos());
    }

    @Test
    void figuresOfSeveralAddUp() {
        LatencyHistogram other = new LatencyHistogram();
        histogram.record(1);
        other.record(Duration.ofMillis(3).toNanos());
        LatencyHistogram.Figures both = histogram.figures().plus(other.figures());
        assertThat(both.count()).isEqualTo(2);
        assertThat(both.upTo().getFirst()).isOne();
        assertThat(both.sumNanos()).isEqualTo(Duration.ofMillis(3).toNanos() + 1);
        assertThat(both.plus(LatencyHistogram.Figures.NONE)).isEqualTo(both);
    }

    @Test
    void nothingIsLostAmongThreads() {
        int each = 10_000;
        Stream<CompletableFuture<Void>> threads =
                IntStream.range(0, 4)
                        .mapToObj(_ ->
                                CompletableFuture.runAsync(() -> {
                                    for (int i = 0; i < each; i++) {
                                        histogram.record(1_000L * i);
                                    }
                                }));
        CompletableFuture.allOf(threads.toArray(CompletableFuture[]::new)).join();
        assertThat(histogram.figures().count()).isEqualTo(4 * each);
        assertThat(histogram.figures().sumNanos()).isEqualTo(4 * 1_000L * each * (each - 1) / 2);
    }
}
