package io.quafka.bench.load;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The last line that Kafka's ProducerPerformance prints.
final class PerfProducerOutput {
    private static final Pattern TOTAL =
            Pattern.compile("(\\d+) records sent, ([0-9.]+) records/sec .* 99\\.9th\\.");
    private static final Pattern PERCENTILE = Pattern.compile("(\\d+) ms ([0-9.]+)th");

    private PerfProducerOutput() {}

    /// Finds the total among the lines.
    ///
    /// @throws IllegalArgumentException if there is none
    static LoadResult parse(List<String> lines, int recordBytes) {
        for (String line : lines.reversed()) {
            Matcher total = TOTAL.matcher(line);
            if (total.find()) {
                long records = Long.parseLong(total.group(1));
                double seconds = records / Double.parseDouble(total.group(2));
                List<LoadResult.Latency> latency = new ArrayList<>();
                Matcher percentile = PERCENTILE.matcher(line);
                while (percentile.find()) {
                    latency.add(
                            new LoadResult.Latency(
                                    Double.parseDouble(percentile.group(2)),
                                    Double.parseDouble(percentile.group(1))));
                }
                return new LoadResult(records, records * recordBytes, seconds, latency);
            }
        }
        throw new IllegalArgumentException("no total in: " + String.join("\n", lines));
    }
}
