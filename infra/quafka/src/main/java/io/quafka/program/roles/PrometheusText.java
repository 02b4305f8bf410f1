package io.quafka.program.roles;

import io.quafka.wire.LatencyHistogram;
import java.math.BigDecimal;
import java.util.List;

/// Figures in Prometheus' text format, version 0.0.4.
final class PrometheusText {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final int NANO_DIGITS = 9;

    private final StringBuilder text = new StringBuilder();

    /// What only grows while the process lives.
    ///
    /// @param name ends in `_total`
    PrometheusText counter(String name, String help, long value) {
        head(name, help, "counter");
        text.append(name).append(' ').append(value).append('\n');
        return this;
    }

    /// What goes up and down.
    PrometheusText gauge(String name, String help, double value) {
        head(name, help, "gauge");
        text.append(name).append(' ');
        if (value == Math.rint(value) && Math.abs(value) < 1L << 53) {
            text.append((long) value);
        } else {
            text.append(value);
        }
        text.append('\n');
        return this;
    }

    /// Begins a counter that has a sample for each value of a label; [#sample] follows.
    PrometheusText counters(String name, String help) {
        head(name, help, "counter");
        return this;
    }

    PrometheusText sample(String name, String label, String labelValue, long value) {
        text.append(name)
                .append('{')
                .append(label)
                .append("=\"")
                .append(labelValue)
                .append("\"} ")
                .append(value)
                .append('\n');
        return this;
    }

    /// What took a time, each time.
    PrometheusText histogram(String name, String help, LatencyHistogram.Figures figures) {
        head(name, help, "histogram");
        buckets(name, "", figures);
        return this;
    }

    /// Begins a histogram that has its samples for each value of a label; the other [#histogram]
    /// follows.
    PrometheusText histograms(String name, String help) {
        head(name, help, "histogram");
        return this;
    }

    PrometheusText histogram(
            String name, String label, String labelValue, LatencyHistogram.Figures figures) {
        buckets(name, label + "=\"" + labelValue + "\"", figures);
        return this;
    }

    /// @param label with its value; may be empty
    private void buckets(String name, String label, LatencyHistogram.Figures figures) {
        String open = "{" + label + (label.isEmpty() ? "" : ",") + "le=\"";
        List<Long> bounds = LatencyHistogram.boundsNanos();
        for (int i = 0; i <= bounds.size(); i++) {
            String bound = i < bounds.size() ? seconds(bounds.get(i)) : "+Inf";
            text.append(name).append("_bucket").append(open).append(bound).append("\"} ");
            text.append(figures.upTo().get(i)).append('\n');
        }
        String alone = label.isEmpty() ? " " : "{" + label + "} ";
        text.append(name).append("_sum").append(alone).append(seconds(figures.sumNanos()));
        text.append('\n');
        text.append(name).append("_count").append(alone).append(figures.count()).append('\n');
    }

    /// Exact, and never with an exponent.
    private static String seconds(long nanos) {
        return nanos == 0
                ? "0"
                : BigDecimal.valueOf(nanos, NANO_DIGITS).stripTrailingZeros().toPlainString();
    }

    private void head(String name, String help, String type) {
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
