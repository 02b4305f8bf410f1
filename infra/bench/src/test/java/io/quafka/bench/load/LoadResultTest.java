package io.quafka.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class LoadResultTest {
    @Test
    void passesFromOneProcessToAnother() {
        Histogram latency = PacedProducer.newHistogram();
        latency.recordValue(2_000_000);
        LoadResult result = LoadResult.of(10, 10_240, 2_000_000_000L, latency);

        LoadResult read = LoadResult.parse(result.toLine());

        assertThat(read).isEqualTo(result);
        assertThat(read.recordsPerSecond()).isEqualTo(5);
        assertThat(read.latency()).hasSize(3);
        assertThat(read.latency().getFirst().milliseconds()).isCloseTo(2, within(0.01));
    }

    @Test
    void readsTheTotalOfKafkasTool() {
        LoadResult result =
                PerfProducerOutput.parse(
                        List.of(
                                "4000 records sent, 800.0 records/sec (0.8 MB/sec), 9.0 ms avg latency, 9.0 ms max latency.",
                                "8000 records sent, 1000.0 records/sec (0.98 MB/sec), 12.20 ms avg latency, 301.00 ms max latency, 5 ms 50th, 7 ms 95th, 90 ms 99th, 300 ms 99.9th."),
                        1024);

        assertThat(result.records()).isEqualTo(8000);
        assertThat(result.seconds()).isEqualTo(8);
        assertThat(result.bytes()).isEqualTo(8_192_000);
        assertThat(result.latency())
                .contains(
                        new LoadResult.Latency(50, 5),
                        new LoadResult.Latency(99, 90),
                        new LoadResult.Latency(99.9, 300));
    }

    @Test
    void aToolThatGaveUpHasNoTotal() {
        assertThatThrownBy(() -> PerfProducerOutput.parse(List.of("usage: ..."), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("usage");
    }

    @Test
    void argumentsAreNamed() {
        assertThatThrownBy(() -> Arguments.parse(List.of("nonsense")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Arguments.parse(List.of("a=1")).text("b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("b");
    }
}
