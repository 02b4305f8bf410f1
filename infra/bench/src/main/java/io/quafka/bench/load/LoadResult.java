package io.quafka.bench.load;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/// What a load did.
///
/// @param records number of records acknowledged or read
/// @param bytes payload of those
/// @param seconds wall time
/// @param latency percentiles, if the load measures them
public record LoadResult(long records, long bytes, double seconds, List<Latency> latency) {
    private static final double NANOS_PER_MILLISECOND = 1e6;

    public LoadResult {
        latency = List.copyOf(latency);
    }

    /// One percentile.
    ///
    /// @param percentile 0 to 100
    /// @param milliseconds that many percent of records took at most this long
    public record Latency(double percentile, double milliseconds) {}

    static LoadResult of(long records, long bytes, long nanos, Histogram latencyNanos) {
        List<Latency> latency = new ArrayList<>();
        for (double percentile : new double[] {50, 99, 99.9}) {
            double nanosAtPercentile = latencyNanos.getValueAtPercentile(percentile);
            latency.add(new Latency(percentile, nanosAtPercentile / NANOS_PER_MILLISECOND));
        }
        return new LoadResult(records, bytes, nanos / 1e9, latency);
    }

    static LoadResult of(long records, long bytes, long nanos) {
        return new LoadResult(records, bytes, nanos / 1e9, List.of());
    }

    String toLine() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("records", records);
        values.put("bytes", bytes);
        values.put("seconds", seconds);
        latency.forEach(one -> values.put("p" + one.percentile(), one.milliseconds()));
        return Arguments.of(values).toLine();
    }

    static LoadResult parse(String line) {
        Arguments values = Arguments.parse(List.of(line.split(" ")));
        List<Latency> latency =
                values.keys().stream()
                        .filter(key -> key.startsWith("p"))
                        .map(key ->
                                new Latency(
                                        Double.parseDouble(key.substring(1)), values.number(key)))
                        .toList();
        return new LoadResult(
                Long.parseLong(values.text("records")),
                Long.parseLong(values.text("bytes")),
                values.number("seconds"),
                latency);
    }

    /// Payload in MiB a second.
    public double mebibytesPerSecond() {
        return bytes / 1024.0 / 1024.0 / seconds;
    }

    public double recordsPerSecond() {
        return records / seconds;
    }

    public double gibibytes() {
        return bytes / 1024.0 / 1024.0 / 1024.0;
    }
}
