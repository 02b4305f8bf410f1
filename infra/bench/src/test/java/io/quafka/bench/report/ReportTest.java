package io.quafka.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quafka.bench.report.Target.RatioAtLeast;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ReportTest {
    @Test
    void columnsAreAsWideAsTheirWidestCell() {
        MarkdownTable table = new MarkdownTable(List.of("name", "µs"));
        table.row(List.of("a", "1000"));
        table.row(List.of("b|c", "≤ 2×"));

        assertThat(table.render())
                .isEqualTo(
                        """
                        | name |   µs |
                        | ---- | ---: |
                        | a    | 1000 |
                        | b\\|c | ≤ 2× |
                        """);
    }

    @Test
    void showsMediansRangesRatiosTargetsAndVerdicts() {
        String text = Report.toMarkdown(comparison(false, List.of()));

        assertThat(text)
                .isEqualTo(
                        """
                        Something is done.

                        | some       |  unit |               Kafka |              Quafka | ratio | target | verdict |
                        | ---------- | ----: | ------------------: | ------------------: | ----: | -----: | ------: |
                        | throughput | MiB/s | 100.0 (100.0–100.0) | 150.0 (100.0–200.0) | 1.50× |   ≥ 1× |     met |
                        """);
    }

    @Test
    void marksWhatWasDisturbedAndTellsWhatFailed() {
        assertThat(Report.toMarkdown(comparison(true, List.of("round 3, Quafka: it ended"))))
                .contains("Quafka (disturbed)")
                .doesNotContain("Kafka (disturbed) |              Quafka")
                .contains("Failed: round 3, Quafka: it ended");
    }

    @Test
    void writesEveryRoundAsJson() {
        String json =
                new Report(Map.of("disk", "a \"b\"\n"), List.of(comparison(false, List.of())))
                        .toJson();

        assertThat(json)
                .contains("\"disk\":\"a \\\"b\\\"\\n\"")
                .contains("\"round\":2")
                .contains("\"THROUGHPUT\":200.0")
                .contains("\"verdict\":\"MET\"");
    }

    @Test
    void jsonRefusesWhatItCannotSay() {
        assertThatThrownBy(() -> Json.write(Double.NaN))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Json.write(new Object()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Comparison comparison(boolean disturbed, List<String> failures) {
        return new Comparison(
                "some",
                "Something is done.",
                series("Kafka", false, 100, 100),
                series("Quafka", disturbed, 100, 200),
                List.of(new RatioAtLeast(Metric.THROUGHPUT, 1)),
                failures);
    }

    private static Series series(String label, boolean disturbed, double... values) {
        TreeMap<Integer, Measurement> rounds = new TreeMap<>();
        for (double value : values) {
            Map<Metric, Double> figures = Map.of(Metric.THROUGHPUT, value);
            rounds.put(rounds.size() + 1, new Measurement(figures, disturbed ? 0.2 : 0, disturbed));
        }
        return new Series(label, rounds);
    }
}
