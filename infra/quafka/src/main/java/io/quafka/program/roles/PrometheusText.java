package io.quafka.program.roles;

/// Figures in Prometheus' text format, version 0.0.4.
final class PrometheusText {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

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

    private void head(String name, String help, String type) {
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
